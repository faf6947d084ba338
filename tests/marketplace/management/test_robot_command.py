"""`manage.py robot` says in one line why it cannot be a robot here."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from calls.robots import roster

MIA = roster.Entry(email="mia@example.test", password="secret", name="Mia", offers="per_minute", hue=0.5, pitch=1.0)


@pytest.fixture
def be_mia(tmp_path):
    roster.keep(tmp_path, {"mia": MIA})

    def run(slug: str = "mia", **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", "robot", "--expert", slug],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)} | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


class RobotCommandTests:
    def test_without_its_packages_it_says_so_and_the_site_can_go_on(self, be_mia, tmp_path):
        (tmp_path / "aiortc.py").write_text("raise ModuleNotFoundError('no wheel', name='aiortc')")
        ended = be_mia(PYTHONPATH=str(tmp_path))
        assert ended.returncode == 3
        assert ended.stderr.splitlines() == ["Robots stay at home: aiortc is not installed."]

    def test_somebody_who_is_no_robot_is_not_played(self, be_mia):
        ended = be_mia("bob")
        assert ended.returncode == 1
        assert ended.stderr.splitlines() == ["CommandError: bob is not one of the demo's robots."]

    def test_it_never_goes_to_another_machine(self, be_mia):
        ended = be_mia(SITE_URL="https://ringwise.example", SECRET_KEY="k" * 60)
        assert ended.returncode == 1
        assert "only talk to a site on this machine" in ended.stderr
