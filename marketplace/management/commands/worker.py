import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from marketplace import worker


class Command(BaseCommand):
    help = "Do the background work of the site, beside its server processes, until told to end."

    def handle(self, **options) -> None:
        if not settings.REDIS_URL:
            raise CommandError(
                _(
                    "The worker needs REDIS_URL: without Redis nobody hears it. `manage.py serve` has a worker of its own."
                )
            )
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        for thread in worker.start(stop):
            thread.join()
