"""The robot's way into the site: the log-in form and the two sockets, as any browser would use them."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp

LOGIN_PATH = "/accounts/login/"
CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')


class NotLocal(ValueError):
    """Robots are a demo: they talk to a site on this machine only."""


class LoginRefused(Exception):
    """The site did not take the e-mail and password."""


@dataclass(frozen=True)
class Credentials:
    email: str
    password: str


def check_local(site_url: str) -> str:
    """`site_url` without its last slash. Raises NotLocal unless its host is a loopback one."""
    parts = urlsplit(site_url)
    host = parts.hostname or ""
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or parts.scheme not in ("http", "https"):
        raise NotLocal(site_url)
    return f"{parts.scheme}://{parts.netloc}"


class Site:
    """One signed-in visit. Sockets carry its cookies and the site's own Origin."""

    def __init__(self, url: str) -> None:
        self.url = check_local(url)
        # unsafe: cookies of a bare address, such as 127.0.0.1, count too.
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def log_in(self, credentials: Credentials) -> None:
        """Signs in unless the session still holds. Raises LoginRefused, or aiohttp.ClientError when nobody answers."""
        async with self._http.get(self.url + LOGIN_PATH) as page:
            if page.url.path != LOGIN_PATH:
                return  # signed in already: the site sends such a visitor on
            token = CSRF_FIELD.search(await page.text())
        form = {
            "login": credentials.email,
            "password": credentials.password,
            "csrfmiddlewaretoken": token[1] if token else "",
        }
        async with self._http.post(
            self.url + LOGIN_PATH, data=form, headers={"Referer": self.url + LOGIN_PATH}, allow_redirects=False
        ) as answer:
            if answer.status != 302:
                raise LoginRefused(f"{LOGIN_PATH} answered {answer.status}")

    async def socket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        return await self._http.ws_connect(self.url + path, origin=self.url, max_msg_size=1 << 20)

    async def close(self) -> None:
        await self._http.close()
