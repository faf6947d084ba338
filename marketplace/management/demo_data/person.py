"""What is told of one expert of the demo."""

from dataclasses import dataclass
from inspect import cleandoc

from marketplace.management.demo_data.portraits import Look
from marketplace.management.demo_data.tunes import Tune


@dataclass(frozen=True)
class Act:
    title: str
    minutes: int
    price_minor: int


@dataclass(frozen=True)
class Work:
    title: str
    description: str
    days: int
    price_minor: int


@dataclass(frozen=True)
class Robot:
    """How the robot that plays this expert differs from the other. `offers` is a kind of listing."""

    offers: str
    hue: float
    pitch: float


@dataclass(frozen=True)
class Greeting:
    """What is heard on the profile, and what stands beneath it for who cannot hear it."""

    tune: Tune
    words: str


@dataclass(frozen=True)
class Expert:
    """`bio` is Markdown, broken into lines as it suits the source."""

    name: str
    headline: str
    bio: str
    category: str
    languages: tuple[str, ...]  # the first is the one they read the site in
    skills: tuple[str, ...]
    place: str
    rate_minor: int
    look: Look
    free_minutes: int = 0
    acts: tuple[Act, ...] = ()
    works: tuple[Work, ...] = ()
    robot: Robot | None = None
    greeting: Greeting | None = None


def prose(text: str) -> str:
    """A paragraph, or an item of a list, becomes one line, whatever its breaks in the source."""
    lines: list[str] = []
    for line in cleandoc(text).splitlines():
        if line and lines and lines[-1] and not line.startswith("- "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return "\n".join(lines)
