"""Who lives in the demo. Everybody is made up; nobody gives advice that needs a licence."""

from dataclasses import dataclass

from marketplace.management.demo_data.portraits import Look

CATEGORIES = {
    "careers": "Work and careers",
    "computers": "Computers and phones",
    "cooking": "Cooking",
    "gardening": "Plants and gardens",
    "home": "Home and repairs",
    "languages": "Languages",
    "money": "Money and taxes",
    "music": "Music",
    "practice": "Try it out",
    "travel": "Travel",
}


@dataclass(frozen=True)
class Act:
    title: str
    minutes: int
    price_minor: int


@dataclass(frozen=True)
class Work:
    title: str
    description: str
    days: int
    price_minor: int


@dataclass(frozen=True)
class Robot:
    """How the robot that plays this expert differs from the other. `offers` is a kind of listing."""

    offers: str
    hue: float
    pitch: float


@dataclass(frozen=True)
class Expert:
    name: str
    headline: str
    bio: str
    category: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    place: str
    rate_minor: int
    look: Look
    acts: tuple[Act, ...] = ()
    works: tuple[Work, ...] = ()
    robot: Robot | None = None


CALLER, SECOND_CALLER, STAFF = "Nora Lindhagen", "Jonas Okwudili", "Sam Underhill"
EARNER = "Kofi Adjaben"  # has calls behind him, so that earnings and receipts show something

