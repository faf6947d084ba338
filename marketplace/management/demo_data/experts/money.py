from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Kofi Adjaben",
        headline="Taxes for freelancers, explained until they make sense",
        bio="""
            I kept books for small studios for fifteen years before I started explaining them instead.

            Bring the form or the letter that worries you and share your screen; we go through it line by line. You will know
            what each box wants, which papers to keep, and which date to be afraid of. I explain how things work and do not fill
            in returns for you.

            Mostly France, often France *and* somewhere else: invoices across borders are my favourite mess.
        """,
        category="money",
        languages=("en", "fr"),
        skills=("freelancing", "VAT", "bookkeeping", "invoices"),
        place="Lyon",
        rate_minor=200,
        look=Look("short", "seafoam", "umber", "black", "teal"),
        acts=(Act("Your first VAT return, walked through", 45, 6_000), Act("Half an hour on your invoices", 30, 4_500)),
        works=(
            Work(
                "A checklist for your bookkeeping year",
                "Two pages, made for your trade and country: which papers to keep, which dates to note. As a PDF.",
                5,
                3_500,
            ),
        ),
    ),
    Expert(
        name="Geneviève Maertens",
        headline="Un budget de ménage qui tient jusqu'au 31",
        bio="""
            J'ai travaillé vingt ans dans un service social, à côté de gens qui comptaient très bien et à qui il manquait
            toujours quatre-vingts euros. On finit par savoir où ils partent.

            Prenez vos trois derniers extraits de compte et un café. On trie en quatre piles, on regarde les abonnements
            oubliés, on répartit l'année sur douze mois. Sans morale : le chocolat reste.

            Je ne place pas d'argent et je ne vends rien. Pour des dettes en justice, je vous dis à quelle porte frapper.
        """,
        category="money",
        languages=("fr", "nl"),
        skills=("budget", "factures", "abonnements", "fins de mois"),
        place="Namur",
        rate_minor=120,
        free_minutes=5,
        look=Look("bob", "lilac", "fair", "grey", "plum", "glasses necklace lines"),
        acts=(Act("Vos trois mois, triés à deux", 60, 5_900),),
    ),
    Expert(
        name="Tunde Akinremi",
        headline="What to charge: prices for people who make things",
        bio="""
            You counted your materials and forgot your Sundays. Everybody does. I ran a print workshop that was always busy and
            nearly closed because of it.

            Bring one product or one job. We write down every hour and every penny, find the price below which you are paying
            the customer, and practise saying the new one out loud. *Out loud* is the important part.

            Potters, tailors, photographers, web designers, one maker of accordions: the sum is the same.
        """,
        category="money",
        languages=("en",),
        skills=("pricing", "quotes", "small business", "hourly rates"),
        place="Birmingham",
        rate_minor=220,
        look=Look("crop", "lemon", "ebony", "black", "brick", "goatee glasses collar"),
        acts=(Act("One product, priced properly", 45, 7_900),),
    ),
    Expert(
        name="Lucie Hofstetter",
        headline="Lire enfin sa fiche de paie, ligne par ligne",
        bio="""
            AVS, LPP, impôt à la source : une fiche de paie suisse se lit comme une carte, une fois qu'on a la légende. J'en ai
            établi quarante mille.

            Cachez votre nom, montrez le reste. Je vous explique chaque ligne, ce qui part, pour qui, et ce qui vous revient un
            jour. Si un chiffre paraît faux, vous saurez quelle question poser au bureau, et avec quels mots.

            J'explique des papiers ; je ne conseille ni placements ni assurances. Frontaliers bienvenus.
        """,
        category="money",
        languages=("fr", "de", "en"),
        skills=("salaire", "fiche de paie", "frontaliers", "cotisations"),
        place="Lausanne",
        rate_minor=260,
        look=Look("long", "mist", "ivory", "blond", "navy", "square-glasses"),
        acts=(Act("Votre fiche de paie expliquée", 30, 6_900),),
    ),
    Expert(
        name="Declan Fitzmaurice",
        headline="Getting paid: the invoice, the reminder, the third polite letter",
        bio="""
            I chased unpaid invoices for a cattle mart and then for a theatre; the theatre was harder. In all that time I raised
            my voice twice.

            We look at who owes you what and since when, choose the day and the tone, and write the letter while you are on the
            line. I have a good ear for

            - *the cheque is in the post*,
            - *it is with accounts*,
            - and the customer who truly cannot pay.

            When it comes to courts you need a solicitor, and I say so early.
        """,
        category="money",
        languages=("en", "ga"),
        skills=("unpaid invoices", "reminders", "letters", "small business"),
        place="Limerick",
        rate_minor=150,
        look=Look("receding", "sage", "rosy", "ginger", "forest", "beard round tie"),
        works=(
            Work(
                "Three reminders in your own voice",
                "A friendly one, a firm one and a last one, ready to send, with the days on which to send them.",
                2,
                3_900,
            ),
        ),
    ),
)
