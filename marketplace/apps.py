from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from marketplace import catalogs


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        settings.LOCALE_PATHS = [catalogs.compile_all()]
        import_module("marketplace.accounts.changes")  # listens to allauth
        import_module("marketplace.experts.verified")  # listens to the bank's side of payouts
        import_module("marketplace.search.following")  # listens to what is saved
