"""Whatever a person reads goes through gettext: no words of a template stand outside it, and codes have words for staff."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from payouts.disputes.models import Dispute
from payouts.staff import words
from payouts.wallet.models import TopUp
from payouts.withdrawals.models import Withdrawal

ROOT = Path(settings.BASE_DIR)
NOT_SHOWN = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?%}.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*comment.*?endcomment\s*%}|{%\s*block (?:body_class|width)\s*%}.*?{%\s*endblock\s*%}"
    r"|{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->",
    re.DOTALL,
)
SHOWN_ATTRIBUTE = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')
WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = {"Ringwise", "UTC", "PDF", "CSV"}  # the same in every language
TEMPLATES = sorted(ROOT.joinpath("templates").rglob("*.html")) + sorted(ROOT.joinpath("templates").rglob("*.txt"))
ACT_OR_KIND = re.compile(r'\b(act|kind)="([a-z_.]+)"')


def untranslated(text: str) -> list[str]:
    shown = NOT_SHOWN.sub(" ", text)
    parts = SHOWN_ATTRIBUTE.findall(shown) + re.sub(r"<[^>]*>", "\n", shown).split("\n")
    parts = [re.sub(r"(/[\w-]+)+/|&\w+;", "", part) for part in parts]  # the address of a page, a space
    return [part.strip() for part in parts if set(WORD.findall(part)) - NAMES]


def test_no_template_has_words_outside_gettext():
    left = {str(path.relative_to(ROOT)): untranslated(path.read_text()) for path in TEMPLATES}
    assert {path: texts for path, texts in left.items() if texts} == {}


@pytest.mark.parametrize("text", ["<p>Pay now</p>", '<a title="Pay">{{ sum }}</a>', "{% translate 'x' %} left"])
def test_words_outside_it_are_found(text):
    assert untranslated(text)


def outside_gettext(tree: ast.AST) -> Iterator[str]:
    """Words in a text, except what a call of `_` is given, docstrings and the reasons of exceptions."""
    for node in ast.iter_child_nodes(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_marked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            if set(WORD.findall(node.value)) - NAMES:
                yield node.value
        elif not (is_docstring or is_marked or isinstance(node, ast.Raise)):
            yield from outside_gettext(node)


@pytest.mark.parametrize("path", sorted(ROOT.glob("[cp]a*/*/evidence.py")), ids=str)
def test_evidence_has_no_words_outside_gettext_and_is_in_english(path):
    text = path.read_text()
    assert list(outside_gettext(ast.parse(text))) == []
    assert "@in_english" in text


@pytest.mark.parametrize("text", ['x = f"on {day} UTC, by card."', 'x = _("Sum") + " of credit"'])
def test_words_of_evidence_outside_it_are_found(text):
    assert list(outside_gettext(ast.parse(text)))


def test_every_task_and_act_of_staff_has_words():
    found = {
        code
        for app in ("payouts", "calls", "marketplace")
        for path in (ROOT / app).rglob("*.py")
        for line in re.findall(r"(?:open_task|record)\((?:[^()]|\([^()]*\))*", path.read_text())
        for _name, code in ACT_OR_KIND.findall(line)
    }
    assert found
    assert found - set(words.WORDS) == set()


def test_every_state_on_pages_of_staff_has_words():
    states = {*TopUp.State.values, *Withdrawal.State.values, *Dispute.OPEN, *Dispute.INQUIRIES, "won", "lost"}
    assert states - set(words.WORDS) == set()
    assert words.said("a_new_one") == "a_new_one"
