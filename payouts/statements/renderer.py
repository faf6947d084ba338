"""HTML made into a PDF by WeasyPrint. Imported by pdf.py alone, when a PDF is asked for: it needs Pango on the machine.

Nothing is fetched, from the network or from this machine's files, whatever a member may have typed: the one address that
answers is that of the site's own font.
"""

from pathlib import Path

import weasyprint
from django.contrib.staticfiles import finders
from PIL import ImageFile
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

# WeasyPrint's import tells Pillow, for the whole process, to take images that are cut short: the site's photos are not to be.
ImageFile.LOAD_TRUNCATED_IMAGES = False

FONT = "ringwise:figtree"
FONT_FILE = "marketplace/vendor/figtree/figtree.woff2"
STYLE = "payouts/print.css"


class _Fetcher(URLFetcher):
    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url != FONT:
            raise ValueError(f"papers fetch nothing, and not {url[:200]!r}")  # left out of the paper, and logged
        return URLFetcherResponse(url, _static(FONT_FILE), {"Content-Type": "font/woff2"})


def write(html: str) -> bytes:
    fetcher, fonts = _Fetcher(), FontConfiguration()
    style = weasyprint.CSS(string=_static(STYLE).decode(), url_fetcher=fetcher, font_config=fonts)
    return weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[style], font_config=fonts)


def _static(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
