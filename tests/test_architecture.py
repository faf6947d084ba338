"""Rules of the tree that import-linter cannot see: tables by name, folders, the list of variables."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("marketplace", "calls", "payouts")
# From the top: tables of a floor may point to their own floor and to those below it.
FLOORS = (
    "calls",
    "marketplace.search",
    "marketplace.reviews",
    "marketplace.sponsors",
    "marketplace.listings",
    "marketplace.experts",
    "marketplace.accounts",
    "payouts",
)
OUR_TABLES = [model for model in apps.get_models() if model._meta.app_label in APPS]
CONCEPTS = sorted(
    file.parent.relative_to(ROOT)
    for app in APPS
    for file in (ROOT / app).rglob("__init__.py")
    if not {"migrations", "management", "templatetags"} & set(file.parts)
)


def floor_of(model) -> int:
    return next(number for number, floor in enumerate(FLOORS) if model.__module__.startswith(floor))


def foreign_keys(model):
    return [field for field in model._meta.get_fields() if field.many_to_one or (field.one_to_one and field.concrete)]


@pytest.mark.parametrize("model", OUR_TABLES, ids=lambda model: model._meta.label)
class TableTests:
    def test_foreign_keys_point_down(self, model):
        upward = [
            field.name
            for field in foreign_keys(model)
            if field.related_model not in (apps.get_model(settings.AUTH_USER_MODEL), model)
            and floor_of(field.related_model) < floor_of(model)
        ]
        assert upward == []

    def test_members_are_named_through_the_setting(self, model):
        named = [
            field for field in foreign_keys(model) if field.related_model is apps.get_model(settings.AUTH_USER_MODEL)
        ]
        assert all(field.deconstruct()[3]["to"].setting_name == "AUTH_USER_MODEL" for field in named)

    def test_nothing_outside_the_ledger_points_into_it(self, model):
        if model.__module__ != "payouts.ledger.models":
            assert [f.name for f in foreign_keys(model) if f.related_model.__module__ == "payouts.ledger.models"] == []


class TreeTests:
    @pytest.mark.parametrize("folder", CONCEPTS, ids=str)
    def test_each_folder_says_what_it_is_for(self, folder):
        assert (ROOT / folder / "__init__.py").read_text().strip().startswith('"""')

    def test_the_tables_of_an_app_are_on_one_screen(self):
        for app in APPS:
            listed = __import__(f"{app}.models", fromlist=["__all__"]).__all__
            assert sorted(listed) == sorted(m.__name__ for m in OUR_TABLES if m._meta.app_label == app)

    def test_every_test_folder_is_a_package(self):
        # Without tests/__init__.py, tests/payouts/ would shadow the real payouts.
        folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}
        assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []

    def test_the_example_environment_has_every_variable_that_the_settings_read(self):
        read = set(re.findall(r'env_\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "marketplace/settings.py").read_text()))
        listed = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
        assert listed == read