EXPERTS = (
    Expert(
        name="Robin Ferro",
        headline="A robot to rehearse with: billed by the minute",
        bio="I am one of the two robots of this demo. I am always here, I answer after five seconds, hum a little tune and "
        "soon ask you to switch the call to paid, by the minute. Refuse, accept, pause, go back to free: I take it kindly. "
        "After three minutes of nothing I say goodbye.",
        category="practice",
        languages=("en",),
        skills=("answering", "patience", "humming"),
        place="This machine",
        rate_minor=200,
        look=Look("robot", "#2f6f73", "#9fd3cf", "#f06a5f", "#1d4447"),
        acts=(Act("Ten minutes of rehearsal", 10, 900),),
        robot=Robot("per_minute", hue=0.49, pitch=1.0),
    ),
    Expert(
        name="Cleo Stahl",
        headline="A robot to rehearse with: ten minutes at one price",
        bio="I am the other robot of this demo. I answer after five seconds and offer you an act: ten minutes for one price, "
        "agreed before it begins. Cancel it in the first minute and it costs nothing. What you do not use stays "
        "stored for thirty days.",
        category="practice",
        languages=("en",),
        skills=("answering", "fixed prices", "lullabies"),
        place="This machine",
        rate_minor=150,
        look=Look("robot", "#5b4b8a", "#c9bdf0", "#7fd1ae", "#342a57"),
        acts=(Act("Ten minutes at one price", 10, 500),),
        robot=Robot("act_of_time", hue=0.72, pitch=0.75),
    ),
    Expert(
        name="Kofi Adjaben",
        headline="Taxes for freelancers, explained until they make sense",
        bio="I kept books for small studios for fifteen years before I started explaining them instead. Bring the form or the "
        "letter that worries you and share your screen; we go through it line by line. I explain how things work and "
        "do not fill in returns for you.",
        category="money",
        languages=("en", "fr"),
        skills=("freelancing", "VAT", "bookkeeping", "invoices"),
        place="Lyon",
        rate_minor=200,
        look=Look("short", "#d8e6df", "#7a4b32", "#20150f", "#27606b"),
        acts=(Act("Your first VAT return, walked through", 45, 6000), Act("Half an hour on your invoices", 30, 4500)),
        works=(
            Work(
                "A checklist for your bookkeeping year",
                "Two pages, made for your trade and country: which papers to keep, which dates to note. As a PDF.",
                5,
                3500,
            ),
        ),
    ),
    Expert(
        name="Inês Tavarela",
        headline="Portuguese you can use tomorrow morning",
        bio="Conversation first, grammar when you trip over it. I teach people who move to Portugal, and people who married "
        "into it. Tell me what you have to say this week and we practise exactly that.",
        category="languages",
        languages=("pt", "en", "es"),
        skills=("conversation", "pronunciation", "moving abroad"),
        place="Coimbra",
        rate_minor=80,
        look=Look("long", "#f2dcc9", "#d9a27c", "#4a2a1c", "#b4534a"),
        acts=(Act("A conversation lesson", 30, 2000),),
    ),
    Expert(
        name="Meera Jothilal",
        headline="Calm help with computers, phones and Wi-Fi",
        bio="Nothing is a stupid question here. I look after the machines of a school and of most of my street. We find out "
        "what is wrong, fix what can be fixed from afar, and I tell you honestly when it is time for a repair shop.",
        category="computers",
        languages=("en", "hi", "ta"),
        skills=("Wi-Fi", "backups", "phones", "printers"),
        place="Leicester",
        rate_minor=120,
        look=Look("bun", "#e4ddf0", "#9a6242", "#1c1413", "#6b4c9a"),
        acts=(Act("A new phone set up together", 60, 5500),),
    ),
    Expert(
        name="Luc Vanderhoek",
        headline="Drips, draughts and boilers: what you can do yourself",
        bio="Thirty years of houses older than I am. Show me the drip with your camera and I tell you which part it is, what "
        "it costs, and whether to touch it. If it is gas or live wires, I say: call somebody who comes.",
        category="home",
        languages=("nl", "fr", "en"),
        skills=("plumbing", "heating", "old houses", "tools"),
        place="Ghent",
        rate_minor=160,
        look=Look("beard", "#dfe7ea", "#e0b08f", "#9a938c", "#3d5a6c"),
    ),
    Expert(
        name="Yuki Hanamura",
        headline="Weeknight Japanese cooking, with what your shop has",
        bio="I ran a lunch counter of nine seats. Now I cook along with people in their own kitchens: I watch the pan, you "
        "do the work. Dashi, pickles, rice that behaves, and what to do when the miso is the wrong colour.",
        category="cooking",
        languages=("en", "ja"),
        skills=("cook along", "rice", "pickles", "knives"),
        place="Utrecht",
        rate_minor=100,
        look=Look("fringe", "#f6e3da", "#ecc4a0", "#17130f", "#c8553d"),
        acts=(Act("Cook one dish together", 45, 3000),),
    ),
    Expert(
        name="Amira Beldjoudi",
        headline="Your next interview, rehearsed until it is easy",
        bio="I hired people for hospitals and for start-ups, several hundred of them. We take the advertisement apart, find "
        "your three stories, and I ask the hard questions first. You leave with notes, not with slogans.",
        category="careers",
        languages=("fr", "ar", "en"),
        skills=("interviews", "CV", "salary talks"),
        place="Marseille",
        rate_minor=250,
        look=Look("scarf", "#e3ead8", "#c98f68", "#2f6b5e", "#274b44"),
        acts=(Act("A full mock interview", 50, 11000), Act("Your CV in half an hour", 30, 6500)),
    ),
    Expert(
        name="Tadeusz Orlikowy",
        headline="Fruit trees: what to cut, when, and what to leave",
        bio="I look after an orchard of four hundred old apple and pear trees. Walk round the tree with your camera; we mark "
        "the cuts together before you climb. I also know why it has no fruit this year.",
        category="gardening",
        languages=("pl", "de", "en"),
        skills=("pruning", "apples", "compost", "balconies"),
        place="Görlitz",
        rate_minor=90,
        look=Look("bald", "#e6ead0", "#e8bc9b", "#c9c2b8", "#55703a"),
    ),
    Expert(
        name="Esperanza Quirolas",
        headline="Guitar and singing for people who start late",
        bio="My oldest pupil began at seventy-four. We choose a song that you love and take away everything that is too hard "
        "until it sounds good; then we put it back, piece by piece.",
        category="music",
        languages=("es", "en", "ca"),
        skills=("guitar", "singing", "songs by ear"),
        place="Girona",
        rate_minor=110,
        look=Look("curly", "#dbe9f4", "#b97a56", "#2a1a14", "#2e7d6b"),
        acts=(Act("One song, from zero", 30, 2800),),
    ),
    Expert(
        name="Sven Aakerblad",
        headline="Walking in the north: routes, huts, weather, boots",
        bio="Warden of a mountain hut for eleven summers. Tell me your days, your knees and your worst fear; I tell you the "
        "route, the bus, and what to leave at home. I have carried too many heavy tents off that mountain.",
        category="travel",
        languages=("sv", "en", "de"),
        skills=("hiking", "huts", "packing", "winter"),
        place="Östersund",
        rate_minor=130,
        look=Look("cap", "#dce3f0", "#efc7a8", "#b8803f", "#33538a"),
    ),
)
