"""Papers as PDF: what they say, that they fetch nothing, and what a machine says that can make none."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from marketplace.accounts.models import User
from payouts.statements import files, pdf, renderer
from tests.payouts.purse import charge, give_credit, write_papers
from tests.payouts.statements.papers import words_of

MARCH = "/earnings/statements/2026-03.pdf"


@pytest.fixture
def march(alice, bob, now):
    give_credit(alice, 10_000, now)
    for number in range(2):
        charge(alice, bob, 1_000, now, reference=f"period:{number + 1}")
    write_papers(now)


@pytest.mark.django_db
class StatementTests:
    def test_it_names_the_issuer_the_expert_every_sum_and_both_balances(self, bob, signed_in, march, settings):
        settings.LEGAL_NAME, settings.LEGAL_ADDRESS, settings.TAX_NUMBER = "Ring & Co", "1 Main Street; Brussels", "BE1"
        User.objects.filter(pk=bob.pk).update(name='Bob <img src="http://127.0.0.1:1/x.png">')
        answer = signed_in(bob).get(MARCH)
        assert answer["Content-Type"] == "application/pdf"
        said = words_of(answer.content)
        for part in ("Ring & Co", "Brussels", "Tax number BE1", "Bob <img src", "Statement of March 2026", "period:1"):
            assert part in said
        assert "Gross: what callers paid, less what went back to them €20.00" in said
        assert "Commission of the platform €6.00" in said
        assert "Closing balance €14.00 €0.00 €0.00 €14.00" in said

    def test_a_long_month_is_added_up_by_day(self, bob, signed_in, march, monkeypatch):
        monkeypatch.setattr(files, "LINES_IN_PDF", 1)
        said = words_of(signed_in(bob).get(MARCH).content)
        assert "2 movements, added up by day" in said
        assert "2 Mar 2026 2 €20.00 €6.00 €14.00 €14.00" in said

    def test_a_stranger_finds_nothing_and_a_visitor_signs_in(self, eve, signed_in, client, march):
        assert signed_in(eve).get(MARCH).status_code == 404
        assert "/accounts/login/" in client.get(MARCH).url

    @pytest.mark.parametrize("missing", [ImportError("no weasyprint"), OSError("cannot load library libpango")])
    def test_a_machine_that_can_make_none_says_what_it_lacks_and_shows_the_page(
        self, bob, signed_in, march, monkeypatch, missing
    ):
        def fails(name: str) -> None:
            raise missing

        monkeypatch.setattr(pdf, "import_module", fails)
        answer = signed_in(bob).get(MARCH)
        page = answer.content.decode()
        assert answer.status_code == 503
        assert "libpango-1.0-0" in page
        assert 'href="/earnings/statements/2026-03/"' in page


class NothingFetchedTests:
    def test_whatever_a_paper_holds_no_address_and_no_file_is_read(self, tmp_path):
        asked = []

        class Listens(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

        server = HTTPServer(("127.0.0.1", 0), Listens)
        Thread(target=server.serve_forever, daemon=True).start()
        secret = tmp_path / "secret.txt"
        secret.write_text("the secret words")
        places = [f"http://127.0.0.1:{server.server_port}/x", secret.as_uri(), "ftp://127.0.0.1/x", "ringwise:other"]
        html = "".join(
            f'<link rel=stylesheet href="{place}"><link rel=attachment href="{place}"><img src="{place}">'
            f'<object data="{place}"></object><p style="background: url({place})">words</p>'
            f'<style>@import url("{place}");</style><svg><image href="{place}"/></svg>'
            for place in places
        )
        try:
            content = renderer.write(f"<!doctype html><title>t</title>{html}")
        finally:
            server.shutdown()
            server.server_close()
        assert asked == []
        assert b"EmbeddedFile" not in content
        assert "secret words" not in words_of(content)
        assert "words" in words_of(content)

    def test_the_site_starts_without_it(self):
        """WeasyPrint is imported when a PDF is asked for, never with the pages."""
        code = "import django; django.setup(); import payouts.urls, sys; assert 'weasyprint' not in sys.modules"
        environment = {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_making_papers_does_not_change_which_photos_the_site_takes():
    assert renderer.ImageFile.LOAD_TRUNCATED_IMAGES is False
