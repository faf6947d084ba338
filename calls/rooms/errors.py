"""What rooms refuse. Codes as in signalling/PROTOCOL.md, section 6, after the word of the class."""


class Refused(Exception):
    """Nothing was changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class CannotRing(Refused):
    """`code`: self, away, busy, not_an_expert, already_in_call, you_blocked, members_only, credit_needed, not_known,
    terms_changed, in_line, too_often, too_many_in_vain, not_waiting, not_here, member_busy."""


class CallOver(Refused):
    """The call is not ringing any more."""

    def __init__(self) -> None:
        super().__init__("over")


class CallTaken(CallOver):
    """It rang at several experts, and another one answered first."""

    def __init__(self) -> None:
        Refused.__init__(self, "taken")


class NoCall(Refused):
    """No open call to join or to hang up."""

    def __init__(self) -> None:
        super().__init__("no_call")
