"""One command, several jobs: the web server, the worker in a thread, and the demo's robots as children.

The worker must live in the server's process: with channels in memory a separate one would reach nobody.
"""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from calls.robots import roster
from marketplace import worker

STOP_WITHIN_S = 4
FILES = 65_536  # at most open at once: a socket for each open page


class Command(BaseCommand):
    help = "Serve the site, do its background work, and run the demo's robots, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default="8000")
        parser.add_argument("--prepare", action="store_true", help="first migrate, and fill an empty demo")
        parser.add_argument("--no-worker", action="store_true", help="another process works: manage.py worker")
        parser.add_argument("--no-robots", action="store_true")
        parser.add_argument("--uvicorn", action="store_true", help="instead of Daphne (requirements-uvicorn.txt)")

    def handle(
        self, *, host: str, port: str, prepare: bool, no_worker: bool, no_robots: bool, uvicorn: bool, **options
    ) -> None:
        self.refuse_to_start_wrongly(host, port)
        run = self.server(uvicorn)
        if "SITE_URL" not in os.environ:
            settings.SITE_URL = f"http://{host}:{port}"
        if prepare:
            self.prepare()
        allow_many_files()
        robots = Robots(self.stderr.write) if settings.DEMO and not no_robots else None
        stop = threading.Event()
        work = [] if no_worker else worker.start(stop)

        def ready() -> None:
            if robots:
                robots.start()
            self.greet()

        def cut_off() -> None:
            if robots:
                robots.end()
            os._exit(1)

        def stopping() -> None:
            """Whatever still hangs after STOP_WITHIN_S (a page that waits, a slow job) is cut off."""
            late = threading.Timer(STOP_WITHIN_S, cut_off)
            late.daemon = True
            late.start()

        run(host=host, port=int(port), ready=ready, stopping=stopping)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # who presses twice would leave the robots behind
        stop.set()
        if robots:
            robots.end()
        for thread in work:
            thread.join(STOP_WITHIN_S)

    def server(self, uvicorn: bool) -> Callable:
        """Imported when it is known which: each brings an event loop of its own."""
        if not uvicorn:
            from marketplace.serving import on_daphne  # noqa: PLC0415

            return on_daphne.run
        try:
            from marketplace.serving import on_uvicorn  # noqa: PLC0415
        except ModuleNotFoundError as missing:
            raise CommandError(
                _("%(name)s is not installed: pip install -r requirements-uvicorn.txt") % {"name": missing.name}
            ) from None
        return on_uvicorn.run

    def refuse_to_start_wrongly(self, host: str, port: str) -> None:
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise CommandError(_("%(port)s is not a port: give a number from 1 to 65535.") % {"port": port})
        if settings.STRIPE_SANDBOX and host not in settings.LOOPBACK_HOSTS:
            raise CommandError(
                _("With STRIPE_SANDBOX the site is for this machine only: it cannot be served on %(host)s.")
                % {"host": host}
            )
        if settings.STATIC_ROOT and not (settings.STATIC_ROOT / "staticfiles.json").exists():
            raise CommandError(
                _("Without DEBUG static files are served from one place: run manage.py collectstatic first.")
            )
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, int(port)))
            except OSError as problem:
                raise CommandError(
                    _("Port %(port)s on %(host)s cannot be used (%(problem)s). Another one: PORT=9000 make run")
                    % {"port": port, "host": host, "problem": problem.strerror}
                ) from None

    def prepare(self) -> None:
        """Here and not as commands of their own, because each would cost another start of Django."""
        try:
            call_command("migrate", verbosity=0)
            if settings.DEMO:
                call_command("demo")
        except KeyboardInterrupt:
            sys.exit(130)

    def greet(self) -> None:
        self.stdout.write(_("Ringwise is at %(url)s (Ctrl-C ends it).") % {"url": settings.SITE_URL})
        if settings.DEMO:
            self.stdout.write(_("Sign in as anybody with one press: %(url)s/demo/") % {"url": settings.SITE_URL})
            self.stdout.write(_("A call needs two people: use a private window for the second person."))
        self.stdout.flush()


def allow_many_files() -> None:
    """As many as the system lets us; shells by themselves say 1024."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # not every system counts them so
        import resource  # noqa: PLC0415

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


class Robots:
    """The demo's robots, each a child process with the address of this site."""

    def __init__(self, say) -> None:
        self.say = say
        self.children: list[subprocess.Popen] = []

    def start(self) -> None:
        slugs = roster.known(settings.VAR_DIR)
        if slugs and not importlib.util.find_spec("aiortc"):
            self.say(_("No robots: their packages are not installed (requirements-demo.txt). All else works."))
            return
        for slug in slugs:
            self.children.append(
                subprocess.Popen(
                    [sys.executable, "manage.py", "robot", "--expert", slug],
                    cwd=settings.BASE_DIR,
                    env=os.environ | {"SITE_URL": settings.SITE_URL},
                    start_new_session=True,  # Ctrl-C is for us; we end them
                )
            )

    def end(self) -> None:
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(1)
            except subprocess.TimeoutExpired:
                child.kill()
