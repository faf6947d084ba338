"""Somebody closes their account, thinks better of it, or comes back after all."""

from hypothesis import strategies as st

from marketplace.accounts.models import User
from marketplace.closing import services as closing
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import CALLERS, EXPERTS, goes_on, times
from tests.payouts.life.truth import Truth


class Leaving(Truth):
    def leaving(self) -> list[str]:
        return [name for name in (*CALLERS, *EXPERTS, "Eve") if closing.open_of(self.members[name])]

    def gone(self) -> list[str]:
        ids = {member.pk: name for name, member in self.members.items()}
        return [ids[pk] for pk in User.objects.filter(pk__in=ids, is_active=False).values_list("pk", flat=True)]

    def staying(self) -> list[str]:
        """Eve has nothing here, so that she can be gone soon."""
        leaving = self.leaving()
        return [name for name in (*CALLERS, *EXPERTS, "Eve", "Eve") if name not in leaving]

    @deed(when=staying, again=times, goes_on=goes_on, data=st.data())
    def closes_the_account(self, again: int, goes_on: bool, data) -> None:
        who = data.draw(st.sampled_from(self.staying()))
        self.attempt(closing.ask, member=self.members[who], again=again, goes_on=goes_on)

    @deed(when=leaving, goes_on=goes_on)
    def the_worker_closes_what_can_be(self, goes_on: bool) -> None:
        self.attempt(closing.sweep, goes_on=goes_on)

    @deed(when=leaving, again=times, goes_on=goes_on, data=st.data())
    def keeps_the_account(self, again: int, goes_on: bool, data) -> None:
        who = data.draw(st.sampled_from(self.leaving()))
        self.attempt(closing.keep, member=self.members[who], again=again, goes_on=goes_on)

    @deed(when=gone, data=st.data())
    def is_let_in_again(self, data) -> None:
        """By staff. Until then somebody else may still give them something back."""
        self.goes(1)
        User.objects.filter(pk=self.members[data.draw(st.sampled_from(self.gone()))].pk).update(is_active=True)
        self.trouble.writes += 1

    def nobody_leaves(self) -> None:
        """Any more: whoever's bank refuses would try it again every day."""
        for name in self.leaving():
            closing.keep(member=self.members[name], now=self.time)
