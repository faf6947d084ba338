"""Where browsers find their way to each other: STUN and TURN servers from the settings, none by default.

TURN credentials follow coturn's REST scheme: a user name that carries its own end, signed with the shared secret. Each
person has their own, so that a quota per user name means something.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from django.conf import settings


def servers(*, user_id: int, now: datetime) -> list[dict]:
    """The `iceServers` of an RTCPeerConnection, for one person, good for TURN_TTL_S."""
    stun = [url for url in settings.TURN_URLS if url.startswith(("stun:", "stuns:"))]
    turn = [url for url in settings.TURN_URLS if url not in stun]
    found: list[dict] = [{"urls": stun}] if stun else []
    if turn:
        name = f"{int(now.timestamp()) + settings.TURN_TTL_S}:{user_id}"
        digest = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
        found.append({"urls": turn, "username": name, "credential": base64.b64encode(digest).decode()})
    return found
