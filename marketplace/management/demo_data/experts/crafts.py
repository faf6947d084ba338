from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Berthe Vandevelde",
        headline="Tricot : démêler, rattraper la maille, finir ce pull de 2019",
        bio="""
            J'ai tenu une mercerie à Liège pendant trente-quatre ans. On y venait pour un bouton et l'on repartait avec une
            vie racontée ; je continue par téléphone.

            Montrez l'ouvrage des deux côtés. Une maille perdue se remonte au crochet, même dix rangs plus bas ; une manche
            trop longue se coupe, oui, *aux ciseaux*, je vous tiens la main.

            Torsades, jacquard, chaussettes, layette. Et si la laine ne vaut pas la peine, je vous le dis gentiment.
        """,
        category="crafts",
        languages=("fr",),
        skills=("tricot", "crochet", "chaussettes", "jacquard", "rattraper"),
        place="Liège",
        rate_minor=50,
        free_minutes=5,
        look=Look("bun", "rose", "fair", "white", "teal", "glasses round lines blush"),
        acts=(Act("Une heure pour finir enfin ce pull", 60, 2_500),),
    ),
    Expert(
        name="Kwame Asiedu",
        headline="Bicycles: gears, brakes and that noise",
        bio="""
            Spin the wheel near the telephone and let me listen. A click once per turn of the pedals is one thing, a click once
            per turn of the wheel is another, and I can tell them apart from Leeds.

            I run a repair café where people mend their own. You hold the spanner; I know which way it turns. Gears, brakes,
            punctures, chains, and the second-hand bicycle that seems too cheap.

            - Ten minutes for a rattle.
            - An hour for *everything*.
            - If the frame is cracked: stop riding it.
        """,
        category="crafts",
        languages=("en",),
        skills=("bicycles", "gears", "brakes", "punctures", "second-hand bikes"),
        place="Leeds",
        rate_minor=80,
        look=Look("locs", "lemon", "umber", "black", "forest", "beard grin"),
        acts=(Act("Your bicycle, checked from end to end", 50, 3_300),),
    ),
    Expert(
        name="Manon Girardin",
        headline="La machine à coudre ne vous veut pas de mal",
        bio="""
            Le fil casse, les points sautent, ça fait un nid dessous : dans l'ordre, c'est l'aiguille, le fil, puis vous. On
            vérifie dans cet ordre-là.

            Costumière pour le théâtre à Rennes, j'ai cousu des crinolines et surtout des ourlets. J'aide à choisir un patron
            qui va à *votre* corps, à couper sans trembler, à poser la fermeture invisible qui fait pleurer.

            Machines anciennes bienvenues. Posez le téléphone à gauche du pied-de-biche et respirez.
        """,
        category="crafts",
        languages=("fr", "en"),
        skills=("couture", "machine à coudre", "patrons", "retouches", "costumes"),
        place="Rennes",
        rate_minor=75,
        look=Look("fringe", "apricot", "ivory", "auburn", "plum", "earrings"),
        acts=(Act("Une fermeture invisible, ensemble", 40, 2_700),),
        works=(
            Work(
                "Un patron ajusté à vos mesures",
                "Vous envoyez vos mesures et un modèle ; vous recevez le patron à imprimer, avec l'ordre du montage.",
                6,
                4_800,
            ),
        ),
    ),
    Expert(
        name="Ilse Grootaert",
        headline="Bookbinding at the kitchen table, and books that fall apart",
        bio="""
            I mend books for two libraries and for people who have read the same cookery book for forty years.

            Lay it flat and let me see the spine. Some damage wants paste and patience, some wants a professional, and some is
            simply the book's own story and should be left alone. You need less than you fear: needle, thread, a bone folder, a
            heavy dictionary.

            I teach notebooks first, then cases, then boxes. *Ook in het Nederlands.* Nobody has ever made only one notebook.
        """,
        category="crafts",
        languages=("nl", "en", "fr"),
        skills=("bookbinding", "book repair", "paper", "notebooks"),
        place="Bruges",
        rate_minor=70,
        look=Look("bob", "stone", "fair", "silver", "slate", "square-glasses apron"),
        acts=(Act("Your first notebook", 60, 3_200),),
    ),
    Expert(
        name="Zineb Lahrichi",
        headline="Le cuir, du portefeuille au sac · Leatherwork by hand",
        bio="""
            À Fès, on sent le cuir avant de le voir. Je couds à la main, au point sellier, des objets faits pour durer plus que
            leur propriétaire.

            Vous pouvez commencer avec six outils et une table. On trace, on coupe, on perce ensemble ; je surveille vos doigts
            plus que votre couture.

            *In English too:* ask me about thread, needles, dyes that do not come off on your shirt, and how to save the bag
            that you love. Worn straps are my speciality.
        """,
        category="crafts",
        languages=("fr", "ar", "en"),
        skills=("cuir", "leather", "couture sellier", "sacs", "réparation"),
        place="Fès",
        rate_minor=65,
        look=Look("waves", "peach", "olive", "black", "mustard", "hoops apron"),
        acts=(Act("Un porte-cartes, cousu à deux", 60, 3_000),),
    ),
)
