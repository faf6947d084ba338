import pytest
from asgiref.sync import sync_to_async
from channels.security.websocket import AllowedHostsOriginValidator

from calls.routing import websockets
from calls.signalling.opening import Sockets
from calls.signalling.origin import is_same_origin
from tests.calls.signalling.wires import ORIGIN, Refused, Wire, cookie_of

ELSEWHERE = [
    "https://127.0.0.1:8000",  # another scheme
    "http://127.0.0.1:9000",  # another port
    "http://127.0.0.1",
    "http://localhost:8000",  # another name of the same machine
    "http://evil.example",
    "http://127.0.0.1:8000.evil.example",
    "http://127.0.0.1:8000@evil.example",
    "http://evil.example/127.0.0.1:8000",
    "http://127.0.0.1:8000/",  # no browser sends a path
    "null",
    "file://",
    "",
    "http://127.0.0.1:99999",
]


def scope(origin: str | None, host: str = "127.0.0.1:8000", scheme: str = "ws", **headers: str) -> dict:
    sent = {"host": host, **headers} | ({"origin": origin} if origin is not None else {})
    return {"scheme": scheme, "headers": [(name.encode(), value.encode("latin1")) for name, value in sent.items()]}


class SameOriginTests:
    def test_our_own_page_is_let_in(self):
        assert is_same_origin(scope(ORIGIN))
        assert is_same_origin(scope("http://127.0.0.1", host="127.0.0.1"))
        assert is_same_origin(scope("http://127.0.0.1:80", host="127.0.0.1"))
        assert is_same_origin(scope("http://[::1]:8000", host="[::1]:8000"))

    @pytest.mark.parametrize("origin", ELSEWHERE)
    def test_any_other_page_is_not(self, origin):
        assert not is_same_origin(scope(origin))

    def test_without_an_origin_nobody_is(self):
        assert not is_same_origin(scope(None))

    def test_two_origins_are_none(self):
        doubled = scope(ORIGIN)
        doubled["headers"].append((b"origin", b"http://evil.example"))
        assert not is_same_origin(doubled)

    def test_a_host_that_is_not_ours_is_refused_even_with_its_own_origin(self):
        assert not is_same_origin(scope("http://evil.example", host="evil.example"))

    def test_behind_a_proxy_the_trusted_header_names_the_scheme(self, settings):
        settings.HTTPS, settings.ALLOWED_HOSTS = True, ["ringwise.example"]
        behind = {"host": "ringwise.example", "x-forwarded-proto": "https"}
        assert is_same_origin(scope("https://ringwise.example", **behind))
        assert not is_same_origin(scope("http://ringwise.example", **behind))

    def test_without_a_trusted_proxy_that_header_says_nothing(self):
        assert not is_same_origin(scope("https://127.0.0.1:8000", **{"x-forwarded-proto": "https"}))


@pytest.mark.django_db(transaction=True)
class AttackTests:
    """Another page, opened by a signed-in member's browser: the cookie comes along."""

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:9000", "https://127.0.0.1:8000", "http://evil.example", None])
    async def test_fails(self, alice, origin):
        cookie = await sync_to_async(cookie_of)(alice)
        with pytest.raises(Refused):
            await Wire("/ws/page/", cookie=cookie, headers={"origin": origin}).open()

    async def test_succeeds_where_the_check_is_off(self, alice):
        open_door = Sockets(websockets, is_welcome=lambda scope: True)
        cookie = await sync_to_async(cookie_of)(alice)
        wire = await Wire("/ws/page/", cookie=cookie, headers={"origin": "http://evil.example"}, app=open_door).open()
        assert (await wire.hear("hello"))["member"] == alice.id

    async def test_succeeds_where_only_the_host_is_checked(self, alice):
        half_open = AllowedHostsOriginValidator(Sockets(websockets, is_welcome=lambda scope: True))
        cookie = await sync_to_async(cookie_of)(alice)
        wire = await Wire("/ws/page/", cookie=cookie, headers={"origin": "https://localhost:9"}, app=half_open).open()
        assert (await wire.hear("hello"))["member"] == alice.id
