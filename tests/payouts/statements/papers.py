"""What a PDF says, as poppler reads it."""

import shutil
import subprocess


def words_of(content: bytes) -> str:
    command = [shutil.which("pdftotext") or "pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    return " ".join(text.split())
