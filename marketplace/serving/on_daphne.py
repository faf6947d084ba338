"""The site on Daphne, which is what `manage.py serve` uses unless told otherwise."""

import signal
from collections.abc import Callable

# Before anything else imports Twisted: Daphne installs its asyncio reactor.
from daphne.server import Server  # isort: skip
from channels.routing import get_default_application
from twisted.internet import reactor

HANDSHAKE_S = 30  # when all pages come back at once each waits its turn; who is cut off comes back and makes it longer


def run(*, host: str, port: int, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
    """Returns when a signal has ended it; `stopping` is called at the signal."""
    server = Server(
        application=get_default_application(),
        endpoints=[f"tcp:port={port}:interface={host}"],
        signal_handlers=False,
        application_close_timeout=2,
        websocket_handshake_timeout=HANDSHAKE_S,
        http_timeout=60,
        server_name="ringwise",
        verbosity=1,
    )

    def stop(*_) -> None:
        stopping()
        reactor.callFromThread(server.stop)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    reactor.callWhenRunning(ready)
    server.run()
