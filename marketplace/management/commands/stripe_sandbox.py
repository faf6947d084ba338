import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from payouts.sandbox import server
from payouts.sandbox import services as sandbox

ROUND_S = 1


class Command(BaseCommand):
    help = "Serve the pretended Stripe's HTTP API (and its hosted pages) on this machine, for any client of Stripe's."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=12111)

    def handle(self, *, host: str, port: int, **options) -> None:
        if not settings.STRIPE_SANDBOX:
            raise CommandError(_("Set STRIPE_SANDBOX=1: without it there is no sandbox."))
        if host not in settings.LOOPBACK_HOSTS:
            raise CommandError(
                _("The sandbox is for this machine only: it cannot be served on %(host)s.") % {"host": host}
            )
        try:
            httpd = server.serve_at(host, port)
        except (OSError, OverflowError) as problem:
            raise CommandError(str(problem)) from None
        stop = threading.Event()
        threading.Thread(target=self.go_on, args=(stop,), daemon=True).start()
        address = f"http://{host}:{httpd.server_port}"
        self.stdout.write(_("Stripe's sandbox is at %(address)s (Ctrl-C ends it).") % {"address": address})
        self.stdout.write(f'For stripe-python: key sk_test_sandbox, base_addresses={{"api": "{address}"}}')
        self.stdout.flush()
        try:
            httpd.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            httpd.server_close()

    def go_on(self, stop: threading.Event) -> None:
        """Payouts go on and events are sent, as the site's worker does."""
        while not stop.wait(ROUND_S):
            sandbox.work(now=timezone.now())
