from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Catherine Nguyen-Delmas",
        headline="La lettre que vous n'arrivez pas à écrire à l'administration",
        bio="""
            Écrivain public depuis dix-huit ans, d'abord à une table de mairie, maintenant à l'écran. On vient me voir avec une
            enveloppe ouverte depuis trois semaines.

            Lisez-moi le courrier. Je traduis : ce qu'ils demandent, pour quand, et ce qu'ils ne demandent pas. Puis nous
            écrivons la réponse, courte, datée, avec la bonne formule à la fin.

            CAF, préfecture, bailleur, école. Je n'écris pas de conclusions d'avocat ; quand il en faut un, je vous aide à
            préparer le rendez-vous.
        """,
        category="writing",
        languages=("fr", "vi"),
        skills=("courrier", "administration", "formulaires", "réclamations"),
        place="Paris 13e",
        rate_minor=140,
        free_minutes=2,
        look=Look("bob", "mist", "ivory", "black", "wine", "necklace"),
        acts=(Act("Une lettre, écrite ensemble", 40, 5_200),),
    ),
    Expert(
        name="Fergus Abernathy",
        headline="Speeches: the wedding, the retirement, the funeral",
        bio="""
            Four minutes is long. Six is a hostage situation. I wrote speeches for a minister, who shall be nameless, and then
            for several hundred uncles, who were better.

            Talk to me about the person. I listen for the one story that nobody else could tell, and we build the speech around
            it, in words that you actually use. Then you read it to me, standing up, with your shoes on.

            For funerals I keep an hour free every evening. You need not be a speaker; you need to have loved somebody.
        """,
        category="writing",
        languages=("en",),
        skills=("speeches", "weddings", "eulogies", "public speaking"),
        place="Edinburgh",
        rate_minor=240,
        look=Look("receding", "lilac", "ivory", "grey", "charcoal", "square-glasses tie lines"),
        acts=(Act("One speech, from story to standing up", 60, 11_000),),
        works=(
            Work(
                "A speech of four minutes",
                "After one call: a text to be read aloud, with its pauses marked, and one round of changes.",
                3,
                16_000,
            ),
        ),
    ),
    Expert(
        name="Aminata Guèye",
        headline="Mémoire ou thèse : le plan, la page blanche, la bibliographie",
        bio="""
            J'ai dirigé des mémoires à Dakar et relu des thèses de six pays. La plupart des étudiants n'ont pas un problème de
            style : ils ont trois sujets dans un seul.

            On cherche votre question en une phrase. Ensuite le plan se fait presque seul, et l'on peut parler du reste : la
            méthode, les notes, le directeur qui ne répond pas.

            - Je relis, je questionne, je **n'écris pas à votre place**.
            - Zotero en une demi-heure.
            - La soutenance, répétée à voix haute.
        """,
        category="writing",
        languages=("fr", "en"),
        skills=("mémoire", "thèse", "bibliographie", "soutenance", "Zotero"),
        place="Dakar",
        rate_minor=100,
        look=Look("headwrap", "sky", "brown", "coral", "navy", "glasses earrings"),
        acts=(Act("Votre question, en une phrase", 45, 4_000), Act("Une soutenance blanche", 60, 5_500)),
    ),
    Expert(
        name="Ruth Okonjo-Bell",
        headline="Your first novel, read by someone who will not say it is nice",
        bio="""
            I edited fiction for nineteen years. Most first chapters begin on page eleven, and I can usually show you where.

            Send ten pages before the call. I read them twice: once as a reader on a train, once with a pencil. We talk about
            where I stopped believing you, where I missed my stop, and which of your characters has taken over.

            I am kind about people and strict about adverbs. I cannot get you an agent; I can get you to chapter two.
        """,
        category="writing",
        languages=("en",),
        skills=("novels", "editing", "first chapters", "dialogue"),
        place="Oxford",
        rate_minor=210,
        look=Look("locs", "shell", "umber", "grey", "emerald", "round-glasses calm"),
        acts=(Act("Ten pages, taken seriously", 45, 8_500),),
        works=(
            Work(
                "A reader's report on your manuscript",
                "Up to 90,000 words: what works, what does not, what to do first. Six pages, and a call about them.",
                30,
                42_000,
            ),
        ),
    ),
    Expert(
        name="Simon-Pierre Gagnon",
        headline="Du français à l'anglais et retour · English that does not smell of French",
        bio="""
            À Gatineau, on change de langue au milieu du pont. J'ai traduit des lois de pêche, des menus et un roman ; les
            menus étaient les plus durs.

            *In English:* show me the paragraph that feels wrong and I will tell you why. Usually it is a false friend, a
            passive, or a word that no Canadian has said since 1950.

            - Un courriel délicat, relu avant l'envoi.
            - Website, CV, label: side by side.
            - Je dis aussi quand l'original est meilleur.
        """,
        category="writing",
        languages=("fr", "en"),
        skills=("traduction", "translation", "relecture", "English", "faux amis"),
        place="Gatineau",
        rate_minor=160,
        look=Look("side", "sage", "rosy", "ginger", "denim", "moustache freckles"),
        works=(
            Work(
                "Une page traduite · One page translated",
                "Jusqu'à 400 mots, dans un sens ou dans l'autre, avec mes doutes en marge. / Up to 400 words, either way.",
                2,
                3_600,
            ),
        ),
    ),
)
