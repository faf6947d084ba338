"""Every websocket of the calls. What is spoken there: signalling/PROTOCOL.md."""

from django.urls import path, re_path

from calls.captions.socket import CaptionSocket
from calls.signalling.consumers import PageSocket, RoomSocket
from calls.signalling.origin import refuse

websocket_urlpatterns = [
    path("ws/page/", PageSocket.as_asgi()),
    path("ws/room/<slug:code>/", RoomSocket.as_asgi()),
    path("ws/captions/<slug:code>/", CaptionSocket.as_asgi()),
    re_path("", refuse),  # without it, an unknown address is an error of ours in the log
]
