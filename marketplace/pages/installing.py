"""What makes the site an app that can be installed (https://www.w3.org/TR/appmanifest/): a window of its own, in which whoever
has it open is reachable as on any page."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

PETROL, PAPER = "#0f5c66", "#f7fafa"  # of the icons; --paper of tokens.css in the light, for manifests know no dark


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """In the language of its address: the app opens in it."""
    icons = [("192", "any"), ("512", "any"), ("maskable-512", "maskable")]
    answer = {
        "id": "/",  # one app, whichever language it was installed from
        "name": "Ringwise",
        "description": _("Talk to an expert now"),
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": PETROL,
        "background_color": PAPER,
        "icons": [
            {
                "src": static(f"marketplace/app/{name}.png"),
                "sizes": "{0}x{0}".format(name.rpartition("-")[2]),
                "type": "image/png",
                "purpose": purpose,
            }
            for name, purpose in icons
        ],
        "shortcuts": [{"name": _("My page"), "url": reverse("me")}],
    }
    return JsonResponse(
        answer, content_type="application/manifest+json", headers={"Cache-Control": "public, max-age=3600"}
    )
