"""The commands that keep the site running say in one line why they do not start."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from marketplace.management.commands import serve

Refused = Callable[..., str]


@pytest.fixture
def refused() -> Refused:
    """`refused("serve", "--port", "x")`: the one line that the command says instead of running."""

    def run(*command: str) -> str:
        with pytest.raises(CommandError) as refusal:
            call_command(*command)
        assert "\n" not in str(refusal.value)
        return str(refusal.value)

    return run


class ServeTests:
    def test_a_busy_port_is_one_line(self, refused):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            assert f"Port {port} on 127.0.0.1 cannot be used" in refused("serve", "--port", port)

    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０", ""])
    def test_what_is_no_port_is_one_line(self, refused, port):
        assert "is not a port" in refused("serve", f"--port={port}")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "ringwise.example"])
    def test_the_sandbox_is_not_served_to_others(self, refused, host):
        assert "for this machine only" in refused("serve", "--host", host)

    def test_production_without_collected_files_is_one_line(self, refused, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        assert "collectstatic" in refused("serve")

    def test_it_may_open_as_many_sockets_as_the_system_lets_it(self):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        try:
            serve.allow_many_files()
            now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert most == before[1]
        assert now == (serve.FILES if most == resource.RLIM_INFINITY else min(serve.FILES, most))

    def test_a_stripe_key_in_the_shell_is_one_line_and_an_error(self, tmp_path):
        environment = {"DEBUG": "1", "STRIPE_SANDBOX": "1", "DEMO": "1", "STRIPE_SECRET_KEY": "sk_live_1"}
        answer = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environment},
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 1
        assert answer.stderr.startswith("Setting STRIPE_SECRET_KEY: ") and answer.stderr.count("\n") == 1


class WorkerTests:
    def test_it_refuses_to_work_where_nobody_would_hear_it(self, refused, settings):
        settings.REDIS_URL = ""
        assert "REDIS_URL" in refused("worker")
