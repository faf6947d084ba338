"""The words of a language, the commonest first: those of the demo's own experts, then tens of thousands that nobody has said.

Texts of real people have a long tail of rare words, and an index is as large as its tail.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from marketplace.management.demo_data import people
from marketplace.management.demo_data.synthetic import names
from marketplace.management.demo_data.synthetic.chance import Weighted, seeded, zipf

WORDS, SURNAMES = 40_000, 1_200
LETTERS_MIN = 5  # shorter ones are in the frames of the sentences
SYLLABLES = {
    "french": "ba bé bou bri cha clé co cou da dé dou fa flo fri ga gra gué ja la lé li lou ma mé mo mu na né o pa pé plu ra "
    "ré ri ro sa sé so ta té tri va vé vi",
    "english": "ba be bro ca clo cra da dri dro e fa fle ga gro ha hi jo ka la le lo lu ma me mo na ne o pa pi ra re ro sa she "
    "so sta ta te to tra u va we wi",
}
ENDINGS = {
    "french": ("tion", "ment", "eur", "age", "ette", "isme", "ier", "oir", "ance", "ure", "eaux", "té"),
    "english": ("ing", "ness", "er", "tion", "ment", "ship", "ly", "ware", "ette", "ism", "able", "ings"),
}


def words(language: str) -> Weighted[str]:
    return zipf(_filled_up(_said(language), _invented(language), WORDS))


def surnames(language: str) -> Weighted[str]:
    common = (names.LAST_FRENCH if language == "french" else names.LAST_ENGLISH).split()
    return zipf(_filled_up(common, _composed(language), SURNAMES))


def _composed(language: str) -> Iterator[str]:
    random = seeded(language)
    starts, ends = (getattr(names, f"{part}_{language.upper()}").split() for part in ("STARTS", "ENDS"))
    while True:
        yield random.choice(starts) + random.choice(("", "", "e", "in", "er")) + random.choice(ends)


def _filled_up(first: Iterable[str], more: Iterator[str], count: int) -> list[str]:
    found = dict.fromkeys(first)
    while len(found) < count:
        found[next(more)] = None
    return list(found)


def _said(language: str) -> list[str]:
    """By the demo's experts who write mostly in this language."""
    texts = [person.bio for person in people.EXPERTS if (person.languages[0] == "fr") == (language == "french")]
    found = Counter(re.findall(rf"[^\W\d_]{{{LETTERS_MIN},}}", " ".join(texts).lower()))
    return sorted(found, key=lambda word: (-found[word], word))


def _invented(language: str) -> Iterator[str]:
    random, syllables = seeded(language), SYLLABLES[language].split()
    while True:
        length = random.choice((1, 2, 2, 2, 3))
        yield "".join(random.choices(syllables, k=length)) + random.choice(ENDINGS[language])
