"""What is in a video or sound, read from its container: MP4 (ISO/IEC 14496-12) or WebM (RFC 8794, RFC 9559).

Nothing is decoded. A file is taken whole or refused: it must be its container from the first byte to the last, with tracks that
browsers play and nothing else, so that it is no page, archive or program at the same time. How long it is follows from its
samples, as players see it, and not from what its header says.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

PARTS_MAX = 100_000  # a minute has some 5000 frames; each costs a turn of a loop
DEPTH_MAX = 8


class NotPlayable(ValueError):
    """Not a container we know, cut short, with more in it than it should have, or of a codec that few browsers play."""


@dataclass(frozen=True)
class Media:
    """`content` is the file without what phones note beside picture and sound: place, device, names."""

    is_video: bool
    container: str  # "mp4" or "webm"
    seconds: float
    content: bytes


def read(content: bytes) -> Media:
    """Raises NotPlayable."""
    try:
        return _read_mp4(content) if content[4:8] == b"ftyp" else _read_webm(content)
    except (struct.error, IndexError, ZeroDivisionError) as problem:
        raise NotPlayable from problem


# --- MP4 ----------------------------------------------------------------------------------------------------------

_ON_TOP = set(b"ftyp moov mdat free skip wide moof mfra sidx styp udta meta uuid emsg prft".split())
_PARENTS = set(b"moov trak mdia minf stbl moof traf".split())
_NOTES = set(b"udta meta uuid free skip".split())
_MP4_CODECS = {b"vide": set(b"avc1 avc3 av01 vp09".split()), b"soun": set(b"mp4a Opus fLaC".split())}


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int
    body: int
    end: int
    above: tuple["_Box", ...]


@dataclass
class _Track:
    number: int = 0
    handler: bytes = b""
    codec: bytes = b""
    units_a_second: int = 0
    units: int = 0


def _read_mp4(content: bytes) -> Media:
    clean, tracks, numbered = bytearray(content), [], {}
    whole = list(_boxes(content))
    fragment = 0  # the track that the fragment at hand belongs to
    for box in whole:
        version = content[box.body] if box.body < box.end else 0
        if box.kind == b"trak":
            tracks.append((box, _Track()))
        elif box.kind == b"tfhd":
            (fragment,) = struct.unpack_from(">I", content, box.body + 4)
        elif box.kind == b"tfdt":
            (units,) = struct.unpack_from(">Q" if version else ">I", content, box.body + 4)
            numbered[fragment] = max(numbered.get(fragment, 0), units)
        elif any(parent.kind == b"trak" for parent in box.above):
            _note(tracks[-1][1], box, content, version)
        if box.kind in _NOTES:
            _blank(clean, box)
    shown = [track for _box, track in tracks if track.handler in _MP4_CODECS]
    for box, track in tracks:
        if track.handler not in _MP4_CODECS:  # what a phone notes by the second
            _blank(clean, box)
    if not any(box.kind == b"mdat" for box in whole):
        raise NotPlayable
    if not shown or any(track.codec not in _MP4_CODECS[track.handler] for track in shown):
        raise NotPlayable
    seconds = max(max(track.units, numbered.get(track.number, 0)) / track.units_a_second for track in shown)
    return Media(any(track.handler == b"vide" for track in shown), "mp4", seconds, bytes(clean))


def _boxes(content: bytes) -> Iterator[_Box]:
    waiting: list[tuple[int, int, tuple[_Box, ...]]] = [(0, len(content), ())]
    count = 0
    while waiting:
        at, end, above = waiting.pop()
        if at == end:
            continue
        size, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", content, at + 8), 16
        elif size == 0 and not above:
            size = end - at
        count += 1
        if size < head or at + size > end or count > PARTS_MAX or (not above and kind not in _ON_TOP):
            raise NotPlayable
        box = _Box(kind, at, at + head, at + size, above)
        yield box
        waiting.append((box.end, end, above))
        if kind in _PARENTS:
            if len(above) == DEPTH_MAX:
                raise NotPlayable
            waiting.append((box.body, box.end, (*above, box)))


def _note(track: _Track, box: _Box, content: bytes, version: int) -> None:
    at = box.body + 4
    if box.kind == b"tkhd":
        (track.number,) = struct.unpack_from(">I", content, at + (16 if version else 8))
    elif box.kind == b"mdhd":
        (track.units_a_second,) = struct.unpack_from(">I", content, at + (16 if version else 8))
    elif box.kind == b"hdlr" and box.above[-1].kind == b"mdia":
        track.handler = content[at + 4 : at + 8]
    elif box.kind == b"stsd":
        track.codec = content[at + 8 : at + 12]
        if content[at : at + 4] != b"\0\0\0\1":
            raise NotPlayable
    elif box.kind == b"stts":
        track.units = sum(count * units for count, units in struct.iter_unpack(">II", content[at + 4 : box.end]))


def _blank(clean: bytearray, box: _Box) -> None:
    clean[box.start + 4 : box.start + 8] = b"free"
    clean[box.body : box.end] = bytes(box.end - box.body)


# --- WebM ---------------------------------------------------------------------------------------------------------

_EBML, _DOC_TYPE, _SEGMENT, _VOID = 0x1A45DFA3, 0x4282, 0x18538067, 0xEC
_INFO, _SCALE, _TRACKS, _TRACK, _TRACK_TYPE, _CODEC = 0x1549A966, 0x2AD7B1, 0x1654AE6B, 0xAE, 0x83, 0x86
_CLUSTER, _GROUP, _TIME, _BLOCKS = 0x1F43B675, 0xA0, 0xE7, {0xA3, 0xA1}
_TAGS, _ATTACHMENTS, _CHAPTERS = 0x1254C367, 0x1941A469, 0x1043A770
_NAMES = {0x7BA9, 0x536E, 0x4461, 0x7384}  # title, a track's name, date, file
_OPENED = {_CLUSTER, _GROUP, _TRACKS}  # of these the parts follow as if they stood beside them
_PASSED = {_VOID, 0xBF, 0x114D9B74, 0x1C53BB6B, 0x9B, 0xFB, 0x75A2, 0xAB, 0xA7, 0x75A1, 0xFA}
_WEBM_CODECS = {1: {b"V_VP8", b"V_VP9", b"V_AV1"}, 2: {b"A_OPUS", b"A_VORBIS"}}


@dataclass
class _WebM:
    scale: int = 1_000_000  # ns a unit
    cluster: int = 0
    last: int = -1
    tracks: list[tuple[int, bytes]] = field(default_factory=list)


def _read_webm(content: bytes) -> Media:
    kind, body, end = _element(content, 0)
    if kind != _EBML or _said(content, body, end).get(_DOC_TYPE) != b"webm":
        raise NotPlayable
    kind, at, end = _element(content, end)
    if kind != _SEGMENT or end != len(content):
        raise NotPlayable
    clean, seen = bytearray(content), _WebM()
    for _turn in range(PARTS_MAX):
        if at == end:
            break
        kind, body, after = _element(content, at)
        if kind in {_TAGS, _ATTACHMENTS, _CHAPTERS, _VOID} and after - at >= 9:
            clean[at:after] = b"\xec\x01" + (after - at - 9).to_bytes(7) + bytes(after - at - 9)
        else:
            _see(seen, kind, content, body, after)
        if kind in {_INFO, _TRACK}:
            for name, start, stop in _fields(content, body, after):
                if name in _NAMES:
                    clean[start:stop] = bytes(stop - start)
        at = body if kind in _OPENED else after
    else:
        raise NotPlayable
    kinds = {kind for kind, _codec in seen.tracks}
    if seen.last < 0 or not kinds or any(codec not in _WEBM_CODECS.get(kind, ()) for kind, codec in seen.tracks):
        raise NotPlayable
    return Media(1 in kinds, "webm", seen.last * seen.scale / 10**9, bytes(clean))


def _see(seen: _WebM, kind: int, content: bytes, body: int, end: int) -> None:
    if kind == _TRACK:
        said = _said(content, body, end)
        seen.tracks.append((int.from_bytes(said.get(_TRACK_TYPE, b"")), said.get(_CODEC, b"")))
    elif kind == _INFO:
        seen.scale = int.from_bytes(_said(content, body, end).get(_SCALE, b"\x0f\x42\x40"))
        if not seen.scale:
            raise NotPlayable
    elif kind == _TIME:
        seen.cluster = int.from_bytes(content[body:end])
    elif kind in _BLOCKS:
        _track, at = _number(content, body)
        seen.last = max(seen.last, seen.cluster + struct.unpack_from(">h", content, at)[0])
    elif kind not in _OPENED | _PASSED:
        raise NotPlayable


def _fields(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    for _turn in range(PARTS_MAX):
        if at == end:
            return
        kind, body, at = _element(content, at)
        if at > end:
            raise NotPlayable
        yield kind, body, at


def _said(content: bytes, at: int, end: int) -> dict[int, bytes]:
    return {kind: content[body:stop] for kind, body, stop in _fields(content, at, end)}


def _element(content: bytes, at: int) -> tuple[int, int, int]:
    """Its id, where its body begins and ends: at the end of the file where its size is unknown, as browsers record it."""
    first = content[at]
    width = 9 - first.bit_length()
    if width > 4:
        raise NotPlayable
    kind = int.from_bytes(content[at : at + width])
    size, body = _number(content, at + width)
    if size is None:
        if kind not in (_SEGMENT, _CLUSTER):
            raise NotPlayable
        size = len(content) - body
    if body + size > len(content):
        raise NotPlayable
    return kind, body, body + size


def _number(content: bytes, at: int) -> tuple[int | None, int]:
    """A number of RFC 8794, section 4, None where all its bits are set, and where it ends."""
    width = 9 - content[at].bit_length()
    if width > 8:
        raise NotPlayable
    most = (1 << 7 * width) - 1
    value = int.from_bytes(content[at : at + width]) & most
    return (None if value == most else value), at + width
