"""PROTOCOL.md says what the code does, and the code what PROTOCOL.md says."""

import ast
import re
from pathlib import Path

from django.conf import settings

from calls.captions import socket as captions
from calls.captions import sound
from calls.metering.errors import MeterRefused, OfferRefused
from calls.rooms import errors as room_errors
from calls.signalling import errors, messages, page, paying, room, sockets, watching
from calls.signalling.consumers import PageSocket, RoomSocket

FOLDER = settings.BASE_DIR / "calls" / "signalling"
TEXT = (FOLDER / "PROTOCOL.md").read_text()


def section(title: str, *, under: str = "") -> str:
    """From a heading to the next of its level."""
    text = section(under) if under else TEXT
    level, rest = re.search(rf"^(#+) {re.escape(title)}.*?$\n(.*)", text, re.M | re.S).groups()
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.M)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def types(text: str) -> set[str]:
    return {row[0].strip("`") for row in rows(text)}


def said_in(module) -> set[str]:
    """Every type that a module sends: the first argument of `say`, and the `type` of a message made by hand."""
    tree = ast.parse(Path(module.__file__).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    said = [node.args[0] for node in calls if getattr(node.func, "attr", "") == "say" and node.args]
    return {word.value for word in said if isinstance(word, ast.Constant)}


class ClientToServerTests:
    def test_the_page_socket_takes_what_is_in_its_table(self):
        documented = types(section("Client to server", under="2. Page socket"))
        assert documented == set(messages.PAGE_MESSAGES) == set(PageSocket.handlers)

    def test_the_room_socket_takes_what_is_in_its_table(self):
        documented = types(section("Client to server", under="3. Room socket"))
        assert documented == set(messages.ROOM_MESSAGES) == set(RoomSocket.handlers)

    def test_the_captions_socket_takes_what_is_in_its_table(self):
        documented = types(section("Client to server", under="7. Captions"))
        assert documented == set(messages.CAPTION_MESSAGES) == set(captions.CaptionSocket.handlers)

    def test_every_type_has_its_method(self):
        for socket in (PageSocket, RoomSocket, captions.CaptionSocket):
            for method in socket.handlers.values():
                assert callable(getattr(socket, method))

    def test_fields_are_as_documented(self):
        for heading, table in (("2. Page socket", messages.PAGE_MESSAGES), ("3. Room socket", messages.ROOM_MESSAGES)):
            for kind, fields, *_ in rows(section("Client to server", under=heading)):
                named = dict(re.findall(r"`(\w+)`(\??)", re.sub(r"`\[.*?\]`|`\{.*\}`|`A-Z.*?`", "", fields)))
                expected = table[kind.strip("`")]
                assert {name for name, mark in named.items() if not mark} == set(expected.fields), kind
                assert {name for name, mark in named.items() if mark} == set(expected.optional), kind

    def test_who_may_send_it_is_as_documented(self):
        for kind, _, who, *_ in rows(section("Client to server", under="3. Room socket")):
            expected = messages.ROOM_MESSAGES[kind.strip("`")]
            assert ("seat" in who) == expected.seat, kind
            role = "expert" if "expert" in who else "payer" if "payer" in who or "caller" in who else ""
            assert role == expected.role, kind
            assert ("member" in who) == expected.member, kind
        for kind, _, who, *_ in rows(section("Client to server", under="2. Page socket")):
            expected = messages.PAGE_MESSAGES[kind.strip("`")]
            assert (who != "all") == expected.person, kind
            assert (who.startswith("members") and "guests" not in who) == expected.member, kind


class ServerToClientTests:
    def test_the_page_socket_says_what_is_in_its_table(self):
        documented = types(section("Server to client", under="2. Page socket"))
        assert documented == said_in(page) | said_in(sockets) | {"rings", "presence"}

    def test_the_room_socket_says_what_is_in_its_table(self):
        documented = types(section("Server to client", under="3. Room socket"))
        # `signal` is the other's own text.
        assert documented == said_in(room) | said_in(paying) | said_in(sockets) | {"state", "signal"}

    def test_the_captions_socket_says_what_is_in_its_table(self):
        documented = types(section("Server to client", under="7. Captions"))
        assert documented == said_in(captions) | said_in(sockets)

    def test_one_page_says_to_the_other_what_is_in_its_table(self):
        code = (settings.BASE_DIR / "calls/static/calls/room/captions.js").read_text()
        documented = types(section("From page to page", under="7. Captions"))
        assert documented == set(re.findall(r'\{ type: "(\w+)"', code)) == set(re.findall(r'type === "(\w+)"', code))


class FilesTests:
    """They pass by the server: it is the page that takes them."""

    CODE = (settings.BASE_DIR / "calls/static/calls/room/files.js").read_text()

    def test_the_page_takes_what_is_in_the_table(self):
        documented = types(section("Files", under="3. Room socket"))
        assert documented == set(re.findall(r'said\.type === "(\w+)"', self.CODE))

    def test_the_limits_on_the_page_are_the_limits_in_code(self):
        numbers = {name: eval(value) for name, value in re.findall(r"const (\w+) = ([\d *]+);", self.CODE)}
        said = {
            "LARGEST": "`size`: bytes, up to {}",
            "BLOCK": "A block has {} bytes",
            "PIECE": "binary messages of at most {} bytes",
            "OFFERS_MAX": "at most {} are open at once",
        }
        for name, words in said.items():
            assert words.format(f"{numbers[name]:,}".replace(",", " ")) in TEXT


class CodeTests:
    def test_every_error_code_is_documented_and_has_words(self):
        documented = set()
        for codes, *_ in rows(section("6. Error codes")):
            documented |= set(re.findall(r"`([\w.]+)`", codes))
        ours = set(errors.TEXTS)
        offers = {f"offer.{code}" for code in OfferRefused.TEXTS}
        meters = {f"meter.{code}" for code in MeterRefused.TEXTS}
        assert documented == ours | offers | meters

    def test_every_ring_that_cannot_be_has_words(self):
        for code in re.findall(r"\w+", room_errors.CannotRing.__doc__.partition(": ")[2]):
            assert f"ring.{code}" in errors.TEXTS

    def test_every_close_code_is_documented(self):
        documented = {row[0] for row in rows(section("Close codes", under="1. All sockets"))}
        ours = {sockets.REPLACED, sockets.SILENT, sockets.SIGNED_OUT, sockets.hubs.SHUTTING_DOWN, sockets.hubs.CUT_OFF}
        ours.add(captions.OVER)
        assert {str(code) for code in ours} <= documented


class NumberTests:
    def test_the_limits_on_the_page_are_the_limits_in_code(self):
        assert f"({messages.BYTES_MAX:,} bytes)".replace(",", " ") in TEXT
        assert f"up to {messages.WATCHED_MAX} user ids" in TEXT
        assert f"up to {messages.CANDIDATES_MAX} candidate objects" in TEXT
        assert f"up to {messages.LINE_MAX} characters" in TEXT
        assert f"Changes are collected for {watching.TICK_S} s" in TEXT
        assert "a bucket of 120, refilled with 30 a second" in TEXT
        for number, name in ((10, "SOCKET_PING_S"), (30, "SOCKET_SILENCE_S"), (2, "REPORT_S"), (5, "REPORT_SILENCE_S")):
            assert re.search(rf"{number} s\s+\({name}\)", TEXT)
            assert getattr(settings, name) == number

    def test_so_are_those_of_sound(self):
        text = section("7. Captions")
        assert f"{sound.RATE:,} samples a second".replace(",", " ") in text
        assert f"but for {captions.BURST_S} s at once" in text
        assert f"a silence of {sound.SILENCE_S} s, after {captions.STILL_S:.0f} s without a frame" in text
        assert f"or after {sound.WINDOW_S} s" in text
        assert f"More than {captions.BEHIND_MAX} windows" in text
