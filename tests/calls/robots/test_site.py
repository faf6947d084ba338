"""The robot's way in, against the site's real log-in page."""

import pytest

from calls.robots.site import Credentials, LoginRefused, NotLocal, Site, check_local
from tests.cast import PASSWORD


class LocalOnlyTests:
    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:8000", "http://localhost:9000", "http://[::1]:8000", "http://127.9.9.9"]
    )
    def test_this_machine_is_fine(self, url):
        assert check_local(url + "/") == url

    @pytest.mark.parametrize(
        "url", ["https://ringwise.example", "http://192.168.1.5", "http://127.0.0.1.evil.example", "ws://127.0.0.1", ""]
    )
    def test_any_other_host_is_refused(self, url):
        with pytest.raises(NotLocal):
            check_local(url)


@pytest.mark.django_db(transaction=True)
class LogInTests:
    async def test_the_form_lets_a_member_in_once(self, live_server, bob):
        site = Site(live_server.url)
        try:
            await site.log_in(Credentials(bob.email, PASSWORD))
            await site.log_in(Credentials(bob.email, "not looked at: the session still holds"))
        finally:
            await site.close()

    async def test_a_wrong_password_is_refused(self, live_server, bob):
        site = Site(live_server.url)
        try:
            with pytest.raises(LoginRefused):
                await site.log_in(Credentials(bob.email, "wrong"))
        finally:
            await site.close()
