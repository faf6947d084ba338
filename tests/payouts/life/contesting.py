"""A charge is contested, answered, given back, decided; earnings that look strange are looked at."""

from datetime import timedelta

from django.db import IntegrityError
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from payouts.claims import services as claims
from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.earnings import suspicion
from payouts.money import BadAmount
from payouts.safety import services as safety
from payouts.safety.models import Freeze, Review
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance
from tests.payouts.life.people import TWO_STAFF_ABOVE, amounts, callers, experts, goes_on, staff, times
from tests.payouts.life.truth import Sale, Truth
from tests.payouts.purse import eur

EVIDENCE = [{"title": "Terms", "rows": [["€2.00 per minute"]]}]
TOO_LATE = (claims.NotNow, claims.TooLate, claims.AlreadyContested, claims.NothingLeft)


class Contesting(Truth):
    def with_claim(self, *states: str) -> list[str]:
        return sorted(reference for reference, sale in self.sales.items() if sale.claim in states)

    def claim_of(self, reference: str) -> Claim:
        return Claim.objects.get(earning__reference=reference)

    @precondition(lambda self: self.with_claim(""))
    @rule(again=times, goes_on=goes_on, data=st.data())
    def contests_a_charge(self, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_claim("")))
        sale = self.sales[reference]
        words = {"payer": self.members[sale.payer], "reference": reference, "reason": "Not there", "evidence": EVIDENCE}
        asked = self.time
        self.attempt(claims.open_claim, **words, again=again, goes_on=goes_on, refusals=TOO_LATE)
        if claim := Claim.objects.filter(earning__reference=reference).first():
            assert not sale.is_released
            assert asked < sale.release_at
            assert sale.left
            sale.claim, sale.claim_until = "asked", claim.claimed_at + timedelta(days=3)

    @precondition(lambda self: self.with_claim("asked"))
    @rule(again=times, goes_on=goes_on, data=st.data())
    def the_expert_answers(self, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_claim("asked")))
        sale, claim = self.sales[reference], self.claim_of(reference)
        words = {"claim_id": claim.pk, "expert": self.members[sale.expert], "text": "I was."}
        self.attempt(claims.answer, **words, again=again, goes_on=goes_on, refusals=TOO_LATE)
        self.heard_of_the_answer(sale, reference)

    def heard_of_the_answer(self, sale: Sale, reference: str) -> None:
        claim = self.claim_of(reference)
        if sale.claim == "asked" and claim.state == Claim.State.ANSWERED and claim.answered_at:
            assert sale.claim_until
            assert claim.answered_at < sale.claim_until
            sale.claim, sale.claim_until = "answered", claim.answered_at + timedelta(days=7)

    @precondition(lambda self: self.with_claim("asked", "answered"))
    @rule(again=times, goes_on=goes_on, data=st.data())
    def the_payer_takes_the_claim_back(self, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_claim("asked", "answered")))
        sale, claim = self.sales[reference], self.claim_of(reference)
        words = {"claim_id": claim.pk, "payer": self.members[sale.payer]}
        self.attempt(claims.take_back, **words, again=again, goes_on=goes_on, refusals=TOO_LATE)
        if self.claim_of(reference).outcome == Claim.Outcome.TAKEN_BACK:
            sale.claim = "closed"

    @precondition(lambda self: self.sales)
    @rule(minor=amounts, whole=st.booleans(), late=st.booleans(), again=times, goes_on=goes_on, data=st.data())
    def the_expert_gives_back(self, minor: int, whole: bool, late: bool, again: int, goes_on: bool, data) -> None:
        """`late`: what is released, and may be withdrawn by now."""
        late_ones = [reference for reference, sale in self.sales.items() if sale.is_released and sale.left]
        reference = data.draw(st.sampled_from(sorted(late_ones if late and late_ones else self.sales)))
        sale, key = self.sales[reference], f"form-{self.number()}"
        minor = sale.left if whole and sale.left else minor
        words = {"expert": self.members[sale.expert], "reference": reference, "amount": eur(minor), "key": key}
        self.attempt(claims.refund, **words, again=again, goes_on=goes_on, refusals=(BadAmount,))
        if not GiveBack.objects.filter(key__endswith=f":{key}").exists():
            return
        assert minor <= sale.left
        self.gives_back_by_choice(sale, minor)
        if sale.claim in ("asked", "answered"):
            self.heard_of_the_answer(sale, reference)
            if not sale.left:
                sale.claim = "closed"

    @precondition(lambda self: self.with_claim("answered"))
    @rule(by=staff, share=st.integers(0, 110), again=times, goes_on=goes_on, data=st.data())
    def staff_decide(self, by: str, share: int, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_claim("answered")))
        sale, claim = self.sales[reference], self.claim_of(reference)
        minor, member = sale.left * share // 100, self.members[by]
        words = {"claim_id": claim.pk, "staff": member, "refund": eur(minor), "reason": "The line of time"}
        self.attempt(claims.decide, **words, again=again, goes_on=goes_on, refusals=(*TOO_LATE, BadAmount))
        vote = claim.votes.filter(staff=member).first()
        if vote is None or vote.refund_minor != minor:
            return
        sale.votes[by] = minor
        others = [said for name, said in sale.votes.items() if name != by]
        if sale.left <= TWO_STAFF_ABOVE or minor in others:
            assert self.claim_of(reference).outcome == Claim.Outcome.DECIDED
            self.gives_back(sale, minor)
            sale.claim = "closed"

    # --- An act of work that is not as described: contested while it is only held -----------------------------------

    @precondition(lambda self: [name for name in self.at_hand() if name.startswith("order:")])
    @rule(expert=experts, goes_on=goes_on, data=st.data())
    def contests_what_is_only_held(self, expert: str, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from([name for name in self.at_hand() if name.startswith("order:")]))
        who, total = self.held[reference]
        words = {
            "payer": self.members[who],
            "expert": self.members[expert],
            "reference": reference,
            "price": eur(total),
        }
        terms = {"commission_percent": 30, "group": "listing:5", "label": "A translation", "link": "/orders/1/"}
        why = {"reason": "Not as described", "evidence": EVIDENCE}
        once = (IntegrityError,)  # whoever holds it sees to that
        self.attempt(claims.contest_held, **words, **terms, **why, goes_on=goes_on, refusals=once)
        if HeldCharge.objects.filter(reference=reference).exists():
            self.contested.add(reference)

    def of_held(self) -> list[Claim]:
        return list(Claim.objects.filter(held__settled_at=None).exclude(held=None).order_by("pk"))

    @precondition(lambda self: self.of_held())
    @rule(how=st.sampled_from(["answer", "free", "take back", "decide"]), share=st.integers(1, 100), again=times,
          by=staff, goes_on=goes_on, data=st.data())  # fmt: skip
    def what_is_contested_and_held_goes_on(
        self, how: str, share: int, again: int, by: str, goes_on: bool, data
    ) -> None:
        claim = data.draw(st.sampled_from(self.of_held()))
        part = eur(max(1, claim.charge.price.minor * share // 100))
        do, words = {
            "answer": (claims.answer, {"claim_id": claim.pk, "expert": claim.charge.expert, "text": "It is."}),
            "take back": (claims.take_back, {"claim_id": claim.pk, "payer": claim.charge.payer}),
            "free": (claims.refund, {"expert": claim.charge.expert, "reference": claim.charge.reference, "amount": part,
                                     "key": f"form-{self.number()}"}),
            "decide": (claims.decide, {"claim_id": claim.pk, "staff": self.members[by], "refund": part,
                                       "reason": "It is not"}),
        }[how]  # fmt: skip
        self.attempt(do, **words, again=again, goes_on=goes_on, refusals=(*TOO_LATE, BadAmount))

    # --- What looks like a stolen card ------------------------------------------------------------------------------

    @rule(who=callers, expert=experts, goes_on=goes_on)
    def two_are_seen_on_one_device(self, who: str, expert: str, goes_on: bool) -> None:
        for name in (who, expert):
            safety.saw(member=self.members[name], device=f"the device of {who}", now=self.time)

    @rule(by=staff, verdict=st.sampled_from(["fine", "fine", "fraud"]), again=times, goes_on=goes_on, data=st.data())
    def staff_look_at_an_earning(self, by: str, verdict: str, again: int, goes_on: bool, data) -> None:
        waiting = list(Review.objects.filter(verdict="open").order_by("pk"))
        if not waiting:
            return
        review = data.draw(st.sampled_from(waiting))
        words = {"review_id": review.pk, "staff": self.members[by], "verdict": verdict, "note": "Looked"}
        self.attempt(suspicion.decide, **words, again=again, goes_on=goes_on)

    def open_advances(self) -> list[Advance]:
        return list(Advance.objects.filter(left_minor__gt=0, let_go_at=None).order_by("pk"))

    @precondition(lambda self: self.open_advances())
    @rule(by=staff, again=times, goes_on=goes_on, data=st.data())
    def staff_let_go_what_an_expert_owes(self, by: str, again: int, goes_on: bool, data) -> None:
        found = data.draw(st.sampled_from(self.open_advances()))
        number = list(Advance.objects.order_by("pk").values_list("pk", flat=True)).index(found.pk)
        words = {"advance_id": found.pk, "staff": self.members[by], "reason": "No part in it"}
        self.attempt(wallet.let_advance_go, **words, again=again, goes_on=goes_on)
        self.advances[number].is_let_go = Advance.objects.get(pk=found.pk).let_go_at is not None

    @rule(expert=experts, by=staff, goes_on=goes_on)
    def staff_lift_a_freeze(self, expert: str, by: str, goes_on: bool) -> None:
        member = self.members[expert]
        words = {"member": member, "staff": self.members[by], "reason": "Looked"}
        self.attempt(safety.lift, **words, goes_on=goes_on)
        still = Freeze.objects.filter(member=member, ends_at=None).exists()
        assert not still or not goes_on
