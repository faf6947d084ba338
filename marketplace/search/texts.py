"""What search reads of one profile."""

from dataclasses import dataclass
from functools import cached_property

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


def text_of(profile: Profile) -> Text:
    """With its user, category and listings at hand."""
    offered = [listing for listing in profile.listings.all() if listing.active]
    strong = [profile.user.name, profile.headline, *profile.skills]
    weak = [*_names(profile.category), *(listing.title for listing in offered), *names_of_place(profile), profile.bio]
    weak += [listing.description for listing in offered]
    return Text("\n".join(strong), "\n".join(weak))


def names_of_place(profile: Profile) -> list[str]:
    """As they wrote it, in each language, with its region and country: Bruxelles is found by Brussel, and by Belgium."""
    place = places.by_id(profile.place_id or 0)
    return [profile.place, *([place.name, *place.spoken.values(), *places.areas_of(place)] if place else [])]


def _names(category: Category) -> list[str]:
    """In every language, with that of the category it is part of."""
    above = _names(category.parent) if category.parent else []
    return [category.name, category.name_fr, *above]
