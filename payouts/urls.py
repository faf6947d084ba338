"""Every page of the money."""

urlpatterns: list = []
