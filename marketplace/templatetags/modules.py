"""Which modules a page's script stands on: named in the head they load at once, not each when another that imports it has been
read."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.contrib.staticfiles.finders import find
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*?\bfrom "(\.[^"]+)";', re.MULTILINE)


@register.simple_tag
@cache
def module_preloads(name: str) -> SafeString:
    """`{% module_preloads 'calls/room/page.js' %}`: links for it and all that it imports, however far. What is imported later, by
    a call, is not among them."""
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((static(one),) for one in modules_of(name)))


@cache
def modules_of(name: str) -> tuple[str, ...]:
    """Each once, breadth first, as their names among the static files. Raises FileNotFoundError for an import of nothing."""
    found = [name]
    for importer in found:
        path = find(importer)
        if path is None:
            raise FileNotFoundError(importer)
        for address in _IMPORT.findall(Path(path).read_text()):
            imported = normpath(join(dirname(importer), address))
            if imported not in found:
                found.append(imported)
    return tuple(found)
