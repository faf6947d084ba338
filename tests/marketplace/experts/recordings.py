"""Small videos and sounds as browsers and phones make them."""

from fractions import Fraction
from functools import cache
from io import BytesIO

import av


@cache
def recording(kind: str = "mp4", *, seconds: int = 2, picture: bool = True, **options: str) -> bytes:
    """`kind` is "mp4", "mov" or "webm"; `options` are the container's."""
    file = BytesIO()
    with av.open(file, "w", format=kind, options=options) as out:
        out.metadata.update({"title": "Bob at home", "location": "+48.8577+002.295/"})
        if picture:
            shown = out.add_stream("vp8" if kind == "webm" else "h264", rate=4)
            shown.width = shown.height = 64
            shown.pix_fmt = "yuv420p"
        heard = out.add_stream("libopus" if kind == "webm" else "aac", rate=48_000)
        for at in range(seconds * 4 if picture else 0):
            frame = _silent(av.VideoFrame(64, 64, "yuv420p"))
            frame.pts, frame.time_base = at, Fraction(1, 4)
            out.mux(shown.encode(frame))
        for at in range(seconds * 50):
            sound = _silent(av.AudioFrame("flt" if kind == "webm" else "fltp", "mono", 960))
            sound.sample_rate, sound.pts, sound.time_base = 48_000, at * 960, Fraction(1, 48_000)
            out.mux(heard.encode(sound))
        if picture:
            out.mux(shown.encode())
        out.mux(heard.encode())
    return file.getvalue()


def _silent(frame):
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def mp4(**more) -> bytes:
    return recording("mp4", **more)


def webm(**more) -> bytes:
    return recording("webm", **more)


def in_fragments() -> bytes:
    """As MediaRecorder writes MP4."""
    return recording("mp4", seconds=4, movflags="frag_keyframe+empty_moov+default_base_moof", frag_duration="1000000")


def live() -> bytes:
    """As MediaRecorder writes WebM: nobody knows yet how long it will be."""
    return recording("webm", live="1")
