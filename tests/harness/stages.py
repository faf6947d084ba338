"""What `make test` does, in order. A stage is a name and the commands that must all succeed."""

import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness import servers

# By themselves: where a link comes or goes, Chromium drops whatever it is loading.
CABLES = ["tests/journeys/test_recovery.py", "tests/journeys/test_loss.py"]
# By itself: what runs beside it would be measured too.
LIGHTHOUSE = "tests/journeys/test_lighthouse.py"
ROOT = Path(__file__).resolve().parent.parent.parent
WITH_CAPTIONS = ROOT / ".venv-captions" / "bin" / "python"  # made by the Makefile; captions are no part of the others
Command = list[str]
Environment = dict[str, str]


@dataclass(frozen=True)
class Stage:
    commands: list[Command]
    needs_servers: bool = False  # PostgreSQL and Redis, in DATABASE_URL and REDIS_URL


def program(name: str) -> str:
    """A program of the virtual environment that runs us."""
    return str(Path(sys.executable).parent / name)


def pytest(*arguments: str, python: str | Path = sys.executable) -> Command:
    return [str(python), "-m", "pytest", "-q", "--durations=5", *arguments]


def alone_on_the_network(command: Command) -> Command:
    """`command` in a network namespace of its own, so that browsers' media stays on this machine. Where that cannot be, it says
    so and fails: what runs without one would look like the same proof.

    aiortc needs an address that is not loopback, Firefox that and a way to the world, though nobody is at its other end;
    Chromium a flag for loopback (see journeys/browser.py).
    """
    inside = " && ".join([*A_NETWORK, 'exec "$@"'])
    script = f"""unshare --net ip link show >/dev/null || {{ echo {shlex.quote(NEEDS_A_NETWORK)} >&2; exit 1; }}
exec unshare --net sh -c {shlex.quote(inside)} sh "$@" """
    return ["sh", "-c", script, "sh", *command]


def js_tests() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.js"))


def stages() -> dict[str, Stage]:
    cores = min(os.cpu_count() or 1, 8)
    workers = ["-n", str(cores), "--dist", "worksteal"]
    journeys = ["tests/journeys", *workers]
    while_one_waits = ["-n", str(cores + 1), "--dist", "worksteal"]  # for a server or a clock, that is
    on_sqlite = "not journey and not postgres and not redis and not captions"
    manage = [sys.executable, "manage.py"]
    static_files = ["env", *IN_PRODUCTION, *manage, "collectstatic", "--noinput", "--verbosity", "0"]
    return {
        "lint": Stage(
            [
                [program("ruff"), "check", "."],
                [program("ruff"), "format", "--check", "."],
                [program("lint-imports")],
                [program("mypy")],
                ["node_modules/.bin/tsc"],
                [*manage, "makemigrations", "--check", "--dry-run"],
                ["env", *IN_PRODUCTION, *manage, "check", "--deploy", "--fail-level", "WARNING"],
            ]
        ),
        "sqlite": Stage([pytest(*while_one_waits, "-m", f"not prove and {on_sqlite}")]),
        "postgres": Stage([pytest(*while_one_waits, "-m", "not journey and not prove")], needs_servers=True),
        "js": Stage([["node", "--test", *js_tests()]]),
        "journeys": Stage([static_files, alone_on_the_network(pytest(*journeys, "-m", "journey and not prove"))]),
        "prove-journeys": Stage(
            [
                static_files,
                alone_on_the_network(
                    pytest(
                        *journeys,
                        *(f"--ignore={path}" for path in (*CABLES, LIGHTHOUSE)),
                        "-m",
                        "journey and prove and not captions",
                    )
                ),
                alone_on_the_network(pytest(*CABLES, "-m", "journey")),
                alone_on_the_network(pytest(LIGHTHOUSE, "-m", "journey")),
            ]
        ),
        "prove-captions": Stage(
            [
                static_files,
                # Alone: no model can be downloaded.
                alone_on_the_network(pytest("tests/calls", "-m", "captions", python=WITH_CAPTIONS)),
                alone_on_the_network(pytest("tests/journeys", "-m", "captions", python=WITH_CAPTIONS)),
            ]
        ),
        "prove-sqlite": Stage([pytest(*while_one_waits, "-m", f"prove and {on_sqlite}")]),
        "prove-postgres": Stage(
            [pytest(*while_one_waits, "-m", "prove and not journey and not captions")], needs_servers=True
        ),
    }


NEEDS_A_NETWORK = (
    "This needs a network of its own, so that nothing of it leaves the machine: "
    "Linux, as root, with the programs unshare and ip."
)
A_NETWORK = [
    "ip link set lo up",
    "ip link add lan type veth peer name nobody",
    "ip link set lan addrgenmode none",  # an address that came later would be a change of network to Chromium
    "ip link set nobody addrgenmode none",
    "ip addr add 10.77.0.1/24 dev lan",
    "ip link set lan up",
    "ip link set nobody up",
    "ip route add default via 10.77.0.254 dev lan",
]
IN_PRODUCTION = [
    "DEBUG=0",
    "SITE_URL=https://ringwise.example",
    "ALLOWED_HOSTS=ringwise.example",
    "SECRET_KEY=for-the-deploy-check-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "DATABASE_URL=postgres://ringwise@db.example/ringwise",
    "REDIS_URL=redis://redis.example:6379/0",
    "EMAIL_URL=smtp://mail.example:587",
    "STRIPE_SANDBOX=0",
    "STRIPE_SECRET_KEY=sk_test_check",
    "STRIPE_WEBHOOK_SECRET=whsec_1",
    "STRIPE_CONNECT_WEBHOOK_SECRET=whsec_2",
    "STRIPE_THIN_WEBHOOK_SECRET=whsec_3",
]


@contextmanager
def environment_for(stage: Stage) -> Iterator[Environment]:
    """Ours, less every setting that a developer's shell may hold; with a folder and servers for tests alone."""
    settings = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    kept = {
        name: value for name, value in os.environ.items() if name not in settings and not name.startswith("DJANGO_")
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # dozens of processes would each compile every module anew
    kept["VAR_DIR"] = str(Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve() / "test")  # pictures of failures stay
    with ExitStack() as running:
        if stage.needs_servers:
            kept["DATABASE_URL"] = running.enter_context(servers.postgres())
            kept["REDIS_URL"] = running.enter_context(servers.redis())
        yield kept
