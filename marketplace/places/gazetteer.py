"""The packaged list of places: three files beside LICENSE, made by `manage.py build_places`.

Read at the first question, which takes 0.2 s, and kept as the bytes that they are: 6 MB a process, where objects would take
ten times that. Names are in order, so that one is found by halving.
"""

from __future__ import annotations

import gzip
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
OWN = b"!"  # after the row: the place's own name, or what it is called in one of the languages of spoken.txt
AFTER_ALL = b"\xff"  # no letter in UTF-8


@dataclass(frozen=True, slots=True)
class Place:
    id: int  # GeoNames'; stays the same for ever
    country: str  # ISO 3166: "BE"
    region: str  # GeoNames' code within the country
    latitude: float  # in hundredths: right to half a kilometre
    longitude: float
    population: int
    name: str
    spoken: dict[str, str] = field(hash=False)  # by language, where they call it otherwise: {"fr": "Bruxelles"}


class Named(NamedTuple):
    """That a name belongs to the place of `row`."""

    row: int
    is_own: bool


class Gazetteer:
    def __init__(self, places: bytes, names: bytes) -> None:
        self._places, self._names = places, names
        self._starts, self._ids, self.populations = array("L"), array("L"), array("L")  # by row: the largest come first
        start = 0
        for line in places.splitlines(keepends=True):
            self._starts.append(start)
            place_id, _country, _region, _latitude, _longitude, population, _ = line.split(b"\t", 6)
            self._ids.append(int(place_id))
            self.populations.append(int(population))
            start += len(line)
        self._rows_by_id = array("L", sorted(range(len(self._ids)), key=self._ids.__getitem__))

    def __len__(self) -> int:
        return len(self._ids)

    def place(self, row: int) -> Place:
        start = self._starts[row]
        line = self._places[start : self._places.index(b"\n", start)].decode()
        place_id, country, region, latitude, longitude, population, name, spoken = line.split("\t")
        return Place(
            id=int(place_id),
            country=country,
            region=region,
            latitude=float(latitude),
            longitude=float(longitude),
            population=int(population),
            name=name,
            spoken=dict(said.split("=") for said in spoken.split(";") if said),
        )

    def by_id(self, place_id: int) -> Place | None:
        at = bisect_left(self._rows_by_id, place_id, key=self._ids.__getitem__)
        if at == len(self) or self._ids[self._rows_by_id[at]] != place_id:
            return None
        return self.place(self._rows_by_id[at])

    def named(self, folded: str) -> list[Named]:
        return [named for _, named in self._lines(folded.encode() + b"\t")]

    def beginning(self, folded: str) -> Iterator[tuple[bool, Named]]:
        """Whatever has a name that begins so; whether that is the whole name."""
        length = len(folded.encode())
        return ((line[length : length + 1] == b"\t", named) for line, named in self._lines(folded.encode()))

    def _lines(self, beginning: bytes) -> Iterator[tuple[bytes, Named]]:
        start, end = self._first_from(beginning), self._first_from(beginning + AFTER_ALL)
        for line in self._names[start:end].splitlines():
            row = line.rpartition(b"\t")[2]
            yield line, Named(int(row.rstrip(OWN)), row.endswith(OWN))

    def _first_from(self, beginning: bytes) -> int:
        """Where the first line starts that begins so or comes after all that do."""
        low, high = 0, len(self._names)
        while low < high:
            middle = (low + high) // 2
            start = self._names.rfind(b"\n", 0, middle) + 1
            if self._names[start : start + len(beginning)] < beginning:
                low = self._names.index(b"\n", middle) + 1
            else:
                high = start
        return low


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(_read("places"), _read("names"))


@cache
def areas() -> dict[str, frozenset[tuple[str, str]]]:
    """What a folded name of a country or region may stand for: country and region, "" for the whole of the country."""
    found: dict[str, set[tuple[str, str]]] = {}
    for line in _read("areas").decode().splitlines():
        name, country, region = line.split("\t")
        found.setdefault(name, set()).add((country, region))
    return {name: frozenset(each) for name, each in found.items()}


@cache
def regions() -> dict[tuple[str, str], tuple[str, ...]]:
    """The names in regions.txt, as they are written there, by country and region. Without letters that stand for one."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for line in (DATA / "regions.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            codes, _, names = line.partition(": ")
            country, region = codes.split()
            found[country, region] = tuple(name.strip() for name in names.split(";") if not name.strip().isupper())
    return found


def _read(name: str) -> bytes:
    return gzip.decompress((DATA / f"{name}.tsv.gz").read_bytes())
