from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Inês Tavarela",
        headline="Portuguese you can use tomorrow morning",
        bio="""
            Conversation first, grammar when you trip over it. I teach people who move to Portugal, and people who married into
            it.

            Tell me what you have to say this week and we practise exactly that: the landlord, the school gate, the
            mother-in-law. You speak two thirds of the time; I interrupt only when nobody would understand you.

            European Portuguese, with all its swallowed vowels. I also teach you to *hear* it, which is the harder half.
        """,
        category="languages",
        languages=("pt", "en", "es"),
        skills=("conversation", "pronunciation", "moving abroad"),
        place="Coimbra",
        rate_minor=80,
        look=Look("long", "shell", "olive", "brown", "coral"),
        acts=(Act("A conversation lesson", 30, 2_000),),
    ),
    Expert(
        name="Aurélien Pasquier",
        headline="Le français qu'on parle vraiment, pour qui l'a appris dans un livre",
        bio="""
            Vous dites « je ne sais pas » ; tout le monde autour de vous dit « chais pas ». Entre les deux, il y a un cours, et
            c'est le mien.

            J'enseigne le français aux adultes depuis quatorze ans, à l'université puis en usine. On écoute, on répète, on
            raconte sa journée. Je note vos fautes sans couper, et nous en gardons **cinq** à la fin : les plus utiles.

            Pour préparer une réunion, un déménagement, ou un dîner où l'on parle trop vite.
        """,
        category="languages",
        languages=("fr", "en", "de"),
        skills=("conversation", "français", "prononciation", "français au travail"),
        place="Tours",
        rate_minor=75,
        free_minutes=5,
        look=Look("side", "mint", "fair", "chestnut", "wine", "glasses collar"),
        acts=(Act("Une leçon de conversation", 45, 2_700),),
    ),
    Expert(
        name="Siobhán Ní Mhurchadha",
        headline="Irish from the very first word, or from the school that put you off",
        bio="""
            I grew up with it in the kitchen in Dingle, and I teach it the way it was spoken there: in whole sentences, about
            the weather and the neighbours.

            No tables of verbs until you ask for them. Most of my pupils had ten years of it at school and cannot order a pint;
            after ten calls they can, and complain about it too.

            Songs, blessings, place names, and what your surname means. *Fáilte romhat*, you are welcome.
        """,
        category="languages",
        languages=("ga", "en"),
        skills=("Irish", "conversation", "songs", "place names"),
        place="Tralee",
        rate_minor=70,
        look=Look("waves", "seafoam", "ivory", "ginger", "emerald", "freckles grin"),
        acts=(Act("A first lesson in Irish", 30, 1_800),),
    ),
    Expert(
        name="Leïla Haddadou",
        headline="L'arabe parlé d'Alger, pour retrouver ses grands-parents",
        bio="""
            Beaucoup de mes élèves comprennent tout et n'osent rien dire. Ils ont entendu la langue au téléphone, derrière une
            porte, et répondu en français toute leur vie.

            On commence par ce que vous savez déjà, plus que vous ne croyez. Puis une phrase pour la grand-mère, une blague,
            une recette ; bientôt vous appelez vous-même.

            - L'algérien d'abord, la *darija* des autres si vous voulez.
            - Lire et écrire plus tard, ou jamais : c'est vous qui décidez.
        """,
        category="languages",
        languages=("fr", "ar"),
        skills=("arabe algérien", "darija", "conversation", "famille"),
        place="Alger",
        rate_minor=45,
        look=Look("curly", "peach", "tan", "black", "violet", "hoops"),
        acts=(Act("Un appel préparé à vos grands-parents", 40, 1_900),),
    ),
    Expert(
        name="Jakob Lindenthal",
        headline="German for an office in Berlin · L'allemand pour travailler à Berlin",
        bio="""
            Twelve years in a Berlin office full of people from elsewhere taught me which forty sentences they needed. We learn
            those first: the stand-up meeting, the sick note, the polite no.

            *En français :* je donne les mêmes cours aux francophones. On parle, je corrige par écrit après l'appel, et l'on ne
            dit jamais « datif » avant la troisième leçon.

            - Telephone calls with offices: we rehearse, then you ring.
            - Lettres de motivation : relues à voix haute.
        """,
        category="languages",
        languages=("de", "en", "fr"),
        skills=("German", "allemand", "office German", "telephone calls"),
        place="Berlin",
        rate_minor=95,
        look=Look("crop", "stone", "rosy", "blond", "charcoal", "square-glasses stubble"),
        works=(
            Work(
                "A letter in German, corrected",
                "Up to two pages: corrected, with a short note on why. / Deux pages au plus, corrigées et commentées.",
                2,
                1_900,
            ),
        ),
    ),
)
