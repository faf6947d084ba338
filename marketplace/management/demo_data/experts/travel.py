from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Sven Aakerblad",
        headline="Walking in the north: routes, huts, weather, boots",
        bio="""
            Warden of a mountain hut for eleven summers. I have carried too many heavy tents off that mountain.

            Tell me your days, your knees and your worst fear; I tell you the route, the bus, and what to leave at home. Then we
            unpack your rucksack on the kitchen floor, in front of the camera, and put half of it back in the wardrobe.

            Sarek, Jämtland, Lofoten, and the long trail with the king's name. In winter too, if you have slept in snow before.
        """,
        category="travel",
        languages=("sv", "en", "de"),
        skills=("hiking", "huts", "packing", "winter"),
        place="Östersund",
        rate_minor=130,
        look=Look("cap", "mist", "rosy", "blond", "slate", "stubble"),
    ),
    Expert(
        name="Khadija Aït Benali",
        headline="Le Sud marocain sans agence · Morocco beyond the city walls",
        bio="""
            Née dans une vallée où l'on arrive à dos de mule, guide de montagne diplômée, mère de deux marcheurs. Je prépare
            votre voyage comme s'il était à moi.

            *In English:* tell me your days and how you like to sleep. I know which pass is open, which driver is careful,
            whose grandmother cooks.

            - Cars, taxis partagés, ou ânes : le vrai prix de chacun.
            - Le désert sans le quad.
            - What to say, wear and bring when you are invited home.
        """,
        category="travel",
        languages=("fr", "en", "ar"),
        skills=("Maroc", "Atlas", "desert", "randonnée", "itinéraires"),
        place="Marrakech",
        rate_minor=90,
        free_minutes=2,
        look=Look("scarf", "wheat", "brown", "teal", "rust", "grin"),
        acts=(Act("Votre itinéraire de dix jours", 60, 5_500),),
    ),
    Expert(
        name="Olivier Rochat-Dufour",
        headline="Les Alpes en train : cabanes, correspondances et demi-tarifs",
        bio="""
            J'ai conduit des trains de montagne pendant vingt-deux ans. Je connais les correspondances de quatre minutes qui
            passent, et celles qui ne passent que sur le papier.

            Donnez-moi une gare de départ, un budget et une météo ; je vous rends trois jours de marche, deux cabanes et un
            billet qui coûte la moitié de ce que dit l'application.

            Avec poussette, avec chien, avec vertige : il y a un sentier pour chacun. Je réponds même depuis le quai.
        """,
        category="travel",
        languages=("fr", "de", "it"),
        skills=("trains", "cabanes", "randonnée", "billets", "Suisse"),
        place="Sion",
        rate_minor=120,
        look=Look("short", "sage", "fair", "grey", "brick", "moustache round-glasses collar"),
        acts=(Act("Trois jours en montagne, organisés", 40, 4_800),),
    ),
    Expert(
        name="Moira Cathcart",
        headline="The Highlands and islands by bus, boat and borrowed bicycle",
        bio="""
            I have never owned a car and I have slept on thirty-one Scottish islands. The timetable is smaller than you think;
            the weather is not.

            We plan your week around the ferries, because the ferries will not plan around you. You get the good seat, the
            bakery by the pier, the day to keep free for fog. I tell you where the midges are, and when.

            For families, for people with a bad hip, and for anybody who wants to see an otter and is willing to sit still.
        """,
        category="travel",
        languages=("en",),
        skills=("Scotland", "islands", "ferries", "buses", "wildlife"),
        place="Inverness",
        rate_minor=95,
        look=Look("beanie", "seafoam", "rosy", "silver", "mustard", "freckles lines"),
        works=(
            Work(
                "A week of islands, day by day",
                "Every boat, bus and bed with its booking address, a plan for bad weather, and where to eat. As a PDF.",
                5,
                6_500,
            ),
        ),
    ),
    Expert(
        name="Jean-Rodolphe Rakotoarisoa",
        headline="Madagascar pour de vrai : routes, saisons, lémuriens et patience",
        bio="""
            Sur la carte, deux cents kilomètres ; en saison des pluies, deux jours. J'ai conduit des taxis-brousse, puis des
            biologistes, et je prépare maintenant des voyages qui supportent d'arriver en retard.

            On commence par ce que vous voulez voir, puis je retire la moitié. Il reste assez de baobabs.

            - Quelle piste, quel mois, quel pneu.
            - Dormir chez l'habitant, et ce que l'on offre.
            - Les réserves où l'entrée paie vraiment les gardes.
        """,
        category="travel",
        languages=("fr", "en"),
        skills=("Madagascar", "pistes", "réserves", "taxi-brousse", "saisons"),
        place="Antananarivo",
        rate_minor=70,
        look=Look("hat", "lemon", "brown", "black", "moss", "goatee grin"),
        acts=(Act("Votre boucle, kilomètre par kilomètre", 45, 3_500),),
    ),
)
