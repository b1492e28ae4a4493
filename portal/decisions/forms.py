"""What people fill in here. A number that cannot be, or an option without harms, is refused with a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.access.plain_text import one_line, plain_text
from portal.decisions.content import (
    LISTS,
    MOST_ITEMS,
    NO_CHANGE,
    Aid,
    Attestation,
    Author,
    Bearing,
    Certainty,
    Figure,
    Item,
    Option,
    Outcome,
    Problem,
    Question,
    Source,
    is_date,
    problems_of_option,
    problems_of_outcome,
)
from portal.decisions.errors import Refusal
from portal.decisions.models import Role
from portal.reports.gate_rules import RULES

PROBLEMS = {
    Problem.NO_NAME: _("Give it a name."),
    Problem.NO_HARMS: _("Write at least one harm. Every option has one."),
    Problem.NO_BENEFITS: _("Write at least one benefit. Every option has one."),
    Problem.NO_DENOMINATOR: _("Say out of how many people: 100 or 1000. A number alone says nothing."),
    Problem.NO_NUMERATOR: _("Say how many people, or tick “not known”."),
    Problem.NO_MONTHS: _("Say within how many months."),
    Problem.NO_SOURCE: _("Choose where the number comes from. Add the source first if it is not listed."),
    Problem.NO_RANGE: _("Give a range (lowest and highest), or say how sure the number is."),
    Problem.WRONG_DENOMINATOR: _("Numbers are told out of 100 or out of 1000 people."),
    Problem.OTHER_DENOMINATOR: _("All numbers of a decision are out of the same number of people."),
    Problem.OTHER_MONTHS: _("The numbers of one row must be about the same time."),
    Problem.IMPOSSIBLE: _("There cannot be fewer than none, or more people than there are."),
    Problem.IMPOSSIBLE_RANGE: _("The range must hold the number, and stay between none and all."),
    Problem.OPTION_MISSING: _("Every option needs its number, or “not known”."),
    Problem.TOO_MANY: _("At most 7 things that may matter."),
    Problem.RELATIVE: _("Say how many of how many people, not a percentage or “times as many”."),
    Problem.NOT_A_DATE: _("Write the date as year-month-day."),
}

REFUSALS = {
    Refusal.CHANGED: _("Somebody changed the same place while you were writing. Your text is still here."),
    Refusal.BELOW_QUALIFYING: _("It cannot be released yet: it lacks what every decision must have."),
    Refusal.ALREADY_RELEASED: _("This is released already."),
    Refusal.WITHDRAWN: _("This decision is closed."),
    Refusal.UNKNOWN_OPTION: _("Choose one of the options of the released decision."),
    Refusal.NO_REASON: _("Write down why."),
    Refusal.DECIDED_MEANWHILE: _("Somebody wrote down a decision while you were writing. Look at it first."),
    Refusal.NOT_ANSWERED: _("Please answer every question."),
    Refusal.UNKNOWN_MEDICINE: _("This medicine is not in a signed report of this patient."),
    Refusal.NOT_ACCEPTED: _("The numbers do not fit what somebody else wrote meanwhile. Look at them again."),
    Refusal.TOO_MANY: _("You can have at most 7 things on the list."),
    Refusal.TOO_LONG: _("This is too long. Please make it shorter."),
}

CERTAINTIES = [
    ("", "–"),
    (Certainty.HIGH, _("High")),
    (Certainty.MODERATE, _("Moderate")),
    (Certainty.LOW, _("Low")),
    (Certainty.VERY_LOW, _("Very low")),
]
BEARINGS = [
    (Bearing.GOES_WITH, _("Goes with it")),
    (Bearing.GOES_AGAINST, _("Goes against it")),
    (Bearing.NO_DIFFERENCE, _("Makes no difference")),
    (Bearing.NOT_KNOWN, _("Not known")),
]
LABELS = {
    "benefits": _("Benefits"),
    "harms": _("Harms"),
    "living": _("What it is like"),
    "practical": _("Practical matters"),
    "cost": _("Cost and effort"),
}


RISK_RULES = ("a risk told as 1 in N", "a risk told without its base")


def _lines(label: Any, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=3000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class PartForm(forms.Form):
    """One part of a decision. `based_on`: the edition it was made from. `applied` gives the decision with it."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, aid: Aid, key: str = "", **options: Any) -> None:
        self.aid, self.key = aid, key
        super().__init__(*args, **options)
        self.build()

    def build(self) -> None:
        """Fields that depend on the decision."""

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        """What stands there now."""
        raise NotImplementedError

    def applied(self) -> Aid:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """No risk is told as "1 in N" or as so many times another one, wherever it is written."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, said in list(cleaned.items()):
            rules = RULES.get(self.aid.language, ()) if isinstance(said, str) else ()
            if any(pattern.search(said) for rule, pattern in rules if rule in RISK_RULES):
                self.add_error(name, PROBLEMS[Problem.RELATIVE])
        return cleaned

    def text(self, name: str) -> str:
        return plain_text(self.cleaned_data.get(name) or "")

    def line(self, name: str) -> str:
        return one_line(self.cleaned_data.get(name) or "")

    def put(self, group: str, value: Any) -> Aid:
        changed: dict[str, Any] = {group: {**getattr(self.aid, group), self.key: value}}
        return replace(self.aid, **changed)


class AboutForm(PartForm):
    statement = forms.CharField(label=_("What is to be decided, as a question of the patient"), max_length=300)
    condition = _lines(_("What it is about, in plain words"), rows=5)
    population = _lines(_("Which people the numbers are about"), rows=2)
    names_ = forms.CharField(
        label=_("Names of medicines and genes in it, with commas"), max_length=400, required=False
    )

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        return {
            "statement": aid.statement,
            "condition": aid.condition,
            "population": aid.population,
            "names_": aid.names,
        }

    def applied(self) -> Aid:
        return replace(
            self.aid,
            statement=self.line("statement"),
            condition=self.text("condition"),
            population=self.text("population"),
            names=self.line("names_"),
        )


class OptionForm(PartForm):
    name = forms.CharField(label=_("Name of the option"), max_length=120, required=False)
    benefits = _lines(LABELS["benefits"], required=False, hint=_("One point to a line."))
    harms = _lines(LABELS["harms"], required=False, hint=_("One point to a line."))
    living = _lines(LABELS["living"], required=False, hint=_("For the body, for the mind, with others."))
    practical = _lines(LABELS["practical"], required=False)
    cost = _lines(LABELS["cost"], required=False, rows=2)
    annotation = _lines(
        _("A word of yours on this option, for this patient"),
        required=False,
        rows=2,
        hint=_("It suits you because … Be careful because …"),
    )

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        option = aid.options.get(key) or Option()
        return {name: getattr(option, name) for name in ("name", *LISTS, "annotation")}

    def applied(self) -> Aid:
        before = self.aid.options.get(self.key) or Option(kind="change")
        option = replace(before, name=self.line("name"), **{name: self.text(name) for name in (*LISTS, "annotation")})
        whole = self.put("options", option)
        # A new option stands in every row from the start: nobody knows its numbers yet.
        outcomes = {
            row: replace(told, figures={self.key: Figure(), **told.figures}) for row, told in whole.outcomes.items()
        }
        return replace(whole, outcomes=outcomes)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, problem in problems_of_option(self.applied().options[self.key]):
            self.add_error(name, PROBLEMS[problem])
        return cleaned


class OutcomeForm(PartForm):
    name = forms.CharField(label=_("What can happen"), max_length=160, required=False)

    def build(self) -> None:
        sources = [("", "–"), *((key, source.title) for key, source in self.aid.sources.items())]
        for key, option in self.aid.options.items():
            said = {"option": option.name}
            self.fields[f"{key}-known"] = forms.ChoiceField(
                label=_("%(option)s: is it known?") % said,
                choices=[("no", _("Not known")), ("yes", _("Known"))],
                widget=forms.RadioSelect,
                required=False,
            )
            for name, label in (
                ("numerator", _("%(option)s: how many people have it") % said),
                ("denominator", _("%(option)s: out of how many people") % said),
                ("months", _("%(option)s: within how many months") % said),
                ("low", _("%(option)s: lowest it could be") % said),
                ("high", _("%(option)s: highest it could be") % said),
            ):
                self.fields[f"{key}-{name}"] = forms.IntegerField(label=label, required=False)
            self.fields[f"{key}-certainty"] = forms.ChoiceField(
                label=_("%(option)s: how sure is it?") % said, choices=CERTAINTIES, required=False
            )
            self.fields[f"{key}-source"] = forms.ChoiceField(
                label=_("%(option)s: source") % said, choices=sources, required=False
            )

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        row = aid.outcomes.get(key) or Outcome()
        found: dict[str, Any] = {"name": row.name}
        for option in aid.options:
            figure = row.figures.get(option) or Figure()
            found[f"{option}-known"] = "yes" if figure.known else "no"
            for name in ("numerator", "denominator", "months", "low", "high", "certainty", "source"):
                found[f"{option}-{name}"] = getattr(figure, name)
        return found

    def applied(self) -> Aid:
        return self.put("outcomes", self._row())

    def _row(self) -> Outcome:
        figures = {}
        for key in self.aid.options:
            said = {
                name: self.cleaned_data.get(f"{key}-{name}")
                for name in ("numerator", "denominator", "months", "low", "high")
            }
            known = self.cleaned_data.get(f"{key}-known") == "yes"
            figures[key] = (
                Figure(
                    known=True,
                    certainty=self.cleaned_data.get(f"{key}-certainty") or "",
                    source=self.cleaned_data.get(f"{key}-source") or "",
                    **said,
                )
                if known
                else Figure()
            )
        return Outcome(self.line("name"), figures)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for option, name, problem in problems_of_outcome(self.aid, self.key, self._row()):
            field = f"{option}-{name}" if option else name
            if field not in self.errors:
                self.add_error(field, PROBLEMS[problem])
        return cleaned


class ItemForm(PartForm):
    label = forms.CharField(label=_("Something that may matter to the patient"), max_length=120)

    def build(self) -> None:
        for key, option in self.aid.options.items():
            self.fields[f"bearing-{key}"] = forms.ChoiceField(label=option.name, choices=BEARINGS)

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        item = aid.items.get(key) or Item()
        bearings = {f"bearing-{option}": item.bearings.get(option, Bearing.NOT_KNOWN.value) for option in aid.options}
        return {"label": item.label, **bearings}

    def applied(self) -> Aid:
        bearings = {key: self.cleaned_data.get(f"bearing-{key}", "") for key in self.aid.options}
        return self.put("items", Item(self.line("label"), bearings))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.key not in self.aid.items and len(self.aid.items) >= MOST_ITEMS:
            self.add_error("label", PROBLEMS[Problem.TOO_MANY])
        return cleaned


class QuestionPartForm(PartForm):
    text_ = forms.CharField(label=_("A short question about the facts"), max_length=200)
    right = forms.CharField(label=_("The right answer"), max_length=200)
    wrong = _lines(_("Wrong answers"), rows=2, hint=_("One point to a line."))
    again = _lines(_("The same, said in other words, for who answers wrongly"), rows=3)

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        question = aid.questions.get(key) or Question()
        return {"text_": question.text, "right": question.right, "wrong": question.wrong, "again": question.again}

    def applied(self) -> Aid:
        return self.put(
            "questions",
            Question(self.line("text_"), self.line("right"), self.text("wrong"), self.text("again")),
        )


class SourceForm(PartForm):
    title = forms.CharField(label=_("Title"), max_length=300)
    identifier = forms.CharField(label=_("Identifier, such as a PMID"), max_length=120)
    date = forms.CharField(label=_("Date"), max_length=40)
    level = forms.CharField(label=_("How good it is, in the words of who graded it"), max_length=200)

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        source = aid.sources.get(key) or Source()
        return {name: getattr(source, name) for name in ("title", "identifier", "date", "level")}

    def applied(self) -> Aid:
        return self.put("sources", Source(*(self.line(name) for name in ("title", "identifier", "date", "level"))))


class AuthorForm(PartForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    credential = forms.CharField(label=_("What makes them fit to write it"), max_length=200)

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        author = aid.authors.get(key) or Author()
        return {"name": author.name, "credential": author.credential}

    def applied(self) -> Aid:
        return self.put("authors", Author(self.line("name"), self.line("credential")))


class AttestationForm(PartForm):
    by = forms.CharField(label=_("Who says so"), max_length=120)
    on = forms.CharField(label=_("When it was done"), max_length=10, help_text=_("Year-month-day"))
    note = _lines(_("What was done"), required=False, rows=2)

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        said = aid.attestations.get(key) or Attestation()
        return {"by": said.by, "on": said.on, "note": said.note}

    def applied(self) -> Aid:
        return self.put("attestations", Attestation(self.line("by"), self.line("on"), self.text("note")))

    def clean_on(self) -> str:
        if not is_date(self.cleaned_data["on"]):
            raise forms.ValidationError(PROBLEMS[Problem.NOT_A_DATE])
        return str(self.cleaned_data["on"])


class EvidenceForm(PartForm):
    evidence_selection = _lines(_("How the evidence was chosen"))
    evidence_quality = _lines(_("How good the evidence is"))
    funding = forms.CharField(label=_("Who paid for it"), max_length=300)
    update_policy = forms.CharField(label=_("When it is looked at again, and by what rule"), max_length=300)
    review_due_on = forms.CharField(label=_("Looked at again on"), max_length=10, help_text=_("Year-month-day"))

    @classmethod
    def told(cls, aid: Aid, key: str) -> dict[str, Any]:
        return {
            name: getattr(aid, name)
            for name in ("evidence_selection", "evidence_quality", "funding", "update_policy", "review_due_on")
        }

    def applied(self) -> Aid:
        return replace(
            self.aid,
            evidence_selection=self.text("evidence_selection"),
            evidence_quality=self.text("evidence_quality"),
            funding=self.line("funding"),
            update_policy=self.line("update_policy"),
            review_due_on=self.line("review_due_on"),
        )

    def clean_review_due_on(self) -> str:
        if not is_date(self.cleaned_data["review_due_on"]):
            raise forms.ValidationError(PROBLEMS[Problem.NOT_A_DATE])
        return str(self.cleaned_data["review_due_on"])


PARTS: dict[str, tuple[type[PartForm], str]] = {
    "about": (AboutForm, ""),
    "option": (OptionForm, "options"),
    "outcome": (OutcomeForm, "outcomes"),
    "item": (ItemForm, "items"),
    "question": (QuestionPartForm, "questions"),
    "source": (SourceForm, "sources"),
    "author": (AuthorForm, "authors"),
    "attestation": (AttestationForm, "attestations"),
    "evidence": (EvidenceForm, ""),
}
"""Parts of a decision: the form of each, and the group its key belongs to."""


def without(aid: Aid, group: str, key: str) -> Aid | None:
    """The decision without one thing; None when it must stay."""
    if group not in ("options", "outcomes", "items", "questions", "sources", "authors", "attestations"):
        return None
    kept = {other: value for other, value in getattr(aid, group).items() if other != key}
    if group == "options":
        if key not in aid.options or aid.options[key].kind == NO_CHANGE or len(aid.options) <= 2:
            return None
        outcomes = {
            row: replace(told, figures={other: figure for other, figure in told.figures.items() if other != key})
            for row, told in aid.outcomes.items()
        }
        return replace(aid, options=kept, outcomes=outcomes)
    if group == "sources" and any(figure.source == key for figure in aid.known_figures()):
        return None
    changed: dict[str, Any] = {group: kept}
    return replace(aid, **changed)


class OpenForm(forms.Form):
    """From which finding a decision is opened; or by hand."""

    about = forms.ChoiceField(label=_("What is the decision about?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, findings: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        by_hand = ("by_hand", _("Something else: I write it myself"))
        self.fields["about"].choices = [*findings, by_hand]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Which part do you want to have?"), choices=Role.choices, widget=forms.RadioSelect
    )


class OwnWordsForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    words = forms.CharField(
        label=_("What I want to say, in my own words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class JointForm(forms.Form):
    """What was decided together."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    prepared = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    option = forms.ChoiceField(label=_("What we decided"), widget=forms.RadioSelect)
    why = forms.CharField(label=_("Why"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    own_words = forms.CharField(
        label=_("In the patient's own words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    present = forms.CharField(label=_("Who else was there"), required=False, max_length=200)

    def __init__(self, *args: Any, aid: Aid, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["option"].choices = [(key, option.name) for key, option in aid.options.items()]  # type: ignore[attr-defined]


class AnswersForm(forms.Form):
    """A few questions, each with the same choices; every one must be answered."""

    def __init__(self, *args: Any, questions: dict[str, str], choices: dict[str, list[Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        for key, text in questions.items():
            self.fields[key] = forms.ChoiceField(label=text, choices=choices[key], widget=forms.RadioSelect)
