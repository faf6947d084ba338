"""Credit is spent: held, its cap raised, captured or freed; kept for later, used, given back; tips."""

from datetime import datetime

from hypothesis import strategies as st

from payouts.cards import services as cards
from payouts.earnings import services as earnings
from payouts.earnings.models import EarningMove, Tip
from payouts.ledger import services as ledger
from payouts.money import BadAmount
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import CALLERS, amounts, callers, experts, goes_on, times
from tests.payouts.life.truth import Truth
from tests.payouts.purse import capture, eur

KEPT_DAYS = 30
NO_CREDIT = (wallet.InsufficientCredit, wallet.PaymentsBlocked, wallet.AboveMonthlyLimit)
kinds = st.sampled_from(["period", "period", "order"])  # a paid period or an act of time; an act of work


class Spending(Truth):
    @deed(who=callers, kind=kinds, minor=amounts, again=times, goes_on=goes_on)
    def accepts_an_offer(self, who: str, kind: str, minor: int, again: int, goes_on: bool) -> None:
        self.sets_aside(f"{kind}:{self.number()}", who, minor, again, goes_on)

    @deed(when=Truth.at_hand, minor=amounts, again=times, goes_on=goes_on, data=st.data())
    def raises_a_cap(self, minor: int, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.at_hand()))
        self.sets_aside(reference, self.held[reference][0], minor, again, goes_on)

    def rich(self) -> list[str]:
        return [name for name in CALLERS if wallet.credit(member=self.members[name]).minor > 1_000]

    @deed(when=rich, left=st.integers(0, 400), again=times, goes_on=goes_on, data=st.data())
    def sets_nearly_all_aside(self, left: int, again: int, goes_on: bool, data) -> None:
        """So that it is filled up by itself."""
        who = data.draw(st.sampled_from(self.rich()))
        minor = wallet.credit(member=self.members[who]).minor - left
        self.sets_aside(f"period:{self.number()}", who, minor, again, goes_on)

    def sets_aside(self, reference: str, who: str, minor: int, again: int, goes_on: bool) -> None:
        key, payer = f"{reference}:hold:{self.number()}", self.members[who]

        def hold(*, now: datetime) -> None:
            wallet.hold(payer=payer, amount=eur(minor), key=key, reference=reference, now=now)
            cards.after_spending(member=payer, cause=reference, now=now)

        before = wallet.credit(member=payer).minor
        outcome = self.attempt(hold, again=again, goes_on=goes_on, refusals=NO_CREDIT)
        if isinstance(outcome.refused, wallet.InsufficientCredit):
            assert minor > before
        if Hold.objects.filter(key=key).exists():
            self.held[reference] = (who, self.held.get(reference, (who, 0))[1] + minor)

    @deed(
        when=Truth.at_hand,
        expert=experts,
        share=st.integers(0, 105),
        again=times,
        goes_on=goes_on,
        data=st.data(),
    )
    def what_was_held_is_settled(self, expert: str, share: int, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.at_hand()))
        self.settles(reference, expert, self.held[reference][1] * share // 100, again, goes_on)

    def settles(self, reference: str, expert: str, price: int, again: int, goes_on: bool) -> None:
        who, total = self.held[reference]
        payer = self.members[who]
        sold = {"payer": payer, "expert": self.members[expert], "price": price, "reference": reference}
        self.attempt(capture, **sold, again=again, goes_on=goes_on, refusals=(wallet.PriceAboveHold,))
        if Hold.objects.filter(reference=reference, is_open=True).exists():
            return
        assert price <= total
        del self.held[reference]
        self.spent[who] += price
        if price:
            self.sells(reference, who, expert, price)

    @deed(who=callers, expert=experts, minor=st.integers(200, 2_000), goes_on=goes_on)
    def pays_for_a_call(self, who: str, expert: str, minor: int, goes_on: bool) -> None:
        reference = f"period:{self.number()}"
        self.sets_aside(reference, who, minor, 1, goes_on)
        if reference in self.held:
            self.settles(reference, expert, minor, 1, goes_on)

    @deed(when=Truth.at_hand, again=times, goes_on=goes_on, data=st.data())
    def what_was_held_is_freed(self, again: int, goes_on: bool, data) -> None:
        reference = data.draw(st.sampled_from(self.at_hand()))
        payer = self.members[self.held[reference][0]]
        words = {"payer": payer, "reference": reference, "key": f"{reference}:free"}
        self.attempt(wallet.free, **words, again=again, goes_on=goes_on)
        if not Hold.objects.filter(reference=reference, is_open=True).exists():
            del self.held[reference]

    @deed(who=callers, expert=experts, minor=st.integers(90, 700), again=times, goes_on=goes_on)
    def sends_a_tip(self, who: str, expert: str, minor: int, again: int, goes_on: bool) -> None:
        key, payer = f"tip-{self.number()}", self.members[who]
        words = {"about": f"call:{self.serial}", "group": "listing:5", "label": "Tip", "link": "/calls/1/", "key": key}
        words |= {"payer": payer, "expert": self.members[expert], "amount": eur(minor)}
        refusals = (*NO_CREDIT, BadAmount, earnings.TipLimit)
        self.attempt(earnings.tip, **words, again=again, goes_on=goes_on, refusals=refusals)
        if sent := Tip.objects.filter(key=key).first():
            self.spent[who] += minor
            self.sells(sent.reference, who, expert, minor, percent=0)

    # --- Acts of time: what is unused is kept, used later, or goes back ---------------------------------------------

    def pending(self, *, stored: bool) -> list[str]:
        known = self.sales.items()
        ours = [name for name, sale in known if sale.left and not sale.is_released and sale.is_stored == stored]
        return sorted(name for name in ours if not name.startswith("tip:"))

    @deed(
        when=lambda self: self.pending(stored=False),
        share=st.integers(1, 110),
        again=times,
        goes_on=goes_on,
        data=st.data(),
    )
    def a_part_is_kept_for_later(self, share: int, again: int, goes_on: bool, data) -> None:
        source = data.draw(st.sampled_from(self.pending(stored=False)))
        self.moves(source, f"stored:{source}", share, again, goes_on, keep_days=KEPT_DAYS)

    @deed(
        when=lambda self: self.pending(stored=True),
        share=st.integers(1, 110),
        again=times,
        goes_on=goes_on,
        data=st.data(),
    )
    def what_was_kept_is_used(self, share: int, again: int, goes_on: bool, data) -> None:
        source = data.draw(st.sampled_from(self.pending(stored=True)))
        self.moves(source, f"period:{self.number()}", share, again, goes_on)

    def moves(self, source: str, to: str, share: int, again: int, goes_on: bool, **keep: int) -> None:
        sold, key = self.sales[source], f"part:{self.number()}"
        minor = max(1, sold.left * share // 100)
        words = {"label": "Half an hour", "link": "/calls/1/", "key": key, "release_from": self.time, **keep}
        refusals = (BadAmount, earnings.AlreadyReleased)
        part = {"reference": source, "to": to, "amount": eur(minor)}
        self.attempt(earnings.move_part, **part, **words, again=again, goes_on=goes_on, refusals=refusals)
        if not EarningMove.objects.filter(key=key).exists():
            return
        assert minor <= sold.left
        sold.price -= minor
        if to in self.sales:
            self.sales[to].price += minor
        else:
            self.sells(to, sold.payer, sold.expert, minor, sold.percent)
            self.sales[to].is_stored = bool(keep)

    @deed(when=lambda self: self.pending(stored=True), again=times, goes_on=goes_on, data=st.data())
    def what_was_kept_goes_back(self, again: int, goes_on: bool, data) -> None:
        source = data.draw(st.sampled_from(self.pending(stored=True)))
        sold, key = self.sales[source], f"{source}:returned:{self.number()}"
        self.goes(max(0, (sold.release_at - self.time).total_seconds()))
        words = {"reference": source, "amount": eur(sold.left), "key": key}
        self.attempt(earnings.give_back, **words, again=again, goes_on=goes_on)
        if ledger.posted(key=key):
            self.gives_back(sold, sold.left)
