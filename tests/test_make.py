"""What `make` says, and that a machine on which it cannot work gets one clear line."""

import subprocess
from pathlib import Path

import pytest

from tests.harness import networks
from tests.harness.stages import alone_on_the_network

ROOT = Path(__file__).resolve().parent.parent


def says(*command: str, **environment: str) -> tuple[int, str]:
    """The exit code and what it said; in an environment that hardly has anything."""
    answer = subprocess.run(
        command, cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True
    )
    return answer.returncode, answer.stdout + answer.stderr


class ListTests:
    def test_bare_make_lists_the_targets(self):
        code, text = says("make")
        assert code == 0
        for target in ("run", "test", "lint", "bench", "prove", "reset"):
            assert f"make {target} " in text


class RunTests:
    @pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS"])
    def test_what_the_shell_holds_for_another_site_is_left_out(self, name):
        _code, text = says("make", "-n", "run", **{name: "x"})
        started = next(line for line in text.splitlines() if "manage.py serve" in line)
        assert f"env -u {name} " in started or f" -u {name} " in started


class NetworkTests:
    """Where no network of one's own can be made, nothing is run in that of the machine."""

    def test_a_command_is_not_run_and_says_why(self, tmp_path):
        refuses, begun = tmp_path / "unshare", tmp_path / "begun"
        refuses.write_text("#!/bin/sh\nexit 1\n")
        refuses.chmod(0o755)
        code, text = says(*alone_on_the_network(["touch", str(begun)]), PATH=f"{tmp_path}:/usr/bin:/bin")
        assert code == 1
        assert "needs a network of its own" in text
        assert not begun.exists()

    def test_nor_are_machines_joined_there(self, monkeypatch):
        monkeypatch.setattr(networks.socket, "if_nameindex", lambda: [(1, "lo"), (2, "eth0")])
        with pytest.raises(RuntimeError, match="network of their own"):
            networks.two_machines().__enter__()


class OldMachineTests:
    @pytest.fixture
    def python(self, tmp_path):
        """A pretended Python: `python(version="3.9", has_venv=True)` is its path."""

        def write(*, version: str, has_venv: bool) -> str:
            path = tmp_path / "python"
            path.write_text(
                "#!/bin/sh\n"
                f'case "$2" in *version_info?:2*) echo {version};;\n'
                f"*ensurepip*) exit {0 if has_venv else 1};;\n"
                f"*version_info*) exit {int(version < '3.11')};; esac\n"
            )
            path.chmod(0o755)
            return str(path)

        return write

    def test_an_old_python_is_one_line(self, python, tmp_path):
        code, text = says("sh", "deploy/venv.sh", str(tmp_path / "venv"), PYTHON=python(version="3.09", has_venv=True))
        assert code == 1
        assert "needs Python 3.11 or newer (found only 3.09)" in text and text.count("\n") == 1

    def test_no_python_is_one_line(self, tmp_path):
        code, text = says("sh", "deploy/venv.sh", str(tmp_path / "venv"), PYTHON="no-such-python")
        assert code == 1
        assert "needs Python 3.11" in text and text.count("\n") == 1

    def test_a_python_without_venv_is_one_line_and_leaves_nothing_behind(self, python, tmp_path):
        venv = tmp_path / "venv"
        code, text = says("sh", "deploy/venv.sh", str(venv), PYTHON=python(version="3.11", has_venv=False))
        assert code == 1
        assert "apt install python3-venv" in text and text.count("\n") == 1
        assert not venv.exists()

    def test_missing_programs_are_named_where_we_may_not_install_them(self, tmp_path):
        # An empty PATH but for what the script itself needs: nothing is there, and no apt either.
        for name in ("id", "sh"):
            (tmp_path / name).symlink_to(f"/usr/bin/{name}")
        code, text = says(f"{tmp_path}/sh", "tests/harness/install.sh", PATH=str(tmp_path))
        assert code == 1
        assert text.startswith("make test needs these programs") and text.count("\n") == 1
        assert "chromium" in text and "redis-server" in text
