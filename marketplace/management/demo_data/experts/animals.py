from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Odile Fontanaz",
        headline="Trois poules au jardin : l'abri, le renard, les œufs et les voisins",
        bio="""
            J'élève des poules d'Appenzell, celles qui ont l'air de sortir de chez le coiffeur. J'en ai vu passer six cents, et
            à chacune son caractère.

            On parle de la place qu'il faut, de la porte qui se ferme le soir, de la commune qui veut une lettre. Filmez votre
            poulailler : je repère le trou par où viendra la fouine.

            Une poule malade va chez le vétérinaire, pas chez moi ; mais je sais vous dire si elle boude ou si elle couve.
        """,
        category="animals",
        languages=("fr", "de"),
        skills=("poules", "poulailler", "renard", "œufs"),
        place="Fribourg",
        rate_minor=60,
        free_minutes=3,
        look=Look("ponytail", "wheat", "rosy", "grey", "brick", "round blush collar"),
        acts=(Act("Votre poulailler, vérifié", 30, 1_900),),
    ),
    Expert(
        name="Gareth Penhallow",
        headline="Dogs that pull, bark or will not come back",
        bio="""
            Your dog is not stubborn. Your dog is being paid by the squirrel, and you are offering a dry biscuit.

            I trained search dogs for a mountain rescue team, which is patience with a whistle. Put the telephone on the shelf
            and do what you always do; I watch the two of you, mostly *you*. Then we change one thing, and you practise it for
            a week before we change another.

            No shouting, no choke chains. For bites, or a sudden change of temper, see a vet first.
        """,
        category="animals",
        languages=("en",),
        skills=("dogs", "recall", "barking", "walking on a lead", "puppies"),
        place="Cardiff",
        rate_minor=110,
        look=Look("crop", "sage", "rosy", "brown", "forest", "stubble lines hoodie"),
        acts=(Act("One habit, changed", 45, 4_500), Act("Before you choose a puppy", 30, 2_900)),
    ),
    Expert(
        name="Priya Raghunathan",
        headline="Cats, and the people who are owned by them",
        bio="""
            Four in the morning, the sofa, the bathroom rug: I have heard it all, and there is nearly always a reason that the
            cat finds perfectly sensible.

            I ran a shelter with ninety of them. We look at where the bowls stand, where the tray stands and who moved in last
            month. Two cats who hate each other can share a flat; it takes three weeks and a door.

            If your cat stops eating or hides all day, hang up and call your vet. I will still be here afterwards.
        """,
        category="animals",
        languages=("en", "ta"),
        skills=("cats", "litter", "two cats", "moving house"),
        place="Toronto",
        rate_minor=100,
        look=Look("long", "lilac", "brown", "black", "coral", "round-glasses earrings"),
        acts=(Act("A second cat, introduced in peace", 40, 3_600),),
    ),
    Expert(
        name="Ismaël Lenoir",
        headline="Les huit premières semaines avec un chiot",
        bio="""
            On vous a promis de la joie ; vous avez surtout des flaques. C'est normal, et c'est court.

            Éducateur canin à Bordeaux, j'accompagne les familles depuis le panier jusqu'à la première laisse détachée. Un
            appel par semaine suffit : on regarde ce qui s'est passé, on choisit deux exercices de trois minutes, on rit un
            peu.

            - La propreté, sans journal ni truffe dedans.
            - Rester seul dix minutes, puis une heure.
            - Les enfants et le chiot : qui apprend à qui.
        """,
        category="animals",
        languages=("fr", "es"),
        skills=("chiots", "propreté", "éducation canine", "enfants et chiens"),
        place="Bordeaux",
        rate_minor=85,
        look=Look("curly", "mint", "umber", "black", "denim", "grin stubble"),
        acts=(Act("La semaine du chiot, en un appel", 30, 2_400),),
        works=(
            Work(
                "Un plan pour huit semaines",
                "Deux exercices par semaine, adaptés à votre chiot, à vos horaires et à votre logement. Quatre pages.",
                3,
                3_200,
            ),
        ),
    ),
    Expert(
        name="Clodagh Mulvihill",
        headline="Donkeys, ponies and the field they live in",
        bio="""
            People buy a donkey for the grass and then find out about the feet, the fence and the loneliness. I have kept
            twenty-two of them on hill land near Kilkenny.

            Turn the camera to the field before you turn it to the animal. We count the acres, look for ragwort, and choose a
            shelter that a donkey will agree to enter. Then we talk about company: one donkey is no donkey.

            Buying, moving, winter feed, and how to be kicked only once. Lameness is for the farrier and the vet.
        """,
        category="animals",
        languages=("en",),
        skills=("donkeys", "ponies", "fields", "fences", "winter feed"),
        place="Kilkenny",
        rate_minor=75,
        look=Look("braids", "sage", "ivory", "auburn", "rust", "freckles"),
        acts=(Act("Is my field enough?", 30, 2_100),),
    ),
)
