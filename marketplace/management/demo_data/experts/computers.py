from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Meera Jothilal",
        headline="Calm help with computers, phones and Wi-Fi",
        bio="""
            Nothing is a stupid question here. I look after the machines of a school and of most of my street, and I have seen
            the printer do that before.

            We find out what is wrong, fix what can be fixed from afar, and I tell you honestly when it is time for a repair
            shop. You press the buttons, I say which: that way you can do it alone next time.

            Have the password of your Wi-Fi at hand, and a cup of tea.
        """,
        category="computers",
        languages=("en", "hi", "ta"),
        skills=("Wi-Fi", "backups", "phones", "printers"),
        place="Leicester",
        rate_minor=120,
        look=Look("bun", "lilac", "brown", "black", "violet"),
        acts=(Act("A new phone set up together", 60, 5_500),),
    ),
    Expert(
        name="Thibault Gervaisot",
        headline="Votre ordinateur est lent ? On l'ausculte ensemble avant d'en acheter un autre",
        bio="""
            Neuf fois sur dix, la machine n'est pas morte : elle est pleine, ou elle démarre vingt programmes que personne n'a
            demandés. Je répare des ordinateurs dans un atelier associatif, et je préfère ceux qui ont dix ans.

            Partagez votre écran ; je regarde, j'explique, c'est vous qui cliquez. On fait le ménage, on sauvegarde les photos,
            et on décide calmement :

            - garder tel quel,
            - changer une pièce à trente euros,
            - passer à Linux,
            - ou racheter, d'occasion.
        """,
        category="computers",
        languages=("fr", "en"),
        skills=("ordinateur lent", "Linux", "sauvegardes", "réparation", "occasion"),
        place="Lille",
        rate_minor=90,
        free_minutes=3,
        look=Look("beanie", "fog", "fair", "ginger", "rust", "beard"),
        acts=(Act("Grand ménage d'un ordinateur", 60, 4_200),),
    ),
    Expert(
        name="Nkechi Obiaruku",
        headline="Spreadsheets that still make sense in six months",
        bio="""
            I ran the stock of a bakery chain from one spreadsheet for eleven years. It had forty thousand rows and nobody was
            afraid of it.

            Bring yours. We look for the three usual suspects: cells merged for beauty, totals typed by hand, and one tab that
            only Sandra understands. Pivot tables take twenty minutes to learn; after that you will bore your friends with them.

            Excel, LibreOffice and Google Sheets, on whichever screen you have.
        """,
        category="computers",
        languages=("en",),
        skills=("spreadsheets", "Excel", "LibreOffice", "pivot tables", "stock lists"),
        place="London",
        rate_minor=170,
        look=Look("short", "lemon", "ebony", "black", "coral", "round-glasses grin"),
        acts=(Act("One spreadsheet, untangled", 45, 6_500),),
        works=(
            Work(
                "Your spreadsheet, rebuilt",
                "The same figures in a clean workbook: one table for entries, one sheet of totals, half a page of instructions.",
                4,
                14_000,
            ),
        ),
    ),
    Expert(
        name="Yassine El Mahdaoui",
        headline="Un site simple pour votre commerce, que vous pourrez modifier vous-même",
        bio="""
            Un restaurant a besoin de quatre choses en ligne : la carte, les horaires, l'adresse, une photo qui donne faim. Le
            reste peut attendre.

            J'aide les petits commerces à faire ce site-là en deux ou trois appels, sans abonnement inutile. Je montre où l'on
            écrit, où l'on met les photos, comment le nom de domaine reste à **votre** nom, et pas à celui d'un cousin.

            Déjà un site, mais plus le mot de passe ? On commence souvent par là.
        """,
        category="computers",
        languages=("fr", "ar", "en", "es"),
        skills=("site internet", "WordPress", "nom de domaine", "petits commerces"),
        place="Casablanca",
        rate_minor=110,
        look=Look("short", "sand", "olive", "black", "navy", "stubble collar"),
        acts=(Act("Votre page d'accueil en une heure", 60, 6_000),),
    ),
    Expert(
        name="Aoife Brannigan",
        headline="Passwords, odd messages and that call from “the bank”",
        bio="""
            I spent nine years in a bank's fraud room, listening to how it is done. Now I sit with people *before* they click.

            Show me the message and we read it together: who wrote it, what it wants, how you can tell. Then we make things
            duller for thieves:

            - one password manager, set up properly,
            - a second step on the accounts that matter,
            - a word that your family agrees on for the telephone.

            If money has already gone, hang up and ring your bank first; they are quicker than I am.
        """,
        category="computers",
        languages=("en", "ga"),
        skills=("passwords", "scams", "privacy", "two-step sign-in"),
        place="Cork",
        rate_minor=140,
        look=Look("bob", "mint", "rosy", "auburn", "charcoal", "freckles"),
        acts=(Act("A password manager, set up together", 45, 5_000),),
    ),
)
