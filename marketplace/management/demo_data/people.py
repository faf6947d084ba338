"""Who lives in the demo. Everybody is made up; nobody gives advice that needs a licence."""

from marketplace.management.demo_data.experts import (
    animals,
    careers,
    computers,
    cooking,
    crafts,
    gardening,
    home,
    languages,
    money,
    music,
    practice,
    travel,
    writing,
)

CATEGORIES = {
    "animals": "Animals",
    "careers": "Work and careers",
    "computers": "Computers and phones",
    "cooking": "Cooking",
    "crafts": "Making and mending",
    "gardening": "Plants and gardens",
    "home": "Home and repairs",
    "languages": "Languages",
    "money": "Money and taxes",
    "music": "Music",
    "practice": "Try it out",
    "travel": "Travel",
    "writing": "Writing and letters",
}

CALLER, SECOND_CALLER, STAFF = "Nora Lindhagen", "Jonas Okwudili", "Sam Underhill"
EARNER = "Kofi Adjaben"  # has calls behind him, so that earnings and receipts show something

# As the directory shows those who are equally far: the newest first, and neighbours of different trades.
_SHELVES = (careers, computers, cooking, gardening, home, languages, money, music, travel, animals, crafts, writing)
EXPERTS = (
    *practice.EXPERTS,
    *(expert for together in zip(*(shelf.EXPERTS for shelf in _SHELVES), strict=True) for expert in together),
)
