"""What somebody typed and could not be kept yet, because it is wrong or half: it waits in their session until they come back."""

import json
from collections.abc import Iterable

from django.http import HttpRequest, QueryDict

KEY = "typed"
LETTERS_MAX = 20_000  # of one form; nobody types more, and a session is read with every page


def keep(request: HttpRequest, step: int, names: Iterable[str], **instead: str) -> None:
    """The fields called `names`; of those in `instead` that value."""
    said = {name: [instead[name]] if name in instead else request.POST.getlist(name) for name in names}
    if len(json.dumps(said)) <= LETTERS_MAX:
        request.session[KEY] = {**request.session.get(KEY, {}), str(step): said}


def kept(request: HttpRequest, step: int) -> QueryDict | None:
    said = request.session.get(KEY, {}).get(str(step))
    if said is None:
        return None
    form = QueryDict(mutable=True)
    for name, values in said.items():
        form.setlist(name, values)
    return form


def forget(request: HttpRequest, step: int) -> None:
    others = {each: said for each, said in request.session.get(KEY, {}).items() if each != str(step)}
    if KEY in request.session:
        request.session[KEY] = others
