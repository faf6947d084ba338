from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class PayoutsConfig(AppConfig):
    name = "payouts"

    def ready(self) -> None:
        import_string(settings.TAX_POLICY)  # a name that leads nowhere is said now, not at somebody's capture
