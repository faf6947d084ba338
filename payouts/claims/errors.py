"""Why a claim, an answer or a decision was refused. Nothing was changed."""


class ClaimRefused(Exception):
    """Base of all of them."""


class TooLate(ClaimRefused):
    """The release date has come, or the deadline has passed."""


class AlreadyContested(ClaimRefused):
    """A charge can be contested once."""


class NothingLeft(ClaimRefused):
    """All of the charge has come back already."""


class NotNow(ClaimRefused):
    """The claim is closed, or it is somebody else's turn."""
