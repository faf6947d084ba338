from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from marketplace import catalogs


class Command(BaseCommand):
    help = "Brings the catalogs in locale/ up to date with the words in code and templates, and names what needs a translation."

    def handle(self, **options) -> None:
        texts = catalogs.found()
        for language in catalogs.others():
            catalog = catalogs.renewed(language, texts)
            catalogs.write(language, catalog)
            missing = list(catalogs.untranslated(catalog))
            for text in missing:
                self.stdout.write(text if isinstance(text, str) else text[0])
            self.stdout.write(
                _("%(path)s: %(count)s texts, %(missing)s without a translation.")
                % {
                    "path": catalogs.path_of(language).relative_to(settings.BASE_DIR),
                    "count": len(catalog),
                    "missing": len(missing),
                }
            )
