"""Servers of the site on a database that a benchmark filled, as in production: the product's own times, no DEBUG."""

import asyncio
import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from bench.crowd import Crowd
from bench.wires import Wire, together
from tests.harness.stages import IN_PRODUCTION
from tests.journeys.site import QUICK, ROOT, Site

ITS_OWN_TIMES = dict.fromkeys(QUICK, "")


@contextmanager
def served(kind: type[Site], url: str, folder: Path, *arguments: str, **environment: str) -> Iterator[Site]:
    """A running server on the database at `url`; whatever it complains of ends the benchmark."""
    _static_files()
    folder.mkdir(exist_ok=True)
    site = kind(folder, ITS_OWN_TIMES | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"} | environment, arguments)
    site.start()
    try:
        yield site
    finally:
        site.stop()
    if site.errors():
        raise RuntimeError(site.log.read_text())


@functools.cache
def _static_files() -> None:
    command = ["env", *IN_PRODUCTION, sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, check=True)


def pid(site: Site) -> int:
    assert site.server
    return site.server.pid


async def seated(site: Site, crowd: Crowd) -> list[tuple[Wire, Wire]]:
    """Every pair of the crowd in its room: each holds its seat and was told that the other does."""
    return await together(
        _pair(site, *people) for people in zip(crowd.rooms, crowd.callers, crowd.experts, strict=True)
    )


async def _pair(site: Site, room: str, caller: str, expert: str) -> tuple[Wire, Wire]:
    path = f"/ws/room/{room}/"
    told = {"greeting": '{"type": "peer", "present": true', "relayed": '{"type":"signal"'}
    hers, his = await _open(site, path, caller, **told), await _open(site, path, expert, **told)
    for wire in (hers, his):
        await wire.socket.send('{"type":"join"}')
    await asyncio.gather(hers.ready.wait(), his.ready.wait())
    return hers, his


async def idle(site: Site, cookies: list[str]) -> list[Wire]:
    """A member's open page each."""
    made = await together(_open(site, "/ws/page/", cookie, greeting='{"type": "rings"') for cookie in cookies)
    await asyncio.gather(*(wire.ready.wait() for wire in made))
    return made


async def _open(site: Site, path: str, cookie: str, **told: str) -> Wire:
    address = site.url.replace("http", "ws", 1) + path
    return await Wire.open(address, origin=site.url, cookie=f"{settings.SESSION_COOKIE_NAME}={cookie}", **told)


def signal(size: int) -> str:
    """A message of `size` bytes, of those that a room hands over."""
    message = {"type": "signal", "data": {"candidates": [{"candidate": ""}]}}
    letters = "c" * (size - len(json.dumps(message, separators=(",", ":"))))
    return json.dumps({"type": "signal", "data": {"candidates": [{"candidate": letters}]}}, separators=(",", ":"))
