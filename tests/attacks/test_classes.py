"""The table of attacks does not rot: what it names is there, and what is there is named."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.attacks.classes import ATTACKS

TESTS = Path(__file__).parent.parent
THEIR_OWN_WORDS = "The broken twin"


def whole(names: list[str]) -> Iterator[str]:
    """Each with its file."""
    file = ""
    for name in names:
        if ".py::" in name:
            file = name.split("::")[0]
        yield name if ".py::" in name else f"{file}::{name}"


def found(name: str) -> object:
    file, *path = name.split("::")
    it: object = import_module("tests." + file.removesuffix(".py").replace("/", "."))
    for part in path:
        it = getattr(it, part)
    return it


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.what)
def test_each_has_a_test_and_a_broken_twin_that_are_there(attack):
    assert attack.fails
    assert attack.succeeds
    for name in whole([*attack.fails, *attack.succeeds]):
        assert callable(found(name)), name


def test_no_twin_is_a_test_of_its_own():
    fails = {name for one in ATTACKS for name in whole(one.fails)}
    assert not fails & {name for one in ATTACKS for name in whole(one.succeeds)}


def is_twin(name: str, test: object) -> bool:
    return name.startswith("test_") and (test.__doc__ or "").startswith(THEIR_OWN_WORDS)


def twins() -> set[str]:
    """All there are, by their own words."""
    named = set()
    for path in sorted(TESTS.rglob("test_*.py")):
        if THEIR_OWN_WORDS not in path.read_text():
            continue
        file = str(path.relative_to(TESTS))
        module = import_module("tests." + file.removesuffix(".py").replace("/", "."))
        for kind, group in vars(module).items():
            if is_twin(kind, group):
                named.add(f"{file}::{kind}")
            elif isinstance(group, type) and kind.endswith("Tests"):
                named |= {f"{file}::{kind}::{name}" for name, test in vars(group).items() if is_twin(name, test)}
    return named


def test_each_twin_is_in_the_table():
    assert twins() <= {name for one in ATTACKS for name in whole(one.succeeds)}
    assert len(twins()) > 60
