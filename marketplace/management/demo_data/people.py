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

SHELVES = {  # the first level, in English and in French, with what stands below it
    "home-and-garden": ("Home and garden", "Maison et jardin", ("animals", "crafts", "gardening", "home")),
    "free-time": ("Free time", "Temps libre", ("cooking", "music", "travel")),
    "work-and-office": ("Work and office", "Travail et bureau", ("careers", "computers", "money")),
    "words": ("Words and languages", "Mots et langues", ("languages", "writing")),
}
CATEGORIES = {  # those that experts stand in
    "animals": ("Animals", "Animaux"),
    "careers": ("Work and careers", "Travail et carrière"),
    "computers": ("Computers and phones", "Ordinateurs et téléphones"),
    "cooking": ("Cooking", "Cuisine"),
    "crafts": ("Making and mending", "Fabriquer et réparer"),
    "gardening": ("Plants and gardens", "Plantes et jardins"),
    "home": ("Home and repairs", "Maison et bricolage"),
    "languages": ("Languages", "Langues"),
    "money": ("Money and taxes", "Argent et impôts"),
    "music": ("Music", "Musique"),
    "practice": ("Try it out", "Faire un essai"),
    "travel": ("Travel", "Voyages"),
    "writing": ("Writing and letters", "Écriture et courrier"),
}

ZONES = {  # of the countries that they live in
    "BE": "Europe/Brussels",
    "CA": "America/Toronto",  # all of them in its east
    "CH": "Europe/Zurich",
    "DE": "Europe/Berlin",
    "DZ": "Africa/Algiers",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "MA": "Africa/Casablanca",
    "MG": "Indian/Antananarivo",
    "NL": "Europe/Amsterdam",
    "PT": "Europe/Lisbon",
    "SE": "Europe/Stockholm",
    "SN": "Africa/Dakar",
}

CALLER, SECOND_CALLER, STAFF = "Nora Lindhagen", "Jonas Okwudili", "Sam Underhill"
EARNER = "Kofi Adjaben"  # has calls behind him, so that earnings and receipts show something

# As the directory shows those who are equally far: the newest first, and neighbours of different trades.
_TRADES = (careers, computers, cooking, gardening, home, languages, money, music, travel, animals, crafts, writing)
EXPERTS = (
    *practice.EXPERTS,
    *(expert for together in zip(*(trade.EXPERTS for trade in _TRADES), strict=True) for expert in together),
)
