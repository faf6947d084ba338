import struct
from contextlib import suppress
from io import BytesIO

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.experts import containers
from marketplace.experts.containers import NotPlayable
from tests.marketplace.experts.recordings import in_fragments, live, mp4, recording, webm

GOOD = {
    "an mp4": (mp4, True, "mp4", 2),
    "what an iPhone films": (lambda: recording("mov"), True, "mp4", 2),
    "sound in mp4": (lambda: mp4(picture=False), False, "mp4", 2),
    "what a browser records as mp4": (in_fragments, True, "mp4", 4),
    "a webm": (webm, True, "webm", 2),
    "sound in webm": (lambda: webm(picture=False), False, "webm", 2),
    "what a browser records as webm": (live, True, "webm", 2),
}
each = pytest.mark.parametrize(("make", "is_video", "container", "seconds"), GOOD.values(), ids=GOOD)


@each
def test_says_what_it_is_and_how_long_it_plays(make, is_video, container, seconds):
    read = containers.read(make())
    assert (read.is_video, read.container) == (is_video, container)
    assert seconds - 1.1 < read.seconds < seconds + 0.1


@each
def test_without_its_notes_it_plays_as_before(make, is_video, container, seconds):
    before, after = make(), containers.read(make()).content
    assert any(note in before for note in (b"Bob at home", b"+48.8577", b"Lavf"))
    assert not any(note in after for note in (b"Bob at home", b"+48.8577"))
    frames = [[bytes(packet) for packet in av.open(BytesIO(one)).demux()] for one in (before, after)]
    assert frames[0] == frames[1]
    assert len(frames[0]) > 40


@pytest.mark.parametrize("scale", [b"\x83\0\0\0", b"\x80\xec\x81\0"], ids=["nought", "nothing"])
def test_where_no_time_passes_it_is_refused(scale):
    """All of it would last 0 s, and players, who take that for an error, play it as long as it is."""
    whole, usual = webm(), b"\x2a\xd7\xb1\x83\x0f\x42\x40"
    assert usual in whole
    with pytest.raises(NotPlayable):
        containers.read(whole.replace(usual, b"\x2a\xd7\xb1" + scale))


@each
def test_cut_short_or_followed_by_more_it_is_refused(make, is_video, container, seconds):
    whole = make()
    for content in (
        whole[:-1],
        whole[: len(whole) // 2],
        whole[:12],
        whole + b"PK\3\4",
        whole + b"<script>",
        b" " + whole,
    ):
        with pytest.raises(NotPlayable):
            containers.read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\x1a\x45\xdf\xa3",
        b"\0\0\0\x08ftyp",
        b"<!doctype html><script>alert(1)</script>",
        b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x64" * 100,
        b"OggS" + bytes(100),
        b"\0\0\0\x1cftypisom" + b"<script>alert(1)</script>",
        b"\0\0\0\x08ftyp\0\0\0\x01mdat" + b"\xff" * 8,
        b"\0\0\0\x08ftyp" + struct.pack(">I4s", 8, b"moov") * 200_000,
        b"\0\0\0\x08ftyp" + b"".join(struct.pack(">I4s", 8 * n, b"moov") for n in range(3_000, 0, -1)),
        b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\xec\x80" * 300_000,
        b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska\x18\x53\x80\x67\x80",
    ],
    ids=range(13),
)
def test_anything_else_is_refused(content):
    with pytest.raises(NotPlayable):
        containers.read(content)


@pytest.mark.parametrize(("codec", "other"), [(b"avc1", b"hvc1"), (b"mp4a", b"ac-3")])
def test_a_codec_that_few_browsers_play_is_refused(codec, other):
    with pytest.raises(NotPlayable):
        containers.read(mp4().replace(codec, other))
    with pytest.raises(NotPlayable):
        containers.read(webm().replace(b"A_OPUS", b"A_AAC\0"))


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from([mp4, webm, in_fragments]),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=9)), max_size=6),
)
def test_of_a_damaged_file_it_is_never_anything_but_read_or_refused(make, damages):
    content = bytearray(make())
    for at, put in damages:
        at %= len(content)
        content[at : at + len(put)] = put
    with suppress(NotPlayable):
        assert len(containers.read(bytes(content)).content) == len(content)
