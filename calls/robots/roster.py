"""Which demo experts are robots, and how each signs in: a file that only this machine's user can read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "robots.json"


@dataclass(frozen=True)
class Entry:
    """One robot: an ordinary member's e-mail and password, the kind of listing it offers, and its looks."""

    email: str
    password: str
    name: str
    offers: str
    hue: float
    pitch: float


def keep(folder: Path, robots: dict[str, Entry]) -> None:
    """Writes the robots by their profile's slug, readable by the owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({slug: asdict(entry) for slug, entry in robots.items()}, indent=1)
    handle = os.open(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, 0o600)
        file.write(text)


def known(folder: Path) -> dict[str, Entry]:
    """The robots by slug; none where no demo was made."""
    path = folder / FILE_NAME
    if not path.exists():
        return {}
    return {slug: Entry(**entry) for slug, entry in json.loads(path.read_text(encoding="utf-8")).items()}
