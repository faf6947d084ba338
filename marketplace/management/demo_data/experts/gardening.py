from marketplace.management.demo_data.person import Act, Expert, Work
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Tadeusz Orlikowy",
        headline="Fruit trees: what to cut, when, and what to leave",
        bio="""
            I look after an orchard of four hundred old apple and pear trees, some of them older than the border beside them.

            Walk round the tree with your camera; we mark the cuts together before you climb. Three good cuts are better than
            thirty nervous ones. I also know why it has no fruit this year: usually last year's frost, sometimes last year's
            owner.

            From December to March for apples and pears, in summer for cherries and plums. Ring me before you buy the saw.
        """,
        category="gardening",
        languages=("pl", "de", "en"),
        skills=("pruning", "apples", "compost", "balconies"),
        place="Görlitz",
        rate_minor=90,
        look=Look("bald", "pistachio", "rosy", "silver", "moss", "goatee"),
    ),
    Expert(
        name="Hélène Vuilleumier",
        headline="Un potager à mille mètres : semer tard, récolter quand même",
        bio="""
            Au-dessus de Neuchâtel, la dernière gelée tombe après les saints de glace et la première avant les vendanges. J'y
            nourris six personnes.

            Dites-moi votre altitude, votre orientation et ce que vos enfants acceptent de manger. On en fait un calendrier :

            - ce qui se sème sous un tunnel à vingt francs,
            - ce qui s'achète en plant sans honte,
            - ce qui ne vaut pas la peine, malgré la photo du sachet.

            Les limaces, oui. J'ai un avis sur les limaces.
        """,
        category="gardening",
        languages=("fr", "de"),
        skills=("potager", "semis", "altitude", "compost", "limaces"),
        place="Neuchâtel",
        rate_minor=75,
        free_minutes=2,
        look=Look("braids", "mint", "fair", "blond", "moss", "freckles round"),
        acts=(Act("Votre calendrier de semis", 45, 3_600),),
    ),
    Expert(
        name="Rosalind Thackeray",
        headline="Roses that flower, from a woman who has killed dozens",
        bio="""
            I kept the roses of a small museum for twenty-six years and made every mistake in the book, then two that are not
            in it.

            Hold a leaf to the camera. Black spots, rust, or something chewing: I can usually tell, and half the time the
            answer is *do nothing and water less*. We talk about which old rose suits a north wall, how to prune without
            weeping, and how to move one that your grandmother planted.

            I do not recommend sprays. I do recommend tea, for you.
        """,
        category="gardening",
        languages=("en",),
        skills=("roses", "pruning", "climbers", "borders"),
        place="York",
        rate_minor=85,
        look=Look("bun", "rose", "ivory", "silver", "lavender", "round-glasses lines blush"),
        acts=(Act("A walk round your roses", 30, 2_600),),
    ),
    Expert(
        name="Abdoulaye Ndoye",
        headline="Cultiver avec peu d'eau : ce que le Sahel m'a appris",
        bio="""
            Je dirige une ferme-école près de Thiès : huit mois sans pluie, et des tomates quand même. Ce qui sert ici sert de
            plus en plus en Provence, en Castille et dans votre cour.

            On parle de paillage, d'ombre, d'oyas en terre cuite, d'arbres qui gardent l'eau pour les autres. Filmez le sol,
            grattez-le avec une cuillère : je vous dis ce qu'il demande.

            Pour une terrasse, un verger ou un jardin partagé. Les écoles ne paient que la moitié ; dites-le au début de
            l'appel.
        """,
        category="gardening",
        languages=("fr",),
        skills=("sécheresse", "paillage", "arrosage", "sol", "jardins partagés"),
        place="Thiès",
        rate_minor=50,
        free_minutes=5,
        look=Look("crop", "sand", "ebony", "black", "emerald", "beard grin"),
        works=(
            Work(
                "Un plan d'arrosage pour votre jardin",
                "D'après vos photos et votre compteur d'eau : quoi pailler, quoi déplacer, combien arroser, mois par mois.",
                6,
                4_500,
            ),
        ),
    ),
    Expert(
        name="Noor van Assche",
        headline="A balcony of two square metres that feeds you salad until November",
        bio="""
            I live on the fifth floor, facing west, above a tram. I have harvested eleven kilos of tomatoes there, and I have
            the notebook to prove it.

            Show me your railing, tell me where the wind comes from and how much your landlord minds. I draw you a plan while
            we talk: which pots, which earth, how heavy it all is when it is wet.

            Beginners are welcome. So are people whose basil dies every single time; there is a reason, and it is not you.
        """,
        category="gardening",
        languages=("nl", "en", "fr"),
        skills=("balconies", "tomatoes", "herbs", "pots", "small gardens"),
        place="Antwerpen",
        rate_minor=65,
        look=Look("ponytail", "apricot", "tan", "chestnut", "denim", "hoodie grin"),
        acts=(Act("A plan for your balcony", 40, 2_900),),
    ),
)
