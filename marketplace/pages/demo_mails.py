"""The mails that the demo sent: files of Django's file backend, several mails in one file when sent together."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.utils.html import strip_tags

FILE_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]+\.log")
BETWEEN = re.compile(rb"\n-{79}\n")
NEWEST = 100


@dataclass(frozen=True)
class Mail:
    """`name` finds it again: the file's name and the place in the file. `body` is plain text, whatever was sent."""

    name: str
    to: str
    subject: str
    date: str
    body: str


def newest(folder: Path) -> list[Mail]:
    """The newest NEWEST mails, the newest first."""
    files = sorted((path for path in folder.glob("*.log") if FILE_NAME.fullmatch(path.name)), reverse=True)
    found: list[Mail] = []
    for path in files[:NEWEST]:
        found += reversed(_read(path))
    return found[:NEWEST]


def find(folder: Path, name: str) -> Mail | None:
    """The mail of that name; None for a name that is no mail, so also for one that leads out of the folder."""
    file_name = name.rpartition("-")[0]
    if not FILE_NAME.fullmatch(file_name) or not (folder / file_name).is_file():
        return None
    return next((mail for mail in _read(folder / file_name) if mail.name == name), None)


def _read(path: Path) -> list[Mail]:
    parts = [part for part in BETWEEN.split(path.read_bytes()) if part.strip()]
    return [_mail(f"{path.name}-{place}", part) for place, part in enumerate(parts)]


def _mail(name: str, raw: bytes) -> Mail:
    message = message_from_bytes(raw.lstrip(b"\n"), _class=EmailMessage, policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    if body and body.get_content_type() == "text/html":
        text = strip_tags(text)
    return Mail(name, str(message["to"]), str(message["subject"]), str(message["date"]), text.strip())
