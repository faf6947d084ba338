from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Amira Beldjoudi",
        headline="Votre prochain entretien, répété jusqu'à ce qu'il devienne facile",
        bio="""
            J'ai recruté pour des hôpitaux et pour de jeunes entreprises, plusieurs centaines de personnes en tout. De l'autre
            côté de la table, on entend vite ce qui sonne appris par cœur.

            Ensemble, on démonte l'annonce, on trouve vos **trois histoires**, et je pose les questions difficiles en premier :
            le trou dans le parcours, le départ fâché, le salaire. Vous repartez avec des notes, pas avec des slogans.

            Je travaille en français, en arabe ou en anglais, y compris pour un entretien qui passe de l'un à l'autre.
        """,
        category="careers",
        languages=("fr", "ar", "en"),
        skills=("entretiens", "CV", "salaire", "recrutement"),
        place="Marseille",
        rate_minor=250,
        look=Look("scarf", "pistachio", "tan", "emerald", "forest"),
        acts=(Act("Un entretien blanc complet", 50, 11_000), Act("Votre CV en une demi-heure", 30, 6_500)),
    ),
    Expert(
        name="Priscilla Oyelaran",
        headline="Back to work after years away, without apologising for them",
        bio="""
            I was out for six years, with twins and then with my father. Forty applications later I had learned what to leave
            out. Since then I have coached some two hundred people back into offices, schools and workshops.

            We talk about

            - what you did in those years that somebody would pay for,
            - the sentence that explains the gap, said once and calmly,
            - which three employers to write to this week.

            I am direct, I laugh easily, and I will not let you write *just a mum*.
        """,
        category="careers",
        languages=("en",),
        skills=("returning to work", "CV", "confidence", "part-time work"),
        place="Manchester",
        rate_minor=180,
        free_minutes=5,
        look=Look("afro", "apricot", "umber", "black", "plum", "hoops grin"),
        acts=(Act("Your gap in one good sentence", 20, 3_500),),
    ),
    Expert(
        name="Étienne Charbonneau",
        headline="Changer de métier à quarante ans : par où commencer lundi",
        bio="""
            J'ai été opticien pendant dix-sept ans, puis apprenti ébéniste à quarante et un. Je connais la peur du banquier et
            celle du dimanche soir.

            Je ne vous dirai pas de suivre votre passion. On fait plutôt trois colonnes : ce que vous savez faire, ce que
            quelqu'un achète, ce que votre famille peut supporter. D'habitude, il reste deux ou trois idées sérieuses, et une
            personne à appeler pour chacune.

            Le premier appel sert souvent à dire tout haut ce qu'on n'ose pas dire au souper.
        """,
        category="careers",
        languages=("fr", "en"),
        skills=("reconversion", "apprentissage", "bilan", "travail autonome"),
        place="Montréal",
        rate_minor=210,
        look=Look("side", "mist", "fair", "brown", "denim", "beard glasses"),
        acts=(Act("Vos trois colonnes, remplies à deux", 60, 9_500),),
    ),
    Expert(
        name="Wanjiru Kamathi",
        headline="Technology jobs for people who do not write code",
        bio="""
            Support, testing, writing the manual, running the project, selling the thing: half of a software company never
            writes a line of it. I came in from hotel reception and have hired for all five.

            Send me a job advert and I tell you what the words mean, which *requirements* are wishes, and what the first
            month looks like from the inside. Then we turn your own working life into their vocabulary without lying.

            If the job is a bad one, I say that too.
        """,
        category="careers",
        languages=("en", "sw"),
        skills=("technology", "first job", "job adverts", "testing", "support"),
        place="Dublin",
        rate_minor=230,
        look=Look("braids", "sky", "brown", "black", "mustard", "earrings"),
        works=(
            Work(
                "An honest reading of a job advert",
                "You send the advert; you get a page: what they need, what they merely wish, what to ask, what to avoid.",
                2,
                2_500,
            ),
        ),
    ),
    Expert(
        name="Fatoumata Sylla",
        headline="Prendre la parole en réunion sans attendre que ce soit fini",
        bio="""
            En réunion, j'ai longtemps eu ma meilleure idée dans l'ascenseur. Aujourd'hui je prépare des gens réservés à
            parler tôt, court, et une deuxième fois.

            Une séance ressemble à ceci :

            - vous racontez la prochaine réunion, avec les prénoms ;
            - je joue le collègue qui coupe la parole ;
            - on garde **deux phrases** qui marchent, à vous, pas à moi.

            Cela vaut aussi pour demander une augmentation, refuser un dossier de trop, ou dire merci sans disparaître.
        """,
        category="careers",
        languages=("fr", "nl", "en"),
        skills=("prise de parole", "réunions", "augmentation", "dire non"),
        place="Bruxelles",
        rate_minor=160,
        look=Look("bun", "rose", "ebony", "black", "teal", "earrings necklace"),
        acts=(Act("Répétition d'une réunion difficile", 40, 5_800),),
    ),
)
