"""Money goes back to cards: by us, by somebody at Stripe's dashboard, by banks; and what banks decide later."""

from contextlib import suppress

from hypothesis import strategies as st

from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute, Participation
from payouts.earnings.models import Earning
from payouts.money import BadAmount
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox import services as sandbox
from payouts.wallet import services as wallet
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import CALLERS, EXPERTS, amounts, goes_on, staff, times
from tests.payouts.life.truth import Truth
from tests.payouts.purse import eur

ASKED = ("warning_needs_response", "warning_under_review")


class Disputing(Truth):
    @deed(
        who=st.sampled_from([*CALLERS, "Eve"]),
        minor=st.one_of(st.none(), amounts, amounts),
        again=times,
        goes_on=goes_on,
    )
    def asks_for_unused_credit(self, who: str, minor: int | None, again: int, goes_on: bool) -> None:
        self.asks_back(who, minor, again, goes_on)

    def refused_by_cards(self) -> list[str]:
        """What is asked back to a card that is gone, staff see to."""
        gone = Refund.objects.filter(state=Refund.State.FAILED, lot__remaining_minor__gt=0)
        return [
            name
            for name in sorted(set(gone.values_list("member__name", flat=True)) & set(CALLERS))
            if refunds.refundable(member=self.members[name])
        ]

    @deed(when=refused_by_cards, again=times, goes_on=goes_on, data=st.data())
    def asks_again_for_what_came_back(self, again: int, goes_on: bool, data) -> None:
        self.asks_back(data.draw(st.sampled_from(self.refused_by_cards())), None, again, goes_on)

    def asks_back(self, who: str, minor: int | None, again: int, goes_on: bool) -> None:
        key, member = f"back-{self.number()}", self.members[who]
        words = {"member": member, "amount": eur(minor) if minor else None, "key": key}
        most = wallet.paid_credit(member=member) - wallet.kept_from_cards(member=member)
        refusals = (refunds.NotEnough, BadAmount)
        self.attempt(refunds.request, **words, again=again, goes_on=goes_on, refusals=refusals)
        made = Refund.objects.filter(member=member, key=key)
        assert not (minor and made) or sum(row.amount_minor for row in made) == minor
        assert sum(row.amount_minor for row in made) <= max(0, most.minor)

    # --- Banks, and somebody at Stripe's dashboard --------------------------------------------------------------------

    def charged(self) -> list[dict]:
        return [charge for charge in sandbox.latest("charge") if sandbox.is_whole(charge)][:6]

    def disputed(self, *statuses: str) -> list[dict]:
        return [each for each in sandbox.latest("dispute") if each["status"] in statuses]

    def sent_back(self) -> list[dict]:
        return [refund for refund in sandbox.latest("refund") if refund["status"] in ("pending", "succeeded")][:6]

    def acts(self, do: str, found: list[dict], others: list[dict], data) -> None:
        self.goes(1)
        with suppress(sandbox.NotOpen):
            sandbox.do(deed=do, about=self.one_of(data, found, others)["id"])

    @deed(when=charged, how=st.sampled_from(["dispute", "dispute", "inquire", "warn"]), data=st.data())
    def a_bank_takes_a_payment_back_or_asks(self, how: str, data) -> None:
        self.acts(how, self.charged(), sandbox.latest("charge"), data)

    @deed(when=lambda self: self.disputed(*ASKED), data=st.data())
    def a_bank_that_asked_takes_it_back(self, data) -> None:
        self.acts("escalate", self.disputed(*ASKED), sandbox.latest("dispute"), data)

    @deed(when=lambda self: self.disputed(*ASKED, *Dispute.OPEN), how=st.sampled_from(["win", "lose"]), data=st.data())
    def a_bank_decides(self, how: str, data) -> None:
        self.acts(how, self.disputed(*ASKED, *Dispute.OPEN), sandbox.latest("dispute"), data)

    @deed(when=lambda self: self.disputed("lost"), data=st.data())
    def what_was_lost_is_appealed(self, data) -> None:
        self.acts("appeal", self.disputed("lost"), sandbox.latest("dispute"), data)

    @deed(when=charged, data=st.data())
    def a_payment_is_sent_back_at_the_dashboard(self, data) -> None:
        self.acts("refund", self.charged(), sandbox.latest("charge"), data)

    @deed(when=sent_back, data=st.data())
    def a_bank_sends_a_refund_back(self, data) -> None:
        self.acts("fail_refund", self.sent_back(), sandbox.latest("refund"), data)

    # --- Staff --------------------------------------------------------------------------------------------------------

    def answerable(self) -> list[Dispute]:
        return list(Dispute.objects.filter(status__in=Dispute.ANSWERABLE).order_by("pk"))

    @deed(when=answerable, by=staff, accepts=st.booleans(), again=times, goes_on=goes_on, data=st.data())
    def staff_answer_a_dispute(self, by: str, accepts: bool, again: int, goes_on: bool, data) -> None:
        words = {"dispute_id": data.draw(st.sampled_from(self.answerable())).pk, "staff": self.members[by]}
        words |= {"reason": "They are right"} if accepts else {"text": "They talked"}
        do = disputes.accept if accepts else disputes.send_evidence
        self.attempt(do, **words, again=again, goes_on=goes_on, refusals=(disputes.NotAnswerable,))

    def blocking(self) -> list[Dispute]:
        lost = Dispute.objects.filter(status__in=["lost", "prevented"]).order_by("pk")
        return [dispute for dispute in lost if wallet.blocks(reason=dispute.reference)]

    @deed(when=blocking, by=staff, goes_on=goes_on, data=st.data())
    def staff_let_a_member_pay_again(self, by: str, goes_on: bool, data) -> None:
        dispute = data.draw(st.sampled_from(self.blocking()))
        words = {"dispute_id": dispute.pk, "staff": self.members[by], "reason": "Paid by bank"}
        self.attempt(disputes.lift_block, **words, goes_on=goes_on, refusals=(disputes.NotAnswerable,))

    def paid_from_a_dispute(self) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for dispute in Dispute.objects.filter(moved_minor__gt=0).order_by("pk"):
            known = Participation.objects.filter(dispute=dispute).values_list("expert_id", flat=True)
            earned = {earning.expert for earning, _ in disputes.paid_with(dispute) if earning.expert_id not in known}
            found += sorted((dispute.pk, expert.name) for expert in earned if expert.name in EXPERTS)
        return found

    @deed(when=paid_from_a_dispute, by=staff, again=times, goes_on=goes_on, data=st.data())
    def staff_find_that_an_expert_took_part(self, by: str, again: int, goes_on: bool, data) -> None:
        number, expert = data.draw(st.sampled_from(self.paid_from_a_dispute()))
        dispute = Dispute.objects.get(pk=number)
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

    def refused(self) -> list[Refund]:
        return list(Refund.objects.filter(state=Refund.State.REFUSED).order_by("pk"))

    @deed(when=refused, by=staff, again=times, goes_on=goes_on, data=st.data())
    def staff_send_a_refused_refund_by_hand(self, by: str, again: int, goes_on: bool, data) -> None:
        self.staff_settle(data.draw(st.sampled_from(self.refused())), True, by, again, goes_on)

    @deed(when=refused, by=staff, again=times, goes_on=goes_on, data=st.data())
    def staff_give_a_refused_refund_back_as_credit(self, by: str, again: int, goes_on: bool, data) -> None:
        self.staff_settle(data.draw(st.sampled_from(self.refused())), False, by, again, goes_on)

    def staff_settle(self, refund: Refund, is_sent: bool, by: str, again: int, goes_on: bool) -> None:
        words = {"refund_id": refund.pk, "staff": self.members[by], "is_sent": is_sent, "note": "Told them"}
        self.attempt(refunds.settle, **words, again=again, goes_on=goes_on, refusals=(refunds.NotRefused,))
