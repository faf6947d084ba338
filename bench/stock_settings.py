"""The site as Django has it without further thought: no pool, so a connection for each request, and no prepared statements."""

from marketplace.settings import *  # noqa: F403
from marketplace.settings import DATABASES

DATABASES["default"]["OPTIONS"] = {}
