"""`python -m tests.harness STAGE...`: the named stages of stages.py, all of them, then how long each took and what failed.

`python -m tests.harness with COMMAND...`: any command with a private PostgreSQL and Redis, for a single test file:
    python -m tests.harness with pytest -m "not journey" tests/payouts/ledger
`python -m tests.harness alone COMMAND...`: in a network of its own, for a single journey:
    python -m tests.harness alone pytest -m journey tests/journeys/test_smoke.py
"""

import os
import subprocess
import sys
import time

from tests.harness.stages import ROOT, Environment, Stage, alone_on_the_network, environment_for, stages


def run_stage(stage: Stage, environment: Environment) -> list[str]:
    """The commands that failed. All are run: one look shows everything that is wrong."""
    failed = []
    for command in stage.commands:
        started = time.monotonic()
        shown = " ".join(os.path.relpath(part, ROOT) if part.startswith(str(ROOT)) else part for part in command)
        print(f"$ {shown}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
            failed.append(shown)
        print(f"  ({time.monotonic() - started:.1f} s)", flush=True)
    return failed


def run_stages(names: list[str]) -> int:
    known = stages()
    rows, failed = [], []
    for name in names:
        started = time.monotonic()
        print(f"\n=== {name} ===", flush=True)
        with environment_for(known[name]) as environment:
            wrong = run_stage(known[name], environment)
        failed += wrong
        rows.append((name, time.monotonic() - started, "FAILED" if wrong else "ok"))
    print("\n=== summary ===")
    for name, seconds, verdict in rows:
        print(f"  {name:10} {seconds:6.0f} s  {verdict}")
    print(f"  {'all':10} {sum(row[1] for row in rows):6.0f} s")
    for command in failed:
        print(f"failed: {command}")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["with"]:
        with environment_for(Stage([], needs_servers=True)) as environment:
            return subprocess.run(arguments[1:], env=environment).returncode
    if arguments[:1] == ["alone"]:
        with environment_for(Stage([])) as environment:
            return subprocess.run(alone_on_the_network(arguments[1:]), env=environment).returncode
    unknown = [name for name in arguments if name not in stages()]
    if unknown or not arguments:
        print(f"No such stage: {' '.join(unknown)}. There are: {', '.join(stages())}", file=sys.stderr)
        return 2
    return run_stages(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
