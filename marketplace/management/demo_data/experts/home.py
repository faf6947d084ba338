from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Luc Vanderhoek",
        headline="Drips, draughts and boilers: what you can do yourself",
        bio="""
            Thirty years of houses older than I am. Show me the drip with your camera and I tell you which part it is, what it
            costs, and whether to touch it.

            If it is gas or live wires, I say: call somebody who comes. For the rest, a spanner, a bucket and an hour are often
            enough, and I stay on the line while you turn the water back on.

            *En français aussi, et in het Nederlands natuurlijk* : un robinet goutte de la même façon dans les trois langues.
        """,
        category="home",
        languages=("nl", "fr", "en"),
        skills=("plumbing", "heating", "old houses", "tools"),
        place="Ghent",
        rate_minor=160,
        look=Look("short", "fog", "rosy", "grey", "slate", "beard"),
    ),
    Expert(
        name="Josée Tremblay-Roy",
        headline="Une maison chaude à moins trente, sans chauffer le jardin",
        bio="""
            Chez nous, l'hiver trouve chaque trou. J'ai passé quinze ans à chercher les fuites d'air des vieilles maisons avec
            un bâton d'encens et un ventilateur, et c'est encore ma méthode préférée.

            On fait le tour ensemble, pièce par pièce :

            - les fenêtres qui pleurent le matin,
            - la trappe du grenier que tout le monde oublie,
            - le plancher froid au-dessus du vide sanitaire.

            Vous saurez quoi calfeutrer samedi, et pour quoi demander trois soumissions.
        """,
        category="home",
        languages=("fr", "en"),
        skills=("isolation", "fenêtres", "chauffage", "humidité", "vieilles maisons"),
        place="Québec",
        rate_minor=150,
        look=Look("waves", "sky", "rosy", "chestnut", "brick", "collar blush"),
        acts=(Act("Le tour de la maison, pièce par pièce", 60, 7_200),),
    ),
    Expert(
        name="Callum Dunsmore",
        headline="Shelves that stay up, doors that close, and which drill to buy",
        bio="""
            Joiner, forty years, retired twice. I teach at the men's shed on Tuesdays and in your hallway any other day.

            Knock on the wall near the camera; I can hear what it is made of. Then you get the right plug, the right screw and
            the order of work, and I watch you do it. Nobody is born knowing which way a hinge goes.

            Sticking doors, loose floorboards, flat-pack despair. Bring a pencil: you will lose it, so bring two.
        """,
        category="home",
        languages=("en",),
        skills=("joinery", "shelves", "doors", "drilling", "flat-pack"),
        place="Glasgow",
        rate_minor=110,
        free_minutes=3,
        look=Look("receding", "stone", "rosy", "white", "rust", "moustache glasses lines"),
        acts=(Act("One job, done together", 60, 5_400),),
    ),
    Expert(
        name="Rachid Ouazzani",
        headline="Carrelage et zellige : préparer, poser, rattraper",
        bio="""
            Maâlem comme mon père, j'ai posé du zellige dans des riads et du grès cérame dans des salles de bains de trois
            mètres carrés. La petite salle de bains est plus difficile.

            Envoyez des photos du mur avant d'acheter. On vérifie le support, on compte les carreaux (plus dix pour cent, plus
            un paquet pour dans vingt ans), on choisit l'angle par lequel commencer.

            Déjà posé de travers ? Cela se rattrape **tant que le joint n'est pas fait**. Appelez ce soir.
        """,
        category="home",
        languages=("fr", "ar"),
        skills=("carrelage", "zellige", "salle de bains", "joints", "enduits"),
        place="Rabat",
        rate_minor=95,
        look=Look("short", "seafoam", "tan", "grey", "cream", "moustache lines"),
        acts=(Act("Le plan de pose de votre pièce", 45, 4_500),),
        works=(
            Work(
                "Un plan de calepinage",
                "Votre pièce dessinée carreau par carreau, les coupes, la quantité à commander et l'ordre de pose.",
                4,
                5_900,
            ),
        ),
    ),
    Expert(
        name="Ewa Domagalska",
        headline="Peindre une pièce en un week-end, et que ça se voie",
        bio="""
            Peintre en bâtiment à Nantes depuis 2009. Le secret est ennuyeux : deux tiers du temps se passent avant d'ouvrir le
            pot.

            Je regarde vos murs à la lumière rasante, celle qui ne pardonne pas, et je vous dis ce qu'il faut gratter,
            reboucher, poncer, ou laisser. On choisit ensemble la finition ; la couleur, je vous la laisse, mais j'ai le droit
            de tousser.

            Papier peint à décoller, plafond jauni, tache d'humidité : montrez d'abord, n'achetez qu'ensuite.
        """,
        category="home",
        languages=("fr", "pl"),
        skills=("peinture", "enduit", "papier peint", "plafonds", "couleurs"),
        place="Nantes",
        rate_minor=100,
        look=Look("bandana", "peach", "fair", "teal", "cream", "grin"),
        acts=(Act("Votre pièce, préparée au téléphone", 40, 3_900),),
    ),
)
