import asyncio
import logging
import os
import signal
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from calls.robots import roster

try:
    from calls.robots.behaviour import Habits
    from calls.robots.runner import Looks, run
    from calls.robots.site import Credentials, NotLocal, check_local
except ImportError as _missing:  # robots are optional: the site goes on without them
    missing: ImportError | None = _missing
else:
    missing = None

EXIT_WITHOUT_WHEELS = 3


class Command(BaseCommand):
    help = "Be one of the demo's robots: an expert who is online, answers, talks and offers, as any client of the site."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--expert", required=True, metavar="SLUG", help="which demo expert to be")

    def handle(self, *, expert: str, **options):
        if missing:
            self.stderr.write(_("Robots stay at home: %(module)s is not installed.") % {"module": missing.name})
            sys.exit(EXIT_WITHOUT_WHEELS)
        entry = roster.known(settings.VAR_DIR).get(expert)
        if entry is None:
            raise CommandError(_("%(slug)s is not one of the demo's robots.") % {"slug": expert})
        try:
            check_local(settings.SITE_URL)
        except NotLocal:
            raise CommandError(_("Robots only talk to a site on this machine; SITE_URL is elsewhere.")) from None
        logging.getLogger("aioice").setLevel(logging.WARNING)
        asyncio.run(_be(entry))


async def _be(entry: roster.Entry) -> None:
    """Runs until told to end, or until whoever started it is gone."""
    work = asyncio.ensure_future(
        run(
            site_url=settings.SITE_URL,
            credentials=Credentials(entry.email, entry.password),
            habits=Habits(offers=entry.offers, estimate=(5, 10)),
            looks=Looks(entry.name, _("demo robot"), entry.hue, entry.pitch),
        )
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    parent = os.getppid()
    while not work.done():
        await asyncio.wait([work], timeout=2)
        if os.getppid() != parent:
            work.cancel()
    if not work.cancelled():
        work.result()
