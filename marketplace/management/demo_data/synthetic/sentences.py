"""What synthetic experts write: frames, with words put in. `{word}` is any word of the language, common or rare."""

from typing import NamedTuple


class Frames(NamedTuple):
    headlines: tuple[str, ...]
    first: tuple[str, ...]
    more: tuple[str, ...]
    list_begins: str
    last: tuple[str, ...]
    nowhere: tuple[str, ...]  # what stands where others name a place


FRENCH = Frames(
    headlines=(
        "{Skill} : on commence par vos questions",
        "{Skill} et {skill}, pas à pas",
        "De l'aide pour {skill}, sans jargon",
        "{Skill}, {skill}, et un peu de patience",
        "{Skill} pour débutants",
        "{Skill} : ce que j'aurais aimé savoir plus tôt",
        "Vingt minutes sur {skill} valent mieux qu'un livre",
        "{Skill} à {place} et partout ailleurs",
        "{Skill}, et tout ce qui va avec : {word}, {word}",
        "Une question sur {skill} ? Appelez",
    ),
    first=(
        "Depuis {years} ans, je m'occupe de {skill}, d'abord par métier, aujourd'hui par plaisir.",
        "J'ai appris {skill} sur le tas, à {place}, et je l'explique depuis {years} ans.",
        "Je travaille à {place} et je réponds à tout ce qui touche à {skill}.",
        "On m'appelle pour {skill} ; on reste souvent pour {skill}.",
        "{years} ans de {skill}, et encore quelques surprises.",
        "Ce que je sais de {skill} tient en peu de mots, que je choisis avec soin.",
    ),
    more=(
        "Montrez-moi ce qui ne va pas et nous regardons ensemble, calmement.",
        "Je m'y connais aussi en {word}, en {word} et en {word}.",
        "La plupart des gens oublient {word} ; c'est pourtant par là qu'il faut commencer.",
        "Entre {word} et {word}, il y a une méthode, et elle s'apprend en une heure.",
        "Si vous avez déjà essayé {skill}, dites-moi ce qui a échoué : c'est le plus utile.",
        "Pour {skill}, je garde toujours {word} à portée de main.",
        "On peut parler de {word} sans parler de {word}, mais c'est dommage.",
        "Préparez vos questions, un papier et {word}.",
        "Je préfère dix minutes précises à une heure de {word}.",
        "Je ne vends rien : ni {word}, ni {word}, ni abonnement.",
        "J'ai accompagné des gens de {place}, des familles, des associations, et même {word}.",
        "Quand je ne sais pas, je le dis, et je vous indique quelqu'un.",
    ),
    list_begins="On peut parler de :",
    last=(
        "À bientôt au téléphone.",
        "Le premier appel sert à faire connaissance.",
        "Les débutants sont les bienvenus.",
        "Vous repartez avec des notes.",
        "Appelez quand vous voulez, je réponds si je suis là.",
        "Je parle lentement si vous le demandez.",
    ),
    nowhere=("la campagne", "la maison", "un petit village"),
)
ENGLISH = Frames(
    headlines=(
        "{Skill}: we start with your question",
        "{Skill} and {skill}, one step at a time",
        "Help with {skill}, in plain words",
        "{Skill}, {skill} and some patience",
        "{Skill} for beginners",
        "{Skill}: what I wish I had known sooner",
        "Twenty minutes on {skill} are worth a book",
        "{Skill} in {place} and everywhere else",
        "{Skill}, and what comes with it: {word}, {word}",
        "Stuck with {skill}? Ring me",
    ),
    first=(
        "I have worked with {skill} for {years} years, first for a living and now for the pleasure of it.",
        "I learned {skill} on the job in {place}, and have explained it for {years} years.",
        "I work in {place} and answer anything about {skill}.",
        "People call me about {skill} and stay for {skill}.",
        "After {years} years of {skill} there are still surprises.",
        "What I know about {skill} fits into few words, and I choose them with care.",
    ),
    more=(
        "Show me what is wrong and we look at it together, calmly.",
        "I also know my way around {word}, {word} and {word}.",
        "Most people forget {word}, which is where one has to begin.",
        "Between {word} and {word} there is a method, and it takes an hour to learn.",
        "If you have tried {skill} before, tell me what failed: that helps most.",
        "For {skill} I always keep {word} within reach.",
        "One can talk about {word} without {word}, but it would be a pity.",
        "Have your questions ready, some paper and {word}.",
        "I prefer ten exact minutes to an hour of {word}.",
        "I sell nothing: no {word}, no {word}, no subscription.",
        "I have helped people from {place}, families, clubs, and once {word}.",
        "When I do not know, I say so and name somebody who does.",
    ),
    list_begins="We can talk about:",
    last=(
        "Talk to you soon.",
        "The first call is for getting to know each other.",
        "Beginners are welcome.",
        "You leave with notes.",
        "Ring whenever you like; I answer if I am there.",
        "I speak slowly if you ask me to.",
    ),
    nowhere=("the country", "the house", "a small village"),
)
