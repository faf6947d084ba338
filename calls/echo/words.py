"""The words that the page of the test call shows by itself."""

from django.utils.translation import gettext as _

from calls.rooms.words import for_device_check


def for_test_call() -> dict[str, dict[str, str]]:
    check = for_device_check()
    return {
        "device": check["device"] | {"camera_well": _("Your camera works.")},
        "echo": {
            "idle": _("Nobody hears you but the echo, and nothing is kept."),
            "calling": _("Calling the echo."),
            "talking": _("Connected. Say something: you hear yourself a second later."),
            "through": _("It works: your sound came back. The test call passed."),
            "through_seen": _("It works: your sound and your picture came back. The test call passed."),
            "over": _("The test call is over."),
            "over_through": _("The test call is over, and it passed."),
            "lost": _(
                "Nothing came back: your network, or the way to the echo, lets nothing through. Another network, such as"
                " your phone's, may do. Microphone and camera are looked at above all the same."
            ),
            "silent": _("Connected, but no sound came back. Is the microphone muted, or the wrong one?"),
            "offline": _("No connection to the site. Try again."),
            "refused": _("That did not work. Load this page again, then try once more."),
            "start": _("Start the test call"),
            "again": _("Try again"),
        },
    }
