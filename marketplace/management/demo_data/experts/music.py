from marketplace.management.demo_data.person import Act, Expert, Greeting, Work
from marketplace.management.demo_data.portraits import Look
from marketplace.management.demo_data.tunes import ROUND, WALTZ

EXPERTS = (
    Expert(
        name="Esperanza Quirolas",
        headline="Guitar and singing for people who start late",
        bio="""
            My oldest pupil began at seventy-four. We choose a song that you love and take away everything that is too hard
            until it sounds good; then we put it back, piece by piece.

            You need a guitar that stays in tune and ten minutes a day, no more. I tune it with you at the beginning of each
            call, and I never ask you to sing alone before you want to.

            Rumba, boleros, the Beatles, whatever they played at your wedding. Reading music is optional.
        """,
        category="music",
        languages=("es", "en", "ca"),
        skills=("guitar", "singing", "songs by ear"),
        place="Girona",
        rate_minor=110,
        look=Look("curly", "sky", "tan", "black", "emerald"),
        acts=(Act("One song, from zero", 30, 2_800),),
        greeting=Greeting(
            WALTZ,
            "Nobody speaks: eight bars of a slow waltz on the guitar. It is what my pupils play after the fourth call.",
        ),
    ),
    Expert(
        name="Baptiste Kerloc'h",
        headline="L'accordéon diatonique, des premières notes au fest-noz",
        bio="""
            Mon grand-père jouait à l'oreille et moi aussi, ce qui n'empêche pas d'expliquer. Je fais danser la côte depuis
            vingt ans et j'enseigne entre deux bals.

            Posez le téléphone à hauteur du soufflet. On apprend par petits bouts : quatre mesures, jusqu'à ce que les doigts
            sachent ; puis les quatre suivantes. La partition vient après, si vous y tenez.

            Quel instrument acheter, comment reconnaître un soufflet fatigué, que faire d'une touche qui reste enfoncée : je
            réponds à cela aussi.
        """,
        category="music",
        languages=("fr",),
        skills=("accordéon", "musique bretonne", "danse", "jouer à l'oreille"),
        place="Brest, France",
        rate_minor=70,
        look=Look("hat", "fog", "rosy", "brown", "navy", "stubble stripes"),
        acts=(Act("Un air, appris en une séance", 45, 2_700),),
    ),
    Expert(
        name="Ngozi Umeadi",
        headline="“I can't sing” is where my lessons begin",
        bio="""
            I lead a choir of a hundred and twenty people in Bristol, and a third of them were told as children to mouth the
            words.

            In the first call we find your two comfortable notes. There are always two. By the fourth call there are eight, and
            a tune that fits between them. I listen for breath, jaw and shoulders, and I hum along so that you are never alone
            in the room.

            Choir parts, auditions, a song for a wedding or a wake. Neighbours get used to it.
        """,
        category="music",
        languages=("en",),
        skills=("singing", "choir", "breathing", "auditions"),
        place="Bristol",
        rate_minor=90,
        free_minutes=5,
        look=Look("afro", "wheat", "brown", "brown", "wine", "necklace grin round"),
        acts=(Act("Your two notes, and a tune for them", 30, 2_400),),
    ),
    Expert(
        name="Hugo Desrosiers",
        headline="Enregistrer chez soi sans que ça sonne « chez soi »",
        bio="""
            Mon premier studio était une garde-robe. Les manteaux font de bons panneaux, j'en parle encore aux débutants.

            Jouez-moi trente secondes de ce que vous avez. J'entends assez vite si c'est la pièce, le micro, ou la distance
            entre les deux. On replace, on réenregistre, on compare : c'est tout le métier.

            - Voix et guitare, balados, livres audio.
            - Un mixage qui tient dans un vieux téléphone.
            - Ce qu'il n'est **pas** nécessaire d'acheter.
        """,
        category="music",
        languages=("fr", "en"),
        skills=("enregistrement", "mixage", "micros", "balado", "voix"),
        place="Trois-Rivières",
        rate_minor=130,
        look=Look("waves", "stone", "fair", "brown", "charcoal", "beard headphones"),
        works=(
            Work(
                "Le mixage d'une chanson",
                "Jusqu'à douze pistes ; deux allers-retours compris. Vous recevez le fichier final et mes réglages.",
                7,
                9_000,
            ),
        ),
    ),
    Expert(
        name="Lamine Kandji",
        headline="La kora, expliquée à ceux qui l'ont entendue une fois et n'en dorment plus",
        bio="""
            Vingt et une cordes, quatre doigts, beaucoup de patience. J'ai appris à Ziguinchor chez un oncle qui ne disait
            jamais « non », seulement « encore ».

            On peut commencer sans instrument : je vous apprends à écouter, à compter, à chanter la ligne de basse. Quand vous
            en aurez une, je vous aide à l'accorder, ce qui prend la moitié de la vie d'un joueur.

            *I also teach in English, slowly.* Pour les enfants dès huit ans, avec un adulte à côté.
        """,
        category="music",
        languages=("fr", "en"),
        skills=("kora", "rythme", "accordage", "musique mandingue"),
        place="Saint-Louis, Sénégal",
        rate_minor=60,
        look=Look("cap", "apricot", "ebony", "black", "violet", "moustache lines"),
        acts=(Act("Une première heure de kora", 60, 3_000),),
        greeting=Greeting(
            ROUND,
            "Aucune parole : une ronde à la kora. Les pouces tiennent la basse, puis les index descendent au-dessus, une fois "
            "lentement et une fois vite.",
        ),
    ),
)
