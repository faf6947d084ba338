"""Papers as PDF files. One at a time in a process: a long one takes seconds of its only interpreter."""

import threading
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from payouts.statements.issuer import issuer

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


def answer(request: HttpRequest, template: str, context: Mapping[str, object], *, name: str, page: str) -> HttpResponse:
    """The paper, as a file called `name`; where this machine can make none, what it lacks, and the `page` that says the same."""
    try:
        content = make(template, context)
    except CannotMakePdf as missing:
        return render(request, "payouts/statements/no_pdf.html", {"why": str(missing), "page": page}, status=503)
    made = HttpResponse(content, content_type="application/pdf")
    made["Content-Disposition"] = f'inline; filename="{name}"'
    return made


def _renderer() -> ModuleType:
    """Only when asked for: the site starts without it (ImportError: no WeasyPrint; OSError: no Pango)."""
    try:
        return import_module("payouts.statements.renderer")
    except (ImportError, OSError) as missing:
        raise CannotMakePdf from missing
