"""What is refused about reviews, by code and in words for the person who pressed."""

from django.utils.translation import gettext_lazy as _

from marketplace.reviews.models import TEXT_MAX


class ReviewRefused(Exception):
    """Nothing was changed. `code` is one of TEXTS; `text` says it in the active language."""

    TEXTS = {
        "self": _("Nobody reviews themself."),
        "stars": _("Choose from 1 to 5 stars."),
        "empty": _("Write a few words."),
        "too_long": _("At most {most} characters."),
        "unreadable": _("This text has characters that cannot be shown."),
        "changed": _(
            "It was changed meanwhile, to what is shown here now. Nothing was saved: look, then send it once more."
        ),
        "removed": _("Our staff took this down, so it cannot be changed."),
        "own": _("These are your own words: nobody reports themself."),
        "names": _("Everybody reads this reason: do not name the writer."),
        "decided": _("Our staff decided this before. Nothing was changed."),
        "contested": _("This was contested before, and can be contested once. Nothing was changed."),
    }

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    @property
    def text(self) -> str:
        return str(self.TEXTS[self.code]).format(most=TEXT_MAX)
