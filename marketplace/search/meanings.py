"""Words that mean the same, in English and in French (meanings.txt)."""

from functools import cache, lru_cache
from pathlib import Path

from marketplace.search.analysis import stems

FILE = Path(__file__).with_name("meanings.txt")


@cache
def _groups() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Stem -> the lines that have a word with it."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in FILE.read_text().splitlines():
        words = tuple(line.split()) if not line.startswith("#") else ()
        for stem in {stem for word in words for stem in stems(word)}:
            found.setdefault(stem, []).append(words)
    return {stem: tuple(groups) for stem, groups in found.items()}


@lru_cache(maxsize=10_000)
def same_meaning(word: str) -> tuple[str, ...]:
    """Other words for what a folded word means, without those that differ in their ending alone. Each once."""
    own = stems(word)
    others = (other for stem in own for group in _groups().get(stem, ()) for other in group)
    return tuple(dict.fromkeys(other for other in others if not set(stems(other)) & set(own)))
