"""Asks the directory of DATABASE_URL, as many questions as an order says.

    python -m bench.asking words|category FILE    FILE: a question on each line
    python -m bench.asking counts FILE            FILE: an address of the directory on each line
    python -m bench.asking suggest|reads FILE     and writes beside FILE how long each took, in ms; null if it would have waited

`words` and `category`: who stands on the first page, which is what a peer is asked too; not the cards, nor the counts. `reads`
are the same as `words`, and refuse to wait for a lock. `counts`: those of the filters alone, counted anew each time.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.db import OperationalError

from bench.programs import take_orders


def asked(kind: str) -> Callable[[str], object]:
    from django.db import connection  # noqa: PLC0415 (Django must be set up first)
    from django.http import QueryDict  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from marketplace.pages import directory  # noqa: PLC0415
    from marketplace.pages.forms import DirectoryForm  # noqa: PLC0415
    from marketplace.search import facets, ordering  # noqa: PLC0415
    from marketplace.search.asking import Question, understand  # noqa: PLC0415
    from marketplace.search.services import PER_PAGE  # noqa: PLC0415

    requests = RequestFactory()

    def first_page(question: Question) -> list[int]:
        return ordering.answer(question, sort="", upto=PER_PAGE, now=timezone.now())[1]

    @cache
    def understood(address: str) -> tuple:
        asked = DirectoryForm(QueryDict(urlsplit(address).query)).query()
        question = Question(**{name: value for name, value in asked.items() if name not in ("sort", "page")})
        return question, understand(question)

    if kind == "counts":
        facets.KEPT_S = 0
        return lambda address: facets.facets(*understood(address))
    if kind == "reads":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10ms'")
    if kind == "suggest":
        return lambda text: directory.suggest(requests.get("/suggest/", {"q": text})).content
    if kind == "category":
        return lambda slug: first_page(Question(category=slug))
    return lambda text: first_page(Question(text=text))


def main(kind: str, path: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "ERROR"}
    django.setup()
    ask, questions = asked(kind), Path(path).read_text().splitlines()
    took_ms: list[float | None] = []

    def do(number: int) -> None:
        begun = time.perf_counter()
        try:
            ask(questions[number % len(questions)])
        except OperationalError:
            took_ms.append(None)
        else:
            took_ms.append((time.perf_counter() - begun) * 1e3)

    take_orders(do, warm_up=len(questions))
    if kind in ("suggest", "reads"):
        Path(f"{path}.{kind}").write_text(json.dumps(took_ms[len(questions) :]))


if __name__ == "__main__":
    main(*sys.argv[1:])
