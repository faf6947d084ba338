"""Every group of `make bench` still runs to its end, at its smallest: what a benchmark stands on changes with the site."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import GROUPS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.prove
@pytest.mark.parametrize("group", GROUPS)
def test_prints_its_rows(group):
    command = [sys.executable, "-m", "bench", group]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"SMALL": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f" {group}: " in done.stdout
