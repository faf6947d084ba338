"""Every message a client may send, its fields and who may send it: the tables of PROTOCOL.md as code.

Nothing else looks at what came in: a handler gets fields that are there and of the right type and size.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from calls.signalling.errors import Refused

BYTES_MAX = 64 * 1024
NUMBER_MAX = 2**53 - 1
WATCHED_MAX = 100
LINE_MAX = 200
SLUG_MAX = 50
WORDS_MAX = 2000
CANDIDATES_MAX = 64
TERMS = re.compile(r"[0-9a-f]{64}:\d{1,16}:[A-Za-z0-9_-]{43}")  # as metering.agreements makes them
PAGE = re.compile(r"[A-Za-z0-9_-]{1,64}")

Check = Callable[[object], bool]


def number(value: object, low: int = 0, high: int = NUMBER_MAX) -> bool:
    return type(value) is int and low <= value <= high


def id_(value: object) -> bool:
    return number(value, low=1)


def highest_rate(value: object) -> bool:
    """Of an ask: up to the highest that any listing may have."""
    return number(value, low=1, high=settings.RATE_MINOR_VERIFIED_MAX)


def text(value: object, longest: int) -> bool:
    """No NUL, which PostgreSQL refuses, and nothing that is not Unicode, which no encoder takes."""
    return isinstance(value, str) and len(value) <= longest and "\0" not in value and not _has_surrogate(value)


def _has_surrogate(value: str) -> bool:
    """Asked of the encoder: a look at each letter cost as much as all the rest of a relayed message."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def line(value: object) -> bool:
    return text(value, LINE_MAX)


def slug(value: object) -> bool:
    return text(value, SLUG_MAX)


def words(value: object) -> bool:
    return text(value, WORDS_MAX)


def flag(value: object) -> bool:
    return isinstance(value, bool)


def sign(value: object) -> bool:
    return value in ("hand", "screen")


def page(value: object) -> bool:
    return isinstance(value, str) and PAGE.fullmatch(value) is not None


def agreed(value: object) -> bool:
    """To the card that the server showed, up to a cap."""
    return (
        isinstance(value, dict)
        and value.keys() == {"terms", "cap_minor"}
        and isinstance(value["terms"], str)
        and TERMS.fullmatch(value["terms"]) is not None
        and number(value["cap_minor"])
    )


def watched(value: object) -> bool:
    return isinstance(value, list) and len(value) <= WATCHED_MAX and all(id_(one) for one in value)


def estimate(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(id_(one) for one in value)


def signal_data(value: object) -> bool:
    """A description or a batch of candidates, flat: the other browser gets it as it came."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    if (description := value.get("description")) is not None:
        return (
            isinstance(description, dict)
            and description.keys() == {"type", "sdp"}
            and description["type"] in ("offer", "answer")
            and text(description["sdp"], BYTES_MAX)
        )
    candidates = value.get("candidates")
    return isinstance(candidates, list) and len(candidates) <= CANDIDATES_MAX and all(map(candidate, candidates))


def candidate(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or len(value) > 8:
        return False
    for one in value.values():  # noqa: SIM110 (of every message that is handed over: half the time of `all`)
        if not (one is None or text(one, 4096) or number(one)):
            return False
    return True


@dataclass(frozen=True)
class Message:
    fields: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    person: bool = False  # members and guests; visitors cannot
    member: bool = False  # nor can guests
    seat: bool = False  # only the socket that has its member's seat
    role: str = ""  # payer or expert; empty: both


def seated(
    role: str = "", optional: Mapping[str, Check] | None = None, *, member: bool = False, **fields: Check
) -> Message:
    return Message(fields, optional or {}, person=True, member=member, seat=True, role=role)


def paying(role: str = "", **fields: Check) -> Message:
    """Who pays has an account."""
    return seated(role, member=True, **fields)


PAGE_MESSAGES = {
    "pong": Message(),
    "watch": Message({"experts": watched}),
    "ring.terms": Message({"expert": id_}, person=True, member=True),
    "ring": Message({"expert": id_, "line": line}, {"agreed": agreed}, person=True),
    "ring.cancel": Message({"call": id_}, person=True),
    "ring.answer": Message({"call": id_}, person=True, member=True),
    "ring.decline": Message({"call": id_}, person=True, member=True),
    "ring.back": Message({"member": id_}, person=True, member=True),
    "wait": Message({"expert": id_, "line": line}, person=True, member=True),
    "wait.leave": Message({"expert": id_}, person=True, member=True),
    "ask": Message({"category": slug, "line": line}, {"max_rate_minor": highest_rate}, person=True),
    "ask.cancel": Message({"ask": id_}, person=True),
}

ROOM_MESSAGES = {
    "pong": Message(),
    "echo": Message(),
    "join": Message(optional={"page": page}),
    "signal": seated(data=signal_data),
    "media": seated(optional={"spoken": flag}, received=number),
    "sign": seated(what=sign, on=flag),
    "chat": seated(text=words),
    "chat.erase": seated(),
    "hangup": seated(),
    "ring": Message(optional={"line": line}, role="payer"),
    "report": Message(),
    "report.explain": Message({"words": words}),
    "offer.preview": seated("expert", {"rate_minor": id_, "price_minor": id_}, listing=id_),
    "offer.send": seated("expert", {"rate_minor": id_, "price_minor": id_, "estimate": estimate}, listing=id_),
    "offer.stored": paying(stored=id_),
    "offer.withdraw": seated("expert", offer=id_),
    "offer.refuse": seated("payer", offer=id_),
    "offer.making_account": seated("payer", offer=id_),
    "offer.adding_credit": paying("payer", offer=id_),
    "offer.accept": paying("payer", offer=id_, cap_minor=number),
    "meter.pause": paying(period=id_),
    "meter.resume": paying("payer", period=id_),
    "meter.ready": seated("expert", period=id_),
    "meter.free": paying(period=id_),
    "meter.here": paying(period=id_),
    "meter.raise": paying("payer", period=id_, to_minor=id_),
    "act.cancel": paying(period=id_),
}

CAPTION_MESSAGES = {"pong": Message()}  # all else on that socket is sound, in binary frames


def read(frame: str) -> dict:
    """The object in a text frame. Raises Refused: too_big, bad_frame."""
    if len(frame) > BYTES_MAX // 4 and len(frame.encode(errors="surrogatepass")) > BYTES_MAX:  # a letter has 4 at most
        raise Refused("too_big")
    try:
        message = _decoder.decode(frame)
    except (ValueError, RecursionError):
        raise Refused("bad_frame") from None
    if not isinstance(message, dict):
        raise Refused("bad_frame")
    return message


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)


def known(message: dict, table: Mapping[str, Message]) -> tuple[str, Message]:
    """Its type, and what the table says of it. Raises Refused: unknown_type."""
    kind = message.pop("type", None)
    if not isinstance(kind, str) or kind not in table:
        raise Refused("unknown_type")
    return kind, table[kind]


def check_fields(fields: dict, expected: Message) -> None:
    """Raises Refused: bad_field."""
    if fields.keys() != expected.fields.keys():
        missing = expected.fields.keys() - fields.keys()
        unknown = fields.keys() - expected.fields.keys() - expected.optional.keys()
        if missing or unknown:
            raise Refused("bad_field")
    for name, value in fields.items():
        check = expected.fields.get(name) or expected.optional[name]
        if not check(value):
            raise Refused("bad_field")
