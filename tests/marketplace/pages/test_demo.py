"""The demo's doors open for somebody at this machine while the demo is on, and for nobody else."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.pages import demo_mails
from payouts import clock
from tests import cast
from tests.calls.metering.world import Story

DOORS = ("/demo/", "/demo/mails/", "/demo/mails/20260302-090000-1.log-0/")
POST_DOORS = ("/demo/sign-in/", "/demo/clock/")
AT_HOME = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEBUG = settings.DEMO = settings.STRIPE_SANDBOX = True
    settings.EMAIL_FILE_PATH = tmp_path
    settings.VAR_DIR = tmp_path
    return settings


@pytest.fixture
def nora(db) -> User:
    return User.objects.create_user("nora@demo.example", name="Nora Demo")


@pytest.fixture
def staff(db) -> User:
    return User.objects.create_user("staff@demo.example", name="Staff Demo", is_staff=True)


def visitor(**extra) -> Client:
    return Client(**(AT_HOME | extra))


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.django_db
class ClosedDoorTests:
    def all_closed(self, client: Client, person: User) -> None:
        for path in DOORS[:2]:
            assert client.get(path).status_code == 404
        for path in POST_DOORS:
            assert client.post(path, {"member": person.pk, "days": 1}).status_code == 404
        assert signed_in_as(client) is None

    @pytest.mark.parametrize("missing", ["DEMO", "DEBUG", "STRIPE_SANDBOX"])
    def test_nothing_exists_unless_all_three_switches_are_on(self, demo, nora, missing):
        setattr(demo, missing, False)
        self.all_closed(visitor(), nora)

    @pytest.mark.parametrize(
        "host", ["ringwise.example", "192.168.1.5", "127.0.0.1.evil.example", "localhost.evil.example"]
    )
    def test_nothing_exists_under_a_name_that_is_not_this_machine(self, demo, nora, host):
        demo.ALLOWED_HOSTS = ["*"]
        self.all_closed(visitor(HTTP_HOST=host), nora)

    @pytest.mark.parametrize("address", ["192.168.1.5", "203.0.113.9", "::ffff:203.0.113.9", "", "nonsense"])
    def test_nothing_exists_for_another_machine(self, demo, nora, address):
        self.all_closed(visitor(REMOTE_ADDR=address), nora)

    @pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_FORWARDED_HOST"])
    def test_nothing_exists_behind_a_proxy(self, demo, nora, header):
        self.all_closed(visitor(**{header: "203.0.113.9"}), nora)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"DEBUG": "0"},
            {"STRIPE_SANDBOX": "0"},
            {"ALLOWED_HOSTS": "127.0.0.1,ringwise.example"},
            {"ALLOWED_HOSTS": "*"},
        ],
    )
    def test_the_program_refuses_to_start_with_doors_that_others_could_reach(self, tmp_path, wrong):
        environment = {
            "DEMO": "1",
            "DEBUG": "1",
            "STRIPE_SANDBOX": "1",
            "VAR_DIR": str(tmp_path),
            "PATH": os.environ["PATH"],
        }
        start = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=real_settings.BASE_DIR,
            env=environment | wrong,
            capture_output=True,
            text=True,
        )
        assert start.returncode != 0
        assert start.stderr.startswith(("Setting DEMO: ", "Setting STRIPE_SANDBOX: "))
        assert len(start.stderr.splitlines()) == 1


@pytest.mark.django_db
class SignInTests:
    def test_one_press_signs_in(self, demo, nora):
        client = visitor()
        assert client.post("/demo/sign-in/", {"member": nora.pk}).url == "/"
        assert signed_in_as(client) == str(nora.pk)

    @pytest.mark.parametrize("name", ["localhost", "[::1]:9000"])
    def test_the_other_names_of_this_machine_work_too(self, demo, nora, name):
        assert visitor(HTTP_HOST=name, REMOTE_ADDR="::1").post("/demo/sign-in/", {"member": nora.pk}).status_code == 302

    def test_a_link_cannot_sign_in(self, demo, nora):
        client = visitor()
        assert client.get("/demo/sign-in/", {"member": nora.pk}).status_code == 405
        assert signed_in_as(client) is None

    def test_another_sites_form_cannot_sign_in(self, demo, nora):
        client = Client(enforce_csrf_checks=True, **AT_HOME)
        assert client.post("/demo/sign-in/", {"member": nora.pk}).status_code == 403
        assert signed_in_as(client) is None

    def test_the_page_s_own_form_signs_in_with_its_token(self, demo, nora):
        client = Client(enforce_csrf_checks=True, **AT_HOME)
        token = client.get("/demo/").context["csrf_token"]
        form = {"member": nora.pk, "csrfmiddlewaretoken": str(token)}
        assert client.post("/demo/sign-in/", form).status_code == 302

    def test_members_who_are_not_of_the_demo_have_no_door(self, demo, eve):
        client = visitor()
        assert client.post("/demo/sign-in/", {"member": eve.pk}).status_code == 404
        assert signed_in_as(client) is None

    @pytest.mark.parametrize("nobody", ["", "0", "999999", "nora", "1 OR 1=1"])
    def test_nobody_is_nobody(self, demo, nora, nobody):
        assert visitor().post("/demo/sign-in/", {"member": nobody}).status_code == 404

    def test_the_page_offers_everybody(self, demo, nora, staff):
        page = visitor().get("/demo/").content.decode()
        assert "Sign in as Nora Demo" in page
        assert "Sign in as Staff Demo" in page

    def test_the_first_page_leads_visitors_to_the_doors(self, demo):
        assert 'href="/demo/"' in visitor().get("/").content.decode()

    def test_outside_the_demo_no_page_mentions_it(self, settings):
        assert "/demo/" not in visitor().get("/").content.decode()


@pytest.mark.django_db
class ClockTests:
    def test_staff_move_the_clock_forward(self, demo, staff):
        client = visitor()
        client.force_login(staff)
        before = clock.now()
        assert client.post("/demo/clock/", {"days": 14}).url == "/demo/"
        assert clock.now() - before >= timedelta(days=14)

    @pytest.mark.parametrize("act_is_over", [False, True])
    def test_it_stands_while_an_act_is_used_or_its_rest_may_come_back(self, demo, staff, act_is_over):
        """Released by then, the earning could give nothing back, and the call could not end."""
        story = Story(credit=5_000).go_act()
        story.after(demo.ACT_CAPTURE_S).sweep()
        if act_is_over:
            story.back_to_free()
        client = visitor()
        client.force_login(staff)
        client.post("/demo/clock/", {"days": 30})
        assert clock.now() - timezone.now() < timedelta(days=1)
        story.hang_up()
        client.post("/demo/clock/", {"days": 30})
        assert clock.now() - timezone.now() > timedelta(days=29)

    def test_others_do_not(self, demo, nora):
        client = visitor()
        client.force_login(nora)
        assert client.post("/demo/clock/", {"days": 14}).status_code == 404

    @pytest.mark.parametrize("days", ["-1", "0", "2", "99999999", "", "x"])
    def test_only_by_the_offered_steps(self, demo, staff, days):
        client = visitor()
        client.force_login(staff)
        assert client.post("/demo/clock/", {"days": days}).status_code == 404


@pytest.mark.django_db
class MailTests:
    def send(self, folder, text: str, html: str = "") -> None:
        backend = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
        mail = EmailMultiAlternatives(
            "Your code: äöü", text, "a@example.test", ["new@example.test"], connection=backend
        )
        if html:
            mail.attach_alternative(html, "text/html")
        mail.send()
        mail.send()

    def test_mails_are_listed_and_read(self, demo):
        self.send(demo.EMAIL_FILE_PATH, "The code is 123456.\nhttp://127.0.0.1:8000/x/ <b>")
        listed = visitor().get("/demo/mails/")
        assert [mail.subject for mail in listed.context["mails"]] == ["Your code: äöü"] * 2
        page = visitor().get(f"/demo/mails/{listed.context['mails'][0].name}/").content.decode()
        assert "The code is 123456." in page
        assert 'href="http://127.0.0.1:8000/x/"' in page
        assert "<b>" not in page

    def test_a_mail_in_html_alone_is_shown_as_text(self, demo):
        self.send(demo.EMAIL_FILE_PATH, "", "<p>Hello <script>alert(1)</script><img src=x onerror=alert(1)></p>")
        mail = demo_mails.newest(demo.EMAIL_FILE_PATH)[0]
        page = visitor().get(f"/demo/mails/{mail.name}/").content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page

    @pytest.mark.parametrize("name", ["x", "..%2Fsecret-key", "20260302-090000-1.log-0", "%2Fetc%2Fpasswd-0", "-0"])
    def test_what_is_no_mail_is_not_found(self, demo, name):
        assert visitor().get(f"/demo/mails/{name}/").status_code == 404

    def test_no_mail_yet_is_said(self, demo):
        assert "No mail yet" in visitor().get("/demo/mails/").content.decode()


def test_the_cast_is_not_of_the_demo(db):
    assert not cast.alice().email.endswith("@demo.example")
