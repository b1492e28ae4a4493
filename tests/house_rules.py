"""The project's own rules about source, read off the source: `python -m tests.house_rules` lists what breaks them.

Linters know Python; these rules know this house: what may reach a log, an address, a task, a page, the network. Each
rule has a sample that it must catch and one that it must leave alone (`tests/trust/test_house_rules.py`). An
exception is a line in `EXCEPTIONS`, with its reason; one that is no longer needed is itself a finding.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.access.logging import FIELDS

ROOT = Path(__file__).resolve().parents[1]
HEALTH = re.compile(
    r"gene(?!ral|rat)|variant|disease|cancer|diagnos|medicine|drug|phenotyp|tumou?r|carrier|pharmaco", re.I
)
Check = Callable[[ast.Module, str], Iterable[int]]


@dataclass(frozen=True)
class Rule:
    """`catches` breaks the rule, `leaves` does not. `check` gives the lines that break it."""

    name: str
    why: str
    catches: str
    leaves: str
    check: Check
    suffix: str = ".py"


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.why}"


RULES: dict[str, Rule] = {}


def rule(why: str, *, catches: str, leaves: str, suffix: str = ".py") -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        name = check.__name__
        RULES[name] = Rule(name, why, catches, leaves, check, suffix)
        return check

    return register


def name_of(node: ast.AST) -> str:
    """The dotted name of what is called or used, as far as it is written: `self.x.filter` gives "self.x.filter"."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{name_of(value)}.{attr}"
        case ast.Call(func=func):
            return f"{name_of(func)}()"
    return ""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, name_of(node.func)


def last(name: str) -> str:
    return name.rpartition(".")[2]


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module or name that is imported, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def imports_of(tree: ast.AST, *modules: str) -> Iterator[int]:
    for line, name in imported(tree):
        if any(name == module or name.startswith(module + ".") for module in modules):
            yield line


def built(node: ast.AST) -> bool:
    """Whether a text is put together from parts: an f-string with values, %, +, format()."""
    match node:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        case ast.BinOp(op=ast.Mod() | ast.Add()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join")):
            return True
    return False


def mentions(node: ast.AST, *names: str) -> bool:
    return any(name_of(part) in names for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))


# --- the database ------------------------------------------------------------------------------------------------

ASKS = {"filter", "exclude", "get", "get_or_create", "update_or_create", "annotate", "aggregate", "order_by"}


@rule(
    "a question made of somebody's dictionary can ask anything",
    catches="Report.objects.filter(**request.GET)",
    leaves="Report.objects.filter(pk=1)",
)
def no_question_from_a_dictionary(tree: ast.Module, _source: str) -> Iterator[int]:
    ours = {
        name_of(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and written_out(node.value)
    }
    for call, name in calls(tree):
        spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
        asks = last(name) in ASKS and "." in name and not name.startswith("super()")
        if asks and not all(name_of(value) in ours for value in spread):
            yield call.lineno


def written_out(node: ast.AST) -> bool:
    """A dictionary whose keys stand in the source."""
    return isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys)


