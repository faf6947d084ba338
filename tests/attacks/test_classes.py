"""The table of attacks does not rot: what it names is there, and what is there is named."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.attacks.classes import ATTACKS

HERE = Path(__file__).parent


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


def twins() -> set[str]:
    """By their own words, in this folder."""
    named = set()
    for path in sorted(HERE.glob("test_*.py")):
        module = import_module(f"tests.attacks.{path.stem}")
        for kind, group in vars(module).items():
            if not (isinstance(group, type) and kind.endswith("Tests")):
                continue
            for name, test in vars(group).items():
                if name.startswith("test_") and (test.__doc__ or "").startswith("The broken twin"):
                    named.add(f"attacks/{path.name}::{kind}::{name}")
    return named


def test_each_twin_of_this_folder_is_in_the_table():
    assert twins() <= {name for one in ATTACKS for name in whole(one.succeeds)}
    assert len(twins()) > 30
