"""The site on uvicorn, for installations where signalling is most of the work. Needs requirements-uvicorn.txt."""

from collections.abc import Callable

from channels.routing import get_default_application
from uvicorn import Config, Server

from calls.notices import hub as hubs
from marketplace.serving.frames import Incoming

GRACE_S = 2  # for pages that are being answered


def run(*, host: str, port: int, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
    """Returns when a signal has ended it; `stopping` is called at the signal."""
    config = Config(
        get_default_application(),
        host=host,
        port=port,
        ws=Incoming,
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,  # the site itself reads them (TRUSTED_PROXY_COUNT)
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
    )
    _Server(config, ready, stopping).run()


class _Server(Server):
    def __init__(self, config: Config, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready, self.stopping = ready, stopping

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    async def shutdown(self, sockets=None) -> None:
        """uvicorn closes its sockets at once; before that what they witnessed is written down, and no new ones come."""
        for server in self.servers:
            server.close()
        if hub := hubs.current():
            await hub.goodbye()
        await super().shutdown(sockets)

    def handle_exit(self, number: int, frame) -> None:
        """Without uvicorn's own wish to die of the signal afterwards: what was started beside it has yet to end."""
        self.stopping()
        self.should_exit = True
