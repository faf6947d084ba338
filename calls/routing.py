"""Every websocket of the calls."""

websocket_urlpatterns: list = []
