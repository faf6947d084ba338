"""Pages go over the line compressed, to a quarter of their length. Nothing else does: static files were compressed when they were
collected, photos and recordings are so by themselves, and of a recording parts are asked for, which must stay what they are.

What is secret in a page cannot be guessed from lengths (BREACH): Django masks the CSRF token anew each time, and its gzip adds
some random bytes.
"""

from collections.abc import Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def middleware(get_response: Callable) -> Callable:
    """Django's own is of the old kind, which under ASGI costs each page two changes of thread."""
    gzip = GZipMiddleware(get_response)

    def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return gzip.process_response(request, response) if is_page else response

    async def answer_async(request: HttpRequest) -> HttpResponse:
        return compressed(request, await get_response(request))

    def answer(request: HttpRequest) -> HttpResponse:
        return compressed(request, get_response(request))

    return answer_async if iscoroutinefunction(get_response) else answer
