"""The site's views as Django serves them without further thought, with its own ASGI application."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()

from marketplace.search import facets  # noqa: E402  (Django must be set up first)
from marketplace.templatetags import cards, ringwise  # noqa: E402

# What the site keeps of its pages, kept by nobody.
cards.drawn = cards.drawn_as_found = cards._draw  # type: ignore[assignment]
ringwise._drawn = ringwise._drawn.__wrapped__  # type: ignore[assignment]
ringwise._drawn_part = ringwise._drawn_part.__wrapped__  # type: ignore[assignment]
facets.KEPT_S = 0
