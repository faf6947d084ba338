"""Every websocket of the calls. What is spoken there: signalling/PROTOCOL.md."""

from calls.captions.socket import CaptionSocket
from calls.signalling.consumers import PageSocket, RoomSocket

websockets = [
    ("ws/page/", PageSocket),
    ("ws/room/<slug:code>/", RoomSocket),
    ("ws/captions/<slug:code>/", CaptionSocket),
]