@rule(
    "a statement put together from parts can be made to say something else",
    catches='cursor.execute(f"SELECT * FROM x WHERE id = {key}")',
    leaves='cursor.execute("SELECT * FROM x WHERE id = %s", [key])',
)
def no_statement_from_parts(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        asked = last(name) in ("execute", "executemany", "executescript", "raw", "extra", "RawSQL", "RunSQL")
        if asked and call.args and built(call.args[0]):
            yield call.lineno


# --- pages -------------------------------------------------------------------------------------------------------


@rule(
    "what is marked safe is no longer made safe",
    catches="mark_safe(note.text)",
    leaves='format_html("<b>{}</b>", note.text)',
)
def no_text_marked_safe(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name) in ("mark_safe", "SafeString", "SafeText"):
            yield call.lineno


@rule(
    "a template that switches escaping off shows whatever somebody typed",
    catches="{{ note.text|safe }}",
    leaves="{{ note.text|linebreaks }}",
    suffix=".html",
)
def no_template_without_escaping(_tree: ast.Module, source: str) -> Iterator[int]:
    yield from lines_with(source, r"\|\s*safe(seq)?\b|autoescape\s+off")


@rule(
    "a script or style within a page needs a hole in the content security policy",
    catches='<p onclick="go()" style="color: red">',
    leaves='<p class="note">',
    suffix=".html",
)
def no_script_or_style_in_a_tag(_tree: ast.Module, source: str) -> Iterator[int]:
    yield from lines_with(source, r"<[a-z][^>]*\s(on[a-z]+|style)\s*=\s*[\"']|javascript:")


@rule(
    "another origin would learn who reads what",
    catches='<img src="https://pixel.example/x.gif">',
    leaves='<img src="/static/x.svg">',
    suffix=".html",
)
def nothing_from_another_origin(_tree: ast.Module, source: str) -> Iterator[int]:
    yield from lines_with(
        source, r"<(script|img|link|iframe|video|audio|source|object|embed)\b[^>]*(https?:)?//[a-z]"
    )


def lines_with(source: str, pattern: str) -> Iterator[int]:
    for number, line in enumerate(source.splitlines(), start=1):
        if re.search(pattern, line):
            yield number


@rule(
    "a page made of an f-string is not escaped",
    catches='HttpResponse(f"<p>{name}</p>")',
    leaves='HttpResponse("ok")',
)
def no_page_from_parts(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name).startswith("HttpResponse") and call.args and built(call.args[0]):
            yield call.lineno


@rule(
    "whoever sends the address chooses where people end up",
    catches='redirect(request.GET["next"])',
    leaves='redirect("home")',
)
def no_redirect_to_where_the_request_says(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name) in ("redirect", "HttpResponseRedirect") and any(
            mentions(part, "request.GET", "request.POST", "request.META", "request.headers") for part in call.args
        ):
            yield call.lineno


@rule(
    "a form that takes anybody's post can be sent from any page",
    catches="from django.views.decorators.csrf import csrf_exempt",
    leaves="from django.views.decorators.http import require_POST",
)
def no_form_without_its_token(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(tree, "django.views.decorators.csrf.csrf_exempt")


@rule(
    "an address is kept in histories and logs: it may not speak of health",
    catches='path("genes/<str:gene>/", views.gene)',
    leaves='path("reports/<uuid:report_id>/", views.report)',
)
def no_health_in_an_address(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        match call.args:
            case [ast.Constant(value=str(route)), *_] if name in ("path", "re_path") and HEALTH.search(route):
                yield call.lineno


# --- logs --------------------------------------------------------------------------------------------------------

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def logged(tree: ast.AST) -> Iterator[ast.Call]:
    for call, name in calls(tree):
        if last(name) in LEVELS and name.partition(".")[0] in ("logger", "logging", "log", "LOG"):
            yield call


@rule(
    "what is logged is a code: never a text with a person in it",
    catches='logger.info("opened %s", patient)',
    leaves='logger.info("report_opened")',
)
def only_codes_are_logged(tree: ast.Module, _source: str) -> Iterator[int]:
    for call in logged(tree):
        first = call.args[0] if call.args else None
        if len(call.args) != 1 or not (
            isinstance(first, ast.Constant) and re.fullmatch(r"[a-z0-9_.]+", str(first.value))
        ):
            yield call.lineno


@rule(
    "only the short list of fields may go with a logged code",
    catches='logger.info("opened", extra={"patient": patient.name})',
    leaves='logger.info("opened", extra={"status": 200})',
)
def only_known_fields_are_logged(tree: ast.Module, _source: str) -> Iterator[int]:
    for call in logged(tree):
        for keyword in call.keywords:
            if keyword.arg == "extra" and not (
                isinstance(keyword.value, ast.Dict)
                and all(isinstance(key, ast.Constant) and key.value in FIELDS for key in keyword.value.keys)
            ):
                yield call.lineno


@rule(
    "printed text ends in the log of the machine",
    catches="print(patient)",
    leaves="self.stdout.write(done)",
)
def nothing_is_printed(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if name in ("print", "pprint", "pprint.pprint"):
            yield call.lineno


# --- work in the background -------------------------------------------------------------------------------------


@rule(
    "what is sent to a worker lies in Redis: ids only",
    catches='app.send_task("read", args=[patient.name])',
    leaves='app.send_task("read", args=[str(job_id)])',
)
def only_ids_are_sent_to_workers(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name) not in ("send_task", "apply_async", "delay", "signature"):
            continue
        sent = list(call.args) if last(name) == "delay" else []
        for keyword in call.keywords:
            if keyword.arg in ("args", "kwargs"):
                listed = keyword.value
                sent += listed.elts if isinstance(listed, ast.List | ast.Tuple) else [listed]
        if not all(is_an_id(value) for value in sent):
            yield call.lineno


def is_an_id(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return is_an_id(inner)
        case ast.Attribute(attr="pk" | "id" | "hex"):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("pk", "id") or name.endswith("_id")
    return False


@rule(
    "a task takes ids, as text",
    catches="@app.task\ndef read(patient: Patient) -> None: ...",
    leaves="@app.task\ndef read(job_id: str) -> None: ...",
)
def tasks_take_ids(tree: ast.Module, _source: str) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        if any(name_of(mark).split("(")[0] in ("app.task", "shared_task") for mark in node.decorator_list):
            for argument in node.args.args:
                if not (argument.arg.endswith("_id") and name_of(argument.annotation or node) in ("str", "int")):
                    yield node.lineno


# --- what runs, and what is reached -----------------------------------------------------------------------------


@rule(
    "text that is run as code",
    catches="eval(text)",
    leaves="ast.literal_eval(text)",
)
def nothing_is_run_from_text(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if name in ("eval", "exec", "__import__", "builtins.eval", "builtins.exec"):
            yield call.lineno


@rule(
    "reading these formats can run what is in them",
    catches="import pickle",
    leaves="import json",
)
def nothing_that_runs_what_it_reads(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(tree, "pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle")


@rule(
    "reading XML with these can reach files and addresses",
    catches="from xml.etree import ElementTree",
    leaves="import json",
)
def no_trusting_xml(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(tree, "xml", "lxml", "xmltodict")


@rule(
    "the product talks to nobody: nothing is fetched, nothing is sent",
    catches="import urllib.request",
    leaves="from urllib.parse import urlencode",
)
def nothing_is_fetched(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(
        tree,
        "requests",
        "httpx",
        "aiohttp",
        "urllib3",
        "urllib.request",
        "http.client",
        "socket",
        "ftplib",
        "smtplib",
    )


@rule(
    "a program that is started can be made to do something else",
    catches='os.system("ls " + name)',
    leaves="os.replace(one, other)",
)
def no_program_is_started(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(tree, "subprocess", "pty", "commands")
    for call, name in calls(tree):
        if name in ("os.system", "os.popen") or name.startswith(("os.exec", "os.spawn")):
            yield call.lineno


@rule(
    "a file is opened by our own name for it, never by one that came with a request",
    catches='open(request.GET["file"])',
    leaves="open(path)",
)
def no_file_named_by_a_request(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name) in ("open", "Path", "FileResponse", "unlink", "rmtree") and any(
            mentions(part, "request.GET", "request.POST", "request.FILES", "request.path", "upload.name")
            for part in call.args
        ):
            yield call.lineno


# --- time, chance, secrets --------------------------------------------------------------------------------------


@rule(
    "a time without its zone means another moment elsewhere",
    catches="datetime.now()",
    leaves="timezone.now()",
)
def no_time_without_its_zone(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        bare = last(name) == "now" and "datetime" in name and not (call.args or call.keywords)
        if (
            bare
            or (last(name) in ("utcnow", "utcfromtimestamp", "localtime") and "datetime" in name)
            or name.endswith("date.today")
        ):
            yield call.lineno


@rule(
    "chance that can be guessed makes no secret",
    catches="import random",
    leaves="import secrets",
)
def no_chance_that_can_be_guessed(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(tree, "random")


@rule(
    "these hashes can be forged",
    catches="hashlib.sha1(text)",
    leaves="hashlib.sha256(text)",
)
def no_hash_that_can_be_forged(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if name in ("hashlib.md5", "hashlib.sha1", "hashlib.new", "md5", "sha1"):
            yield call.lineno


@rule(
    "two secrets compared letter by letter tell how far they agree",
    catches="if given_mac == seal.mac: pass",
    leaves="if hmac.compare_digest(given_mac, seal.mac): pass",
)
def secrets_are_compared_in_steady_time(tree: ast.Module, _source: str) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [last(name_of(side)) for side in (node.left, *node.comparators)]
            if any(re.search(r"(^|_)(mac|token|password|secret|code_hash)$", side) for side in sides):
                yield node.lineno


# --- decisions ---------------------------------------------------------------------------------------------------


@rule(
    "an error that is swallowed becomes a yes",
    catches="try:\n    check()\nexcept Exception:\n    pass",
    leaves="try:\n    check()\nexcept Exception:\n    return Decision(False, 'error')",
)
def no_error_is_swallowed(tree: ast.Module, _source: str) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or mentions(node.type, "Exception", "BaseException")
        ):
            for line in node.body:
                says_yes = (
                    isinstance(line, ast.Return) and isinstance(line.value, ast.Constant) and line.value.value is True
                )
                if isinstance(line, ast.Pass | ast.Continue) or says_yes:
                    yield node.lineno
    for call, name in calls(tree):
        if last(name) == "suppress" and any(mentions(part, "Exception", "BaseException") for part in call.args):
            yield call.lineno


@rule(
    "an assertion is left out when Python is told to hurry: it can refuse nobody",
    catches='assert decide(user, "read.report", report)',
    leaves='require(user, "read.report", report)',
)
def no_permission_by_assertion(tree: ast.Module, _source: str) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and any(
            last(name) in ("decide", "permission", "stands", "has_perm") for _call, name in calls(node.test)
        ):
            yield node.lineno


@rule(
    "what may be done follows from who asks, never from a header",
    catches='decide(user, "read.report", report, purpose=request.headers["X-Purpose"])',
    leaves='decide(user, "read.report", report)',
)
def no_decision_from_a_header(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name) in ("decide", "require") and any(
            mentions(part, "request.headers", "request.META", "request.GET", "request.POST", "request.COOKIES")
            for part in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg != "on_behalf_of"))
        ):
            yield call.lineno


@rule(
    "a supposed answer is for a preview and opens nothing",
    catches='decide(user, "read.report", report, assume={"pgx": True})',
    leaves='decide(user, "read.report", report)',
)
def nothing_is_assumed(tree: ast.Module, _source: str) -> Iterator[int]:
    for call, name in calls(tree):
        if last(name) == "decide" and any(keyword.arg == "assume" for keyword in call.keywords):
            yield call.lineno


@rule(
    "a cache outlives the yes it rested on",
    catches="from django.core.cache import cache",
    leaves="from functools import partial",
)
def nothing_is_cached(tree: ast.Module, _source: str) -> Iterator[int]:
    yield from imports_of(tree, "django.core.cache", "django.views.decorators.cache.cache_page")


# --- pages -------------------------------------------------------------------------------------------------------


@rule(
    "a page may run from right to left: sides are called start and end",
    catches=".note { margin-left: 1rem }",
    leaves=".note { margin-inline-start: 1rem; padding: 0 1rem }",
    suffix=".css",
)
def no_left_and_no_right(_tree: ast.Module, source: str) -> Iterator[int]:
    sides = (
        r"(?:margin|padding|border|inset)-(?:left|right)\b|(?<![\w-])(?:left|right)\s*:"
        r"|translateX|to (?:left|right)\b|(?:text-align|float|clear|justify-\w+)\s*:\s*(?:left|right)\b"
    )
    source = re.sub(r"/\*.*?\*/", lambda note: "\n" * note[0].count("\n"), source, flags=re.DOTALL)
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(sides, line) or any(map(_lopsided, re.findall(r"(?:margin|padding|inset)\s*:([^;}]+)", line))):
            yield number


def _lopsided(value: str) -> bool:
    """Four sides of which the second, on the right, is not the fourth, on the left."""
    sides = re.findall(r"(?:[^\s(]|\([^()]*(?:\([^()]*\)[^()]*)*\))+", value)
    return len(sides) == 4 and sides[1] != sides[3]


@rule(
    "words in another language than the page's run in a direction of their own",
    catches='<div lang="{{ report.language }}">',
    leaves="<div {% written_in report.language %}>",
    suffix=".html",
)
def no_language_without_its_direction(_tree: ast.Module, source: str) -> Iterator[int]:
    for number, line in enumerate(source.splitlines(), 1):
        if any(" dir=" not in tag for tag in re.findall(r"<[^<>]*\slang=[^<>]*>", line)):
            yield number


OUR_GUARDS = "the statements of the guards: names of our own tables, put in when they are made"
TERMINAL = "speaks to the person at the terminal, about made-up people or their own receipt"
PAPER = "a sheet of paper has a left and a right; reports and receipts run from left to right"
OUR_PATH = "the keys come from the permission matrix or from a model's own fields"
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("no_left_and_no_right", "static/css/pdf.css"): PAPER,
    ("no_left_and_no_right", "templates/reports/pdf.css"): PAPER,
    ("no_statement_from_parts", "portal/access/triggers.py"): OUR_GUARDS,
    ("no_statement_from_parts", "consent/ledger/triggers.py"): OUR_GUARDS,
    (
        "no_statement_from_parts",
        "portal/backups/tables.py",
    ): "names of our own tables, quoted by the database's rules",
    ("no_question_from_a_dictionary", "consent/desk/preview.py"): OUR_PATH,
    ("no_question_from_a_dictionary", "portal/rights/holdings.py"): OUR_PATH,
    ("no_question_from_a_dictionary", "portal/sealing/lookup.py"): OUR_PATH,
    ("no_question_from_a_dictionary", "portal/sealing/switching.py"): OUR_PATH,
    ("no_question_from_a_dictionary", "portal/delivery/queries.py"): "the words of the questions of this very file",
    ("nothing_is_printed", "portal/home/management/commands/demo.py"): TERMINAL,
    ("nothing_is_printed", "consent/verify_receipt.py"): TERMINAL,
    ("nothing_is_printed", "portal/medicines/verify_card.py"): TERMINAL,
    (
        "no_trusting_xml",
        "portal/reports/paper.py",
    ): "reads the page we have just made, in which every value is escaped",
    (
        "no_file_named_by_a_request",
        "portal/results/actions.py",
    ): "keeps the last part of the name as a text, opens nothing",
    (
        "no_error_is_swallowed",
        "portal/rights/packing.py",
    ): "a paper that cannot be made is named as missing in the copy",
    ("nothing_is_assumed", "consent/desk/preview.py"): "the preview itself; `require` takes no supposed answer",
    ("no_template_without_escaping", "templates/components/field_hint.html"): "help texts are ours, some hold a list",
}
FOLDERS = ("portal", "consent", "genomics", "templates", "static")
NOT_THE_PRODUCT = ("/migrations/", "/demo/")


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for suffix in (".py", ".html", ".css"):
            for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
                if not any(part in path.as_posix() for part in NOT_THE_PRODUCT):
                    yield path


def findings_in(source: str, suffix: str = ".py") -> Iterator[tuple[str, int]]:
    """Name of the rule and line, for each place of a source that breaks one."""
    tree = ast.parse(source) if suffix == ".py" else ast.Module([], [])
    for each in RULES.values():
        if each.suffix == suffix:
            yield from ((each.name, line) for line in each.check(tree, source))


def findings() -> list[Finding]:
    found: list[Finding] = []
    needed: set[tuple[str, str]] = set()
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        for broken, line in findings_in(path.read_text(encoding="utf-8"), path.suffix):
            if (broken, name) in EXCEPTIONS:
                needed.add((broken, name))
            else:
                found.append(Finding(name, line, broken, RULES[broken].why))
    for broken, name in EXCEPTIONS.keys() - needed:
        found.append(Finding(name, 1, broken, "this exception is no longer needed; take it out of EXCEPTIONS"))
    return found


def main() -> int:
    found = findings()
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(RULES)} rules, {len(EXCEPTIONS)} exceptions with a reason, {len(found)} findings.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
