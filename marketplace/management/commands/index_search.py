from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from marketplace.management.processes import spread
from marketplace.search import services as search


class Command(BaseCommand):
    help = "Makes the index of the directory anew, a batch at a time. Who searches meanwhile finds the old or the new."

    def handle(self, **options) -> None:
        self.stdout.write(_("%(count)s profiles can be found.") % {"count": search.rebuild(spread)})
