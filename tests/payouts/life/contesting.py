"""A charge is contested, answered, given back, decided; earnings that look strange are looked at."""

from datetime import timedelta
from itertools import product

from django.db import IntegrityError
from hypothesis import strategies as st

from payouts.claims import services as claims
from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.earnings import suspicion, to_cards
from payouts.earnings.models import Earning
from payouts.money import BadAmount
from payouts.safety import services as safety
from payouts.safety.models import Freeze, Review
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import CALLERS, EXPERTS, STAFF, TWO_STAFF_ABOVE, amounts, experts, goes_on, staff, times
from tests.payouts.life.truth import Sale, Truth
from tests.payouts.purse import eur

EVIDENCE = [{"title": "Terms", "rows": [["€2.00 per minute"]]}]
TOO_LATE = (claims.NotNow, claims.TooLate, claims.AlreadyContested, claims.NothingLeft)


class Contesting(Truth):
    def with_claim(self, *states: str) -> list[str]:
        return sorted(reference for reference, sale in self.sales.items() if sale.claim in states)

    def claim_of(self, reference: str) -> Claim:
        return Claim.objects.get(earning__reference=reference)

    def contestable(self) -> list[str]:
        known = ((name, self.sales[name]) for name in self.with_claim(""))
        return [name for name, sale in known if sale.left and not sale.is_released and self.time < sale.release_at]

    @deed(when=contestable, again=times, goes_on=goes_on, data=st.data())
    def contests_a_charge(self, again: int, goes_on: bool, data) -> None:
        reference = self.one_of(data, self.contestable(), self.with_claim(""))
        sale = self.sales[reference]
        words = {"payer": self.members[sale.payer], "reference": reference, "reason": "Not there", "evidence": EVIDENCE}
        asked = self.time
        self.attempt(claims.open_claim, **words, again=again, goes_on=goes_on, refusals=TOO_LATE)
        if claim := Claim.objects.filter(earning__reference=reference).first():
            assert not sale.is_released
            assert asked < sale.release_at
            assert sale.left
            sale.claim, sale.claim_until = "asked", claim.claimed_at + timedelta(days=3)

    @deed(when=lambda self: self.with_claim("asked"), again=times, goes_on=goes_on, data=st.data())
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

    @deed(when=lambda self: self.with_claim("asked", "answered"), again=times, goes_on=goes_on, data=st.data())
    def the_payer_takes_the_claim_back(self, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_claim("asked", "answered")))
        sale, claim = self.sales[reference], self.claim_of(reference)
        words = {"claim_id": claim.pk, "payer": self.members[sale.payer]}
        self.attempt(claims.take_back, **words, again=again, goes_on=goes_on, refusals=TOO_LATE)
        if self.claim_of(reference).outcome == Claim.Outcome.TAKEN_BACK:
            sale.claim = "closed"

    def with_rest(self, *, released: bool) -> list[str]:
        known = self.sales.items()
        return sorted(name for name, sale in known if sale.left and sale.is_released == released)

    @deed(when=lambda self: self.with_rest(released=False), minor=amounts, whole=st.booleans(), again=times, goes_on=goes_on,
          data=st.data())  # fmt: skip
    def the_expert_gives_back(self, minor: int, whole: bool, again: int, goes_on: bool, data) -> None:
        reference = self.one_of(data, self.with_rest(released=False), sorted(self.sales))
        self.the_expert_sends(reference, minor, whole, again, goes_on)

    @deed(when=lambda self: self.with_rest(released=True), minor=amounts, whole=st.booleans(), again=times, goes_on=goes_on,
          data=st.data())  # fmt: skip
    def the_expert_gives_back_after_the_release(self, minor: int, whole: bool, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_rest(released=True)))
        self.the_expert_sends(reference, minor, whole, again, goes_on)

    def the_expert_sends(self, reference: str, minor: int, whole: bool, again: int, goes_on: bool) -> None:
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
            sale.votes = {name: max(0, said - minor) for name, said in sale.votes.items()}
            if not sale.left:
                sale.claim = "closed"

    @deed(when=lambda self: self.with_claim("answered"), by=staff, share=st.integers(0, 110), again=times, goes_on=goes_on,
          data=st.data())  # fmt: skip
    def staff_decide(self, by: str, share: int, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.with_claim("answered")))
        self.staff_say(reference, by, self.sales[reference].left * share // 100, again, goes_on)

    def voted(self) -> list[str]:
        return [name for name in self.with_claim("answered") if self.sales[name].votes]

    @deed(when=voted, again=times, goes_on=goes_on, data=st.data())
    def another_of_the_staff_agrees(self, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.voted()))
        sale = self.sales[reference]
        ((first, minor), *_) = sorted(sale.votes.items())
        other = next(name for name in STAFF if name != first)
        self.staff_say(reference, other, min(minor, sale.left), again, goes_on)

    def staff_say(self, reference: str, by: str, minor: int, again: int, goes_on: bool) -> None:
        sale, claim, member = self.sales[reference], self.claim_of(reference), self.members[by]
        words = {"claim_id": claim.pk, "staff": member, "refund": eur(minor), "reason": "The line of time"}
        self.attempt(claims.decide, **words, again=again, goes_on=goes_on, refusals=(*TOO_LATE, BadAmount))
        vote = claim.votes.filter(staff=member).first()
        if vote is None or vote.refund_minor != minor:
            return
        sale.votes[by] = minor
        if sale.left <= TWO_STAFF_ABOVE or sale.wanted.count(minor) > 1:
            assert self.claim_of(reference).outcome == Claim.Outcome.DECIDED
            self.gives_back(sale, minor)
            sale.claim = "closed"

    # --- An act of work that is not as described: contested while it is only held -----------------------------------

    def ordered(self) -> list[str]:
        return [name for name in self.at_hand() if name.startswith("order:")]

    @deed(when=ordered, expert=experts, goes_on=goes_on, data=st.data())
    def contests_what_is_only_held(self, expert: str, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.ordered()))
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

    @deed(when=of_held, how=st.sampled_from(["answer", "free", "take back", "decide"]), share=st.integers(1, 100), again=times,
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

    def unseen(self) -> list[tuple[str, str]]:
        return [pair for pair in product(CALLERS, EXPERTS) if pair not in self.seen]

    @deed(when=unseen, data=st.data())
    def two_are_seen_on_one_device(self, data) -> None:
        """And remain so: staff look at whatever the one pays the other."""
        who, expert = data.draw(st.sampled_from(self.unseen()))
        self.seen.add((who, expert))
        for name in (who, expert):
            safety.saw(member=self.members[name], device=f"the device of {who}", now=self.time)

    def to_be_looked_at(self) -> list[Review]:
        return list(Review.objects.filter(verdict="open").order_by("pk"))

    @deed(when=to_be_looked_at, by=staff, verdict=st.sampled_from(["fine", "fraud"]), again=times, goes_on=goes_on,
          data=st.data())  # fmt: skip
    def staff_look_at_an_earning(self, by: str, verdict: str, again: int, goes_on: bool, data) -> None:
        review = data.draw(st.sampled_from(self.to_be_looked_at()))
        words = {"review_id": review.pk, "staff": self.members[by], "verdict": verdict, "note": "Looked"}
        self.attempt(suspicion.decide, **words, again=again, goes_on=goes_on)

    def found_to_be_fraud(self) -> list[Review]:
        found = Review.objects.filter(verdict="fraud").order_by("pk")
        return [review for review in found if suspicion.to_give_back(review)]

    @deed(when=found_to_be_fraud, by=staff, again=times, goes_on=goes_on, data=st.data())
    def staff_give_back_a_fraud(self, by: str, again: int, goes_on: bool, data) -> None:
        review = data.draw(st.sampled_from(self.found_to_be_fraud()))
        words = {"review_id": review.pk, "staff": self.members[by], "reason": "Its owner wrote"}
        refusals = (suspicion.NothingToGiveBack,)
        self.attempt(suspicion.give_back, **words, again=again, goes_on=goes_on, refusals=refusals)
        for part in to_cards.purchase_of(Earning.objects.get(reference=review.reference)):
            sale = self.sales[part.reference]
            if sale.left and not part.price:
                self.gives_back(sale, sale.left)

    def open_advances(self) -> list[Advance]:
        return list(Advance.objects.filter(left_minor__gt=0, let_go_at=None).order_by("pk"))

    @deed(when=open_advances, by=staff, again=times, goes_on=goes_on, data=st.data())
    def staff_let_go_what_an_expert_owes(self, by: str, again: int, goes_on: bool, data) -> None:
        found = data.draw(st.sampled_from(self.open_advances()))
        number = list(Advance.objects.order_by("pk").values_list("pk", flat=True)).index(found.pk)
        words = {"advance_id": found.pk, "staff": self.members[by], "reason": "No part in it"}
        self.attempt(wallet.let_advance_go, **words, again=again, goes_on=goes_on)
        self.advances[number].is_let_go = Advance.objects.get(pk=found.pk).let_go_at is not None

    def frozen(self) -> list[str]:
        return [name for name in EXPERTS if safety.frozen(member=self.members[name], now=self.time)]

    @deed(when=frozen, by=staff, goes_on=goes_on, data=st.data())
    def staff_lift_a_freeze(self, by: str, goes_on: bool, data) -> None:
        member = self.members[self.one_of(data, self.frozen(), EXPERTS)]
        words = {"member": member, "staff": self.members[by], "reason": "Looked"}
        self.attempt(safety.lift, **words, goes_on=goes_on)
        still = Freeze.objects.filter(member=member, ends_at=None).exists()
        assert not still or not goes_on
