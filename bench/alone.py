"""A group whose browsers must reach nobody: in a network of its own, with servers of its own.

python -m bench.alone MODULE    says each row as a line of JSON
"""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict

import django

from bench.report import Row
from bench.servers import private_server
from tests.harness.stages import alone_on_the_network


def rows_of(module: str) -> Iterator[Row]:
    command = alone_on_the_network([sys.executable, "-m", "bench.alone", module])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            row = json.loads(line)
            yield Row(**row | {"spread": row["spread"] and tuple(row["spread"])})
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


if __name__ == "__main__":
    django.setup()
    with private_server() as server:
        for row in importlib.import_module(f"bench.{sys.argv[1]}").rows(server):
            print(json.dumps(asdict(row)), flush=True)
