"""What people fill in to order a test, to send a file and to say what becomes of one that is on hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import Laboratory, User
from portal.results.identifiers import Identifiers
from portal.results.models import ResultFile, TestOrder
from portal.results.queries import open_orders_for


class OrderForm(forms.Form):
    laboratory = forms.ModelChoiceField(Laboratory.objects.order_by("name"), label=_("Laboratory"))
    accession = forms.CharField(
        label=_("Order number"),
        max_length=40,
        help_text=_("The number on the request. The laboratory gives it with the file."),
    )


class FileForm(forms.Form):
    """A file and nothing else: what a patient sends."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(
            "The file with your genes, of the kind called VCF. Whoever gave it to you can tell you what kind it is."
        ),
    )


class IdentifiersForm(forms.Form):
    """Whoever sends a file about someone else confirms who it is about."""

    birth_date = forms.DateField(label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date"}))
    family_name = forms.CharField(
        label=_("Family name"),
        max_length=80,
        required=False,
        help_text=_("Give the name, the record number, or both."),
    )
    record_number = forms.CharField(label=_("Record number"), max_length=30, required=False)

    def identifiers(self) -> Identifiers:
        stated = self.cleaned_data
        return Identifiers(stated["birth_date"], stated["family_name"], stated["record_number"])


class IdentifiedFileForm(IdentifiersForm):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(
            "A VCF file (GRCh37 or GRCh38) or raw data from a home test, plain or with gzip. Any file name will do."
        ),
    )
    sample = forms.CharField(
        label=_("Sample name in the file"),
        max_length=200,
        required=False,
        help_text=_("Only needed when the file holds more than one sample."),
    )


class LaboratoryFileForm(IdentifiedFileForm):
    accession = forms.CharField(label=_("Order number"), max_length=40)
    field_order = ["accession", "birth_date", "family_name", "record_number", "file", "sample"]


class OrderChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: TestOrder) -> str:
        return f"{obj.accession} · {obj.laboratory.name}"


class ClinicianFileForm(IdentifiedFileForm):
    order = OrderChoice(TestOrder.objects.none(), label=_("Order"), required=False)
    field_order = ["order", "birth_date", "family_name", "record_number", "file", "sample"]

    def __init__(self, *args: Any, user: User, patient: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = self.fields["order"]
        assert isinstance(order, forms.ModelChoiceField)
        order.queryset = open_orders_for(user).filter(patient=patient)


class SampleForm(forms.Form):
    sample = forms.ChoiceField(label=_("Which sample is this person?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, file: ResultFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sample"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in file.samples]


class ReviewForm(forms.Form):
    note = forms.CharField(
        label=_("What did you find out, and how?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class ClosingForm(forms.Form):
    note = forms.CharField(
        label=_("Why need nobody look at it any more?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("For example: the laboratory sent a new file. The care team reads it."),
    )
