"""The table: each class of attack, the test in which it fails, and the broken twin in which it succeeds."""

from tests.attacks.classes.money import MONEY
from tests.attacks.classes.profiles import PROFILES
from tests.attacks.classes.reviews import REVIEWS
from tests.attacks.classes.rooms import ROOMS
from tests.attacks.classes.stripe import STRIPE

ATTACKS = [*MONEY, *STRIPE, *ROOMS, *REVIEWS, *PROFILES]
