"""Papers as PDF files. One at a time in a process: a long one takes seconds of its only interpreter."""

import threading
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

_one_at_a_time = threading.Lock()
MISSING = _(
    "This site cannot make PDFs: its machine lacks WeasyPrint or the libraries that it needs. "
    "On Debian: libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0."
)


class CannotMakePdf(Exception):
    """What is missing on this machine, as a sentence for people."""

    def __init__(self) -> None:
        super().__init__(str(MISSING))


def make(template: str, context: Mapping[str, object]) -> bytes:
    """Raises CannotMakePdf."""
    renderer = _renderer()
    html = render_to_string(template, {"issuer": issuer(), **context})
    with _one_at_a_time:
        return renderer.write(html)


def issuer() -> dict[str, str]:
    """Who issues papers: the operator, as the settings name them. An address has its lines parted by semicolons."""
    lines = [line.strip() for line in settings.LEGAL_ADDRESS.split(";") if line.strip()]
    return {"name": settings.LEGAL_NAME, "address": "\n".join(lines), "tax_number": settings.TAX_NUMBER}


def _renderer() -> ModuleType:
    """Only when asked for: the site starts without it (ImportError: no WeasyPrint; OSError: no Pango)."""
    try:
        return import_module("payouts.statements.renderer")
    except (ImportError, OSError) as missing:
        raise CannotMakePdf from missing
