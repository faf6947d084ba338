"""What search reads of one profile."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from marketplace.experts.markup import to_plain
from marketplace.experts.models import Category, Profile
from marketplace.places import services as places
from marketplace.search.analysis import STOP_WORDS, Word, joined, stems, words_of


@dataclass(frozen=True)
class Text:
    """`strong` is what a profile is about, `weak` all else that stands on it."""

    strong: str
    weak: str

    @cached_property
    def strong_words(self) -> list[Word]:
        return list(words_of(self.strong))

    @cached_property
    def weak_words(self) -> list[Word]:
        return list(words_of(self.weak))

    def lexemes(self) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        """What each word is found by, strong and weak: itself, its stems, and those of what it is with a hyphen's other half."""
        return _lexemes(self.strong, self.strong_words), _lexemes(self.weak, self.weak_words)

    def spellings(self) -> dict[str, str]:
        """Folded word -> as it is written, of those that can be proposed to somebody who types."""
        found: dict[str, str] = {}
        for text, words in ((self.strong, self.strong_words), (self.weak, self.weak_words)):
            for word in words:
                if len(word.folded) > 1 and not word.folded.isdigit() and word.folded not in STOP_WORDS:
                    found.setdefault(word.folded, text[word.start : word.end].lower())
            for at, word in joined(text, words):
                found.setdefault(word, text[words[at].start : words[at + 1].end].lower())
        return found


def _lexemes(text: str, words: list[Word]) -> list[tuple[str, ...]]:
    with_next = dict(joined(text, words))
    return [
        (word.folded, *stems(word.folded), *((with_next[at], *stems(with_next[at])) if at in with_next else ()))
        for at, word in enumerate(words)
    ]


class Parts(NamedTuple):
    """What is read, as people call it. The first three are what a profile is about."""

    name: str
    headline: str
    skills: str
    category: str
    offered: str
    place: str
    about: str


def parts_of(profile: Profile) -> Parts:
    """With its user, category and listings at hand."""
    active = [listing for listing in profile.listings.all() if listing.active]
    return parts_from(
        name=profile.user.name,
        headline=profile.headline,
        skills=profile.skills,
        categories=_names(profile.category),
        offered=[text for listing in active for text in (listing.title, listing.description)],
        place=profile.place,
        place_id=profile.place_id,
        bio=profile.bio,
    )


def parts_from(
    *,
    name: str,
    headline: str,
    skills: Iterable[str],
    categories: Iterable[str],
    offered: Iterable[str],
    place: str,
    place_id: int | None,
    bio: str,
) -> Parts:
    """`categories`: the names of its category and of that which it is part of, in every language."""
    return Parts(
        name=name,
        headline=headline,
        skills="\n".join(skills),
        category="\n".join(categories),
        offered="\n".join(offered),
        place="\n".join(names_of_place(place, place_id)),
        about=to_plain(bio),
    )


def text_of(profile: Profile) -> Text:
    parts = parts_of(profile)
    return Text("\n".join(parts[:3]), "\n".join(parts[3:]))


def names_of_place(written: str, place_id: int | None) -> list[str]:
    """As they wrote it, in each language, with its region and country: Bruxelles is found by Brussel, and by Belgium."""
    place = places.by_id(place_id or 0)
    return [written, *([place.name, *place.spoken.values(), *places.areas_of(place)] if place else [])]


def _names(category: Category) -> list[str]:
    """In every language, with that of the category it is part of."""
    above = _names(category.parent) if category.parent else []
    return [category.name, category.name_fr, *above]
