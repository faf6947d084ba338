"""Money goes back to cards: by us, by somebody at Stripe's dashboard, by banks; and what banks decide later."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute, Participation
from payouts.earnings.models import Earning
from payouts.money import BadAmount
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox import services as sandbox
from payouts.wallet import services as wallet
from tests.payouts.life.people import CALLERS, amounts, experts, goes_on, staff, times
from tests.payouts.life.truth import Truth
from tests.payouts.purse import eur

deeds = st.sampled_from(
    ["dispute", "inquire", "warn", "escalate", "win", "win", "lose", "lose", "appeal", "refund", "fail_refund"]
)


class Disputing(Truth):
    @rule(who=st.sampled_from([*CALLERS, "Eve"]), minor=st.one_of(st.none(), amounts), again=times, goes_on=goes_on)
    def asks_for_unused_credit(self, who: str, minor: int | None, again: int, goes_on: bool) -> None:
        key, member = f"back-{self.number()}", self.members[who]
        words = {"member": member, "amount": eur(minor) if minor else None, "key": key}
        most = wallet.paid_credit(member=member) - wallet.kept_from_cards(member=member)
        refusals = (refunds.NotEnough, BadAmount)
        self.attempt(refunds.request, **words, again=again, goes_on=goes_on, refusals=refusals)
        made = Refund.objects.filter(member=member, key=key)
        assert not (minor and made) or sum(row.amount_minor for row in made) == minor
        assert sum(row.amount_minor for row in made) <= max(0, most.minor)

    @rule(deed=deeds, data=st.data())
    def a_bank_acts(self, deed: str, data) -> None:
        """Or somebody at Stripe's dashboard."""
        self.goes(1)
        if found := sandbox.latest(sandbox.DEEDS[deed][0]):
            about = data.draw(st.sampled_from(found[:6]))["id"]
            with suppress(sandbox.NotOpen):
                sandbox.do(deed=deed, about=about)

    @rule(by=staff, accepts=st.booleans(), again=times, goes_on=goes_on)
    def staff_answer_a_dispute(self, by: str, accepts: bool, again: int, goes_on: bool) -> None:
        dispute = Dispute.objects.filter(status__in=Dispute.ANSWERABLE).order_by("pk").first()
        if dispute:
            words = {"dispute_id": dispute.pk, "staff": self.members[by]}
            words |= {"reason": "They are right"} if accepts else {"text": "They talked"}
            do = disputes.accept if accepts else disputes.send_evidence
            self.attempt(do, **words, again=again, goes_on=goes_on, refusals=(disputes.NotAnswerable,))

    @rule(by=staff, goes_on=goes_on)
    def staff_let_a_member_pay_again(self, by: str, goes_on: bool) -> None:
        if dispute := Dispute.objects.filter(status="lost").order_by("pk").first():
            words = {"dispute_id": dispute.pk, "staff": self.members[by], "reason": "Paid by bank"}
            self.attempt(disputes.lift_block, **words, goes_on=goes_on, refusals=(disputes.NotAnswerable,))

    @rule(expert=experts, by=staff, again=times, goes_on=goes_on)
    def staff_find_that_an_expert_took_part(self, expert: str, by: str, again: int, goes_on: bool) -> None:
        dispute = Dispute.objects.filter(moved_minor__gt=0).order_by("-pk").first()
        if dispute is None or Participation.objects.filter(dispute=dispute, expert=self.members[expert]).exists():
            return
        words = {"dispute_id": dispute.pk, "expert": self.members[expert], "staff": self.members[by], "reason": "Both"}
        self.attempt(
            disputes.find_participation, **words, again=again, goes_on=goes_on, refusals=(disputes.NothingFound,)
        )
        if not Participation.objects.filter(dispute=dispute, expert=self.members[expert]).exists():
            return
        dispute.refresh_from_db()
        taken = 0
        for earning in Earning.objects.filter(expert=self.members[expert]):
            sale = self.sales[earning.reference]
            taken += earning.given_back_minor - sale.given
            sale.given = earning.given_back_minor
        assert 0 <= taken <= dispute.recovered_minor <= dispute.moved_minor

    @precondition(lambda self: Refund.objects.filter(state=Refund.State.REFUSED).exists())
    @rule(by=staff, is_sent=st.booleans(), again=times, goes_on=goes_on)
    def staff_settle_a_refund_by_hand(self, by: str, is_sent: bool, again: int, goes_on: bool) -> None:
        refused = Refund.objects.filter(state=Refund.State.REFUSED).order_by("pk").first()
        if refused:
            words = {"refund_id": refused.pk, "staff": self.members[by], "is_sent": is_sent, "note": "Told them"}
            self.attempt(refunds.settle, **words, again=again, goes_on=goes_on, refusals=(refunds.NotRefused,))
