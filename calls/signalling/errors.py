"""What a socket answers when it refuses: codes for programs (PROTOCOL.md, section 6), words for people."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "bad_frame": _("That message could not be read."),
    "too_big": _("That message is too long."),
    "too_fast": _("Too many messages at once. Please wait a moment."),
    "unknown_type": _("There is no such message."),
    "bad_field": _("Something in that message is missing or wrong."),
    "sign_in": _("Please sign in first."),
    "guest": _("For that you need an account. The call goes on meanwhile."),
    "not_found": _("This does not exist, or is not yours."),
    "not_joined": _("Join the call first."),
    "not_your_role": _("Only the other person can do that."),
    "internal": _("Something went wrong on our side. Nothing was changed."),
    "ring.self": _("You cannot call yourself."),
    "ring.away": _("This expert is away. You can leave a message."),
    "ring.busy": _("This expert is busy. You can wait in line or leave a message."),
    "ring.not_an_expert": _("This person cannot be called."),
    "ring.you_blocked": _("You have blocked this person. You can take that back on My page."),
    "ring.members_only": _("This expert takes calls from members. Sign in or make an account first."),
    "ring.too_many": _("Too many calls without an account came from here. Try again in an hour, or sign in."),
    "ring.too_often": _("You rang this person 3 times in 10 minutes and got no answer. Try again a little later."),
    "ring.too_many_in_vain": _("You rang 30 times in an hour and got no answer. Try again later."),
    "ring.credit_needed": _("This expert takes calls from members whose credit covers 10 minutes. Add credit first."),
    "ring.not_known": _("This expert takes calls from people they have talked with. You can leave a message."),
    "ring.terms_changed": _("The terms have changed. Please read them again."),
    "ring.already_in_call": _("You are in a call already. Hang up there first."),
    "ring.in_line": _("Somebody who waited is first. You can wait in line too."),
    "ring.in_many_lines": _("You wait for 5 experts already. Leave one of those lines on My page first."),
    "ring.not_waiting": _("This person does not wait any more."),
    "ring.not_here": _("This person cannot be rung now. They get a mail when you are free."),
    "ring.member_busy": _("This person is in another call."),
    "ask.empty": _("Write in one line what it is about first."),
    "ask.no_category": _("There is no such category any more. Load this page again."),
    "ask.nobody": _("Nobody in this category is free for you now at that rate."),
    "ask.asking": _("You are asking already. Cancel that first."),
    "ask.too_many": _("You asked 6 times in an hour. Call an expert yourself, or try again later."),
    "chat.empty": _("Write something first."),
    "chat.too_long": _("A message can have at most 2000 characters."),
    "chat.unreadable": _("That message holds characters that cannot be stored."),
    "chat.full": _("This chat is full. Delete it to begin anew."),
    "report.empty": _("Write something first."),
    "report.too_long": _("That can have at most 2000 characters."),
    "report.unreadable": _("That holds characters that cannot be stored."),
    "report.said": _("Staff have your words already."),
    "call.over": _("It does not ring any more."),
    "call.taken": _("Another expert answered first."),
    "captions.failed": _(
        "Captions cannot be written just now. They are off; your sound goes to the site's server no more."
    ),
    "captions.busy": _("Too many people have captions written just now. Try again in a few minutes."),
    "captions.used_up": _(
        "Your captions of this day are used up. They are off; your sound goes to the site's server no more."
    ),
    "room.no_call": _("There is no call in this room now."),
    "room.no_peer": _("The other person is not here."),
}


# Where the words above name what only a member can do, a guest reads these.
GUEST_TEXTS = {
    "ring.away": _("This expert is away. With an account you can leave a message."),
    "ring.busy": _("This expert is busy. With an account you can wait in line or leave a message."),
    "ring.you_blocked": _("You have blocked this person. Make an account, and you can take that back on My page."),
    "ask.nobody": _("Nobody in this category who takes calls without an account is free now at that rate."),
    "ring.in_line": _(
        "Somebody who waited in line is first. Try again in a minute; with an account you can wait in line too."
    ),
}


class Refused(Exception):
    """A message that changed nothing; the socket answers it with an error and lives on."""

    def __init__(self, code: str, text: str | None = None) -> None:
        self.code = code
        self.text = TEXTS[code] if text is None else text
        super().__init__(code)
