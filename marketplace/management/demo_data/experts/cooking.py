from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Yuki Hanamura",
        headline="Weeknight Japanese cooking, with what your shop has",
        bio="""
            I ran a lunch counter of nine seats. Now I cook along with people in their own kitchens: I watch the pan, you do
            the work.

            Dashi, pickles, rice that behaves, and what to do when the miso is the wrong colour. I know which things from a
            Dutch supermarket will do and which will only make you sad.

            Put the telephone where I can see the board and the stove, and sharpen the knife before you ring. If you have no
            sharp knife, that is our first lesson.
        """,
        category="cooking",
        languages=("en", "ja"),
        skills=("cook along", "rice", "pickles", "knives"),
        place="Utrecht",
        rate_minor=100,
        look=Look("fringe", "shell", "ivory", "black", "brick"),
        acts=(Act("Cook one dish together", 45, 3_000),),
    ),
    Expert(
        name="Marguerite Lachenal",
        headline="Le pain au levain, quand il ne lève pas",
        bio="""
            Trente ans de fournil, dont douze à mon compte, au-dessus du lac. À la retraite, je réponds aux levains paresseux.

            Montrez-moi la pâte, tirez dessus devant la caméra, dites-moi l'heure et la température de la cuisine. En général,
            je sais au bout de deux minutes :

            - trop froid, et pas assez de patience ;
            - trop d'eau pour votre farine ;
            - ou un four qui ment de vingt degrés.

            Je ne vends ni farine ni miracle. Un bon pain demande un jour, et presque pas de travail.
        """,
        category="cooking",
        languages=("fr",),
        skills=("levain", "pain", "brioche", "farines"),
        place="Annecy",
        rate_minor=80,
        free_minutes=2,
        look=Look("waves", "wheat", "fair", "white", "cream", "round apron blush"),
        acts=(Act("Un pain de A à Z, en deux appels", 60, 3_800),),
    ),
    Expert(
        name="Samira Bensouda",
        headline="Tajines, bricks et pâtisseries de Fès, à votre rythme",
        bio="""
            Ma mère mesurait avec la paume de la main ; j'ai passé dix ans à traduire cette paume en grammes. J'anime des
            ateliers à Fès et j'écris le carnet de recettes que ma famille aurait dû écrire.

            On choisit un plat deux jours avant, je vous envoie la liste des courses, et l'on cuisine ensemble. **Sans tajine
            en terre, ça marche aussi** : une cocotte suffit.

            Demandez-moi quelles épices acheter, lesquelles moudre, et lesquelles laisser aux touristes.
        """,
        category="cooking",
        languages=("fr", "ar"),
        skills=("tajine", "pastilla", "épices", "pâtisserie", "cuisine marocaine"),
        place="Fès",
        rate_minor=70,
        look=Look("scarf", "peach", "olive", "coral", "wine", "blush"),
        acts=(Act("Un plat cuisiné ensemble", 60, 3_200),),
        works=(
            Work(
                "Un menu de fête pour huit",
                "Trois plats, la liste des courses, l'ordre des gestes heure par heure. Selon ce que vous mangez ou non.",
                3,
                2_200,
            ),
        ),
    ),
    Expert(
        name="Dónal Keaveney",
        headline="Fish for people who are afraid of fish",
        bio="""
            My family has sold fish on the same quay since 1911. Most people overcook it, and they overcook it because nobody
            told them when to stop.

            Ring me from the shop: turn the camera to the counter and I tell you which one was swimming yesterday. Ring me from
            the kitchen and I tell you *now*. Whole fish, fillets, mussels, chowder, and a smoked mackerel that needs nothing
            but a biscuit tin.

            Bones, too. I have never lost a customer.
        """,
        category="cooking",
        languages=("en", "ga"),
        skills=("fish", "shellfish", "chowder", "smoking", "filleting"),
        place="Galway",
        rate_minor=90,
        look=Look("cap", "sky", "rosy", "grey", "navy", "beard lines"),
        acts=(Act("From the counter to the plate", 40, 2_900),),
    ),
    Expert(
        name="Binta Camara",
        headline="Le thiéboudiène comme à Saint-Louis, et que faire du riz qui reste",
        bio="""
            Je cuisine chaque midi pour trente personnes dans une cantine de Dakar. Le riz cassé, la sauce qui prend au fond,
            le tamarin juste avant la fin : ce sont des gestes, pas des secrets.

            Loin du Sénégal, on remplace. Je sais par quoi : quel poisson au Havre, quel piment à Genève, quoi faire quand il
            n'y a pas de *guedj*.

            Mafé, yassa, thiéboudiène, bissap. On mange à la fin de l'appel, c'est la règle.
        """,
        category="cooking",
        languages=("fr",),
        skills=("thiéboudiène", "yassa", "mafé", "cuisine sénégalaise", "riz"),
        place="Dakar",
        rate_minor=60,
        look=Look("turban", "lemon", "ebony", "mustard", "emerald", "hoops grin"),
        acts=(Act("Un yassa, de l'oignon à l'assiette", 60, 2_800),),
    ),
)
