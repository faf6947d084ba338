from importlib import import_module

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        import_module("marketplace.accounts.changes")  # listens to allauth
        import_module("marketplace.experts.verified")  # listens to the bank's side of payouts
        import_module("marketplace.search.following")  # listens to what is saved
