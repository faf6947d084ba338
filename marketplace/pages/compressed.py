"""Pages go over the line compressed, to a quarter of their length. Nothing else does: static files were compressed when they were
collected, photos and recordings are so by themselves, and of a recording parts are asked for, which must stay what they are.

What is secret in a page cannot be guessed from lengths (BREACH): Django masks the CSRF token anew each time, and its gzip adds
some random bytes.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response
