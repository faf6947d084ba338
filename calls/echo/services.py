"""The echoes of this server process: each a child that knows nothing of the site (robots/echo.py), few, and for a minute."""

import json
import logging
import os
import re
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from typing import IO

from django.conf import settings
from django.core import signing

from marketplace.accounts.models import User
from marketplace.experts import services as experts

log = logging.getLogger(__name__)

COMMAND = [sys.executable, "-m", "calls.robots.echo"]
ANSWER_WITHIN_S = 15
OFFER = re.compile(r"[\x20-\x7e\r\n]{1,30000}")  # as browsers write it; all of it goes into a pipe at once
PROOF_S = 600
BARE = ("PATH", "HOME", "LANG")  # what a stranger's sound and pictures are decoded in knows no secret of ours


class Busy(Exception):
    """As many talk to an echo as may at once."""


class BadOffer(ValueError):
    """Not a browser's offer: no echo can answer it."""


class NotProved(ValueError):
    """No test call of this member began here lately."""


@dataclass
class Talk:
    child: subprocess.Popen
    began: float = field(default_factory=time.monotonic)


_talks: dict[int, Talk] = {}  # by member
_lock = threading.Lock()


def can_echo() -> bool:
    return settings.ECHOES_AT_ONCE > 0 and _has_aiortc()


@cache
def _has_aiortc() -> bool:
    return find_spec("aiortc") is not None


def can_prove_network() -> bool:
    """Else a test call is no call: only the devices can be looked at."""
    return can_echo() or has_relay()


def has_relay() -> bool:
    return any(url.startswith(("turn:", "turns:")) for url in settings.TURN_URLS)


def answer(*, member: User, offer: str) -> str:
    """Of an echo that begins now; one that this member talked to before ends. Raises Busy, BadOffer."""
    if not OFFER.fullmatch(offer):
        raise BadOffer
    with _lock:
        _end_those_over()
        _end(member.pk)
        if len(_talks) >= settings.ECHOES_AT_ONCE:
            raise Busy
        talk = _talks[member.pk] = Talk(_begin())
    told = {"sdp": offer, "stun": _stun(), "for_s": settings.ECHO_S}
    try:
        return _ask(talk.child, told)
    except BadOffer:
        with _lock:
            if _talks.get(member.pk) is talk:
                _end(member.pk)
        raise


def end_all() -> None:
    with _lock:
        for member in list(_talks):
            _end(member)


def proof(*, member: User) -> str:
    """For the page: that this member began a test call."""
    return _signer().sign(str(member.pk))


def note_through(*, member: User, proof: str, now: datetime) -> None:
    """The page heard the member's own sound come back. Raises NotProved."""
    try:
        whose = _signer().unsign(proof, max_age=PROOF_S)
    except signing.BadSignature:
        raise NotProved from None
    if whose != str(member.pk):
        raise NotProved
    experts.note_test_call(member=member, now=now)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="test call")


def _stun() -> list[str]:
    """Where an echo behind a router learns its own address: a relay answers that too."""
    urls = [url for url in settings.TURN_URLS if url.startswith("stun:")]
    relays = [url for url in settings.TURN_URLS if url.startswith("turn:")]
    return (urls or [url.replace("turn:", "stun:").partition("?")[0] for url in relays])[:1]


def _begin() -> subprocess.Popen:
    return subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in BARE if name in os.environ},
        start_new_session=True,  # Ctrl-C is for us; it ends with us
    )


def _ask(child: subprocess.Popen, told: dict) -> str:
    """Raises BadOffer where nothing sensible comes in time."""
    try:
        child.stdin.write(json.dumps(told).encode() + b"\n")
        child.stdin.flush()
        return str(json.loads(_line(child.stdout))["sdp"])
    except (OSError, ValueError, TypeError, KeyError):
        raise BadOffer from None


def _line(output: IO[bytes]) -> bytes:
    """Raises TimeoutError; what was there so far where the child ended."""
    said, until = b"", time.monotonic() + ANSWER_WITHIN_S
    with selectors.DefaultSelector() as waiting:
        waiting.register(output, selectors.EVENT_READ)
        while not said.endswith(b"\n"):
            if not waiting.select(until - time.monotonic()):
                raise TimeoutError
            part = os.read(output.fileno(), 65_536)
            if not part:
                break
            said += part
    return said


def _end_those_over() -> None:
    over = time.monotonic() - settings.ECHO_S - ANSWER_WITHIN_S
    for member, talk in list(_talks.items()):
        if talk.child.poll() is not None or talk.began < over:
            _end(member)


def _end(member: int) -> None:
    talk = _talks.pop(member, None)
    if talk is None:
        return
    talk.child.kill()
    talk.child.wait()
    for end in (talk.child.stdin, talk.child.stdout):
        end.close()
