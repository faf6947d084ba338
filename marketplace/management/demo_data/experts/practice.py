"""The two robots, who are there to rehearse with."""

from marketplace.management.demo_data.person import Act, Expert, Robot
from marketplace.management.demo_data.portraits import Look

EXPERTS = (
    Expert(
        name="Robin Ferro",
        headline="A robot to rehearse with: billed by the minute",
        bio="""
            I am one of the two robots of this demo. I am always here, I answer after five seconds, hum a little tune and
            soon ask you to switch the call to paid, by the minute. Refuse, accept, pause, go back to free: I take it kindly.
            After three minutes of nothing I say goodbye.
        """,
        category="practice",
        languages=("en",),
        skills=("answering", "patience", "humming"),
        place="This machine",
        rate_minor=200,
        look=Look("robot", "lagoon", "frost", "ember", "abyss"),
        acts=(Act("Ten minutes of rehearsal", 10, 900),),
        robot=Robot("per_minute", hue=0.49, pitch=1.0),
    ),
    Expert(
        name="Cleo Stahl",
        headline="A robot to rehearse with: ten minutes at one price",
        bio="""
            I am the other robot of this demo. I answer after five seconds and offer you an act: ten minutes for one price,
            agreed before it begins. Cancel it in the first minute and it costs nothing. What you do not use stays
            stored for thirty days.
        """,
        category="practice",
        languages=("en",),
        skills=("answering", "fixed prices", "lullabies"),
        place="This machine",
        rate_minor=150,
        look=Look("robot", "amethyst", "wisteria", "jade", "midnight"),
        acts=(Act("Ten minutes at one price", 10, 500),),
        robot=Robot("act_of_time", hue=0.72, pitch=0.75),
    ),
)
