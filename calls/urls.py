"""Every page of the calls."""

urlpatterns: list = []
