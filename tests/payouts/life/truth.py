"""The model beside the real thing, and what must hold after every step.

It knows what people did and in which state things are; what everybody must have then it adds up by itself: no ledger, no
lots, no holds.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, Sum
from hypothesis.stateful import invariant, precondition

from payouts import verify
from payouts.claims.models import Claim, HeldCharge
from payouts.commission import Split, split
from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Entry
from payouts.refunds.models import Refund
from payouts.safety.models import Review
from payouts.sandbox.models import SandboxObject
from payouts.stripe.installation import tag
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance, Hold, LotUse, TopUp
from payouts.withdrawals.models import Withdrawal
from tests.payouts.life.people import TWO_STAFF_ABOVE, People
from tests.payouts.purse import eur

# What we make at Stripe, and the name of our number in its metadata.
NUMBERED = {"charge": "topup", "refund": "refund", "transfer": "withdrawal", "payout": "withdrawal"}


@dataclass(slots=True)
class Sale:
    """What was captured, or a part of it."""

    payer: str
    expert: str
    price: int
    release_at: datetime
    percent: int = 30
    given: int = 0
    is_released: bool = False
    is_stored: bool = False
    reviewed: str = ""  # open, fine, fraud
    claim: str = ""  # asked, answered, closed
    claim_until: datetime | None = None
    votes: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return self.price - self.given

    @property
    def wanted(self) -> list[int]:
        """By each of the staff who voted. A part that was moved to another sale can no longer go back from this one."""
        return [min(said, self.left) for said in self.votes.values()]

    @property
    def shares(self) -> Split:
        return split(self.left, self.percent)

    @property
    def may_be_released(self) -> bool:
        waits = self.is_stored or self.reviewed in ("open", "fraud") or self.claim in ("asked", "answered")
        return not (self.is_released or waits)


@dataclass(slots=True)
class Owed:
    """What a payer got back that an expert has still to pay."""

    payer: str
    expert: str
    left: int
    is_let_go: bool = False


class Truth(People):
    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, tuple[str, int]] = {}  # reference -> who, how much
        self.contested: set[str] = set()
        self.seen: set[tuple[str, str]] = set()  # on one device
        self.sales: dict[str, Sale] = {}
        self.spent: defaultdict[str, int] = defaultdict(int)
        self.back: defaultdict[str, int] = defaultdict(int)
        self.granted: defaultdict[str, int] = defaultdict(int)
        self.owed: defaultdict[str, int] = defaultdict(int)  # by an expert, as of the last look
        self.advances: list[Owed] = []  # the oldest first
        for earning in Earning.objects.select_related("expert", "payer"):  # of before this life
            payer, expert, price = earning.payer.name, earning.expert.name, earning.price_minor
            is_released = earning.released_at is not None
            self.sales[earning.reference] = Sale(payer, expert, price, earning.release_at, is_released=is_released)
            self.spent[payer] += price
        for hold in Hold.objects.filter(is_open=True).select_related("member"):
            self.held[hold.reference] = (hold.member.name, hold.amount_minor)

    def at_hand(self) -> list[str]:
        """What is held and nobody contests."""
        return sorted(self.held.keys() - self.contested)

    def sells(self, reference: str, who: str, expert: str, price: int, percent: int = 30) -> Sale:
        release_at = Earning.objects.get(reference=reference).release_at
        self.sales[reference] = Sale(who, expert, price, release_at, percent)
        return self.sales[reference]

    def gives_back(self, sale: Sale, minor: int) -> None:
        sale.given += minor
        self.back[sale.payer] += minor

    def gives_back_by_choice(self, sale: Sale, minor: int) -> None:
        before = self.debt(sale.expert)
        self.gives_back(sale, minor)
        if more := self.debt(sale.expert) - before:
            self.advances.append(Owed(sale.payer, sale.expert, more))
            self.owed[sale.expert] += more

    def debt(self, expert: str) -> int:
        """As far as the expert took out more than they have earned."""
        out = Withdrawal.objects.filter(expert=self.members[expert]).exclude(state=Withdrawal.State.FAILED)
        withdrawn = out.aggregate(minor=Sum("amount_minor"))["minor"] or 0
        sales = [sale for sale in self.sales.values() if sale.expert == expert and sale.is_released]
        return max(0, withdrawn - sum(sale.shares.earning_minor for sale in sales))

    def debts_are_paid(self, by: str = "") -> None:
        """What `by` spent pays what they themselves got back before anything else."""
        for expert, owed in self.owed.items():
            now = self.debt(expert)
            paid = owed - now
            for each in sorted(self.advances, key=lambda each: each.payer != by):
                if each.expert == expert and paid > 0:
                    part = min(paid, each.left)
                    each.left -= part
                    paid -= part
            self.owed[expert] = now

    # --- What happened by itself ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Deadlines of claims and releases: only those whose time has come; what staff are to look at.

        Both may have come since the last look, in this order: a CHECK keeps an earning that waits from being released.
        """
        for held in HeldCharge.objects.exclude(settled_at=None).select_related("claim", "expert"):
            if held.reference in self.held:
                self._settled(held)
        for reference, verdict in Review.objects.values_list("reference", "verdict"):
            self.sales[reference].reviewed = verdict
        for claim in Claim.objects.filter(state=Claim.State.CLOSED).exclude(earning=None).select_related("earning"):
            sale = self.sales[claim.earning.reference]
            if sale.claim in ("asked", "answered"):
                self._closed_by_itself(sale, claim.outcome)
        self.debts_are_paid()  # with a withdrawal that came back
        released = Earning.objects.exclude(released_at=None).order_by("release_at", "pk")
        for reference in released.values_list("reference", flat=True):
            sale = self.sales[reference]
            if not sale.is_released:
                assert sale.may_be_released
                assert sale.release_at <= self.time
                sale.is_released = True
                self.debts_are_paid(by=sale.payer)

    def _settled(self, held: HeldCharge) -> None:
        """What was contested before it was captured: what was not freed of it is captured, by the rules of its end."""
        who, total = self.held.pop(held.reference)
        price, outcome = total - held.freed_minor, held.claim.outcome
        assert held.freed_minor == {
            Claim.Outcome.SILENCE: total,
            Claim.Outcome.TAKEN_BACK: 0,
            Claim.Outcome.LATE: split(total, 30).commission_minor,
        }.get(outcome, held.freed_minor)
        self.spent[who] += price
        if price:
            sale = self.sells(held.reference, who, held.expert.name, price, 0 if outcome == Claim.Outcome.LATE else 30)
            sale.claim, sale.claim_until = held.claim.state, held.claim.deadline_at
            sale.votes = {vote.staff.name: vote.refund_minor for vote in held.claim.votes.select_related("staff")}

    def _closed_by_itself(self, sale: Sale, outcome: str) -> None:
        assert sale.claim_until
        assert sale.claim_until <= self.time
        agreed = self._agreed(sale) if sale.claim == "answered" else None
        late = Claim.Outcome.LATE if agreed is None else Claim.Outcome.DECIDED
        assert outcome == {"asked": Claim.Outcome.SILENCE, "answered": late}[sale.claim]
        if outcome == Claim.Outcome.SILENCE:
            self.gives_back(sale, sale.left)
        elif agreed is not None:
            self.gives_back(sale, agreed)
        else:
            self.gives_back(sale, sale.shares.commission_minor)
            sale.percent = 0
        sale.claim = "closed"

    def _agreed(self, sale: Sale) -> int | None:
        """What staff want by now, less what the expert gave back meanwhile and no more than is left: one of them where so little
        is left, else two."""
        said = sale.wanted
        if len(said) == 1 and sale.left <= TWO_STAFF_ABOVE:
            return said[0]
        return next((minor for minor in said if said.count(minor) > 1), None)

    # --- What Stripe has --------------------------------------------------------------------------------------------

    def look_at_stripe(self) -> None:
        """Its objects of each kind, by the number that we wrote into them."""
        self.stripes: dict[str, defaultdict[int, list[dict]]] = {kind: defaultdict(list) for kind in NUMBERED}
        own = tag()
        for kind, each in SandboxObject.objects.filter(kind__in=NUMBERED).values_list("kind", "data"):
            number = each["metadata"].get(NUMBERED[kind])
            if number and each["metadata"]["installation"] == own and each.get("paid", True):
                self.stripes[kind][int(number)].append(each)

    # --- After every step -------------------------------------------------------------------------------------------

    @invariant()
    @precondition(lambda self: hasattr(self, "members"))
    def everybody_has_what_the_model_says(self) -> None:
        self.look()
        self.look_at_stripe()
        paid_in: Counter[int] = Counter()
        for row in TopUp.objects.filter(state=TopUp.State.PAID):
            (charge,) = self.stripes["charge"][row.pk]
            paid_in[row.member_id] += charge["amount"]
        refunded = _sums(Refund.objects.exclude(state=Refund.State.FAILED), "member_id", "taken_minor")
        taken = _sums(Dispute.objects.all(), "member_id", "taken_minor")
        expired = _sums(LotUse.objects.filter(reference__startswith="promo:"), "member_id", "amount_minor")
        withdrawn = _sums(Withdrawal.objects.exclude(state=Withdrawal.State.FAILED), "expert_id", "amount_minor")
        held = Counter()
        for who, minor in self.held.values():
            held[who] += minor
        for name, member in self.members.items():
            own = member.pk
            has = wallet.credit(member=member).minor + wallet.held(member=member).minor
            came = paid_in[own] + self.granted[name] + self.back[name]
            assert has == came - expired[own] - refunded[own] - taken[own] - self.spent[name]
            assert wallet.held(member=member).minor == held[name]
            sales = [sale for sale in self.sales.values() if sale.expert == name]
            pending = sum(sale.shares.earning_minor for sale in sales if not sale.is_released)
            released = sum(sale.shares.earning_minor for sale in sales if sale.is_released)
            assert earnings.owed(expert=member).minor == self.debt(name)
            unpaid = Advance.objects.filter(payer=member, let_go_at=None)
            rests = unpaid.aggregate(minor=Sum("left_minor"))["minor"] or 0
            assert rests == sum(each.left for each in self.advances if each.payer == name and not each.is_let_go)
            summary = earnings.summary(expert=member)
            assert summary.pending == eur(pending)
            assert (summary.available - earnings.owed(expert=member)).minor == released - withdrawn[own]
        kept = sum(sale.shares.commission_minor for sale in self.sales.values())
        assert ledger.balance(accounts.commission(), "EUR").minor == kept

    @invariant()
    @precondition(lambda self: hasattr(self, "members"))
    def the_books_are_clean(self) -> None:
        assert verify.faults() == []

    @invariant()
    @precondition(lambda self: hasattr(self, "members"))
    def nothing_is_done_twice_at_stripe(self) -> None:
        """And nothing is in the books that Stripe has not done."""
        self.look_at_stripe()
        transfers = self.stripes["transfer"]
        done = {
            "topup:%s:paid": self.stripes["charge"],
            "refund:%s:paid": self.stripes["refund"],
            "withdrawal:%s:transfer": transfers,
            "withdrawal:%s:reversed": {
                n: made for n, made in transfers.items() if any(each["reversed"] for each in made)
            },
        }
        made = {kind % number: each for kind, of in done.items() for number, each in of.items() if each}
        made |= {f"payout of {number}": each for number, each in self.stripes["payout"].items()}
        assert {key: len(each) for key, each in made.items() if len(each) > 1} == {}
        for key, minor in self.posted().items():
            assert made[key][0]["amount"] == minor

    def posted(self) -> dict[str, int]:
        """The entries that say that Stripe moved something, with their sums."""
        kinds = ("top_up", "refund_paid", "withdrawal_transfer", "withdrawal_reversed")
        own = Entry.objects.filter(kind__in=kinds).exclude(reference__in=self.made_at_the_dashboard())
        moved = Sum("postings__amount_minor", filter=~Q(postings__debit__kind="withdrawal"))
        return dict(own.annotate(minor=moved).values_list("key", "minor"))

    def made_at_the_dashboard(self) -> list[str]:
        return [row.reference for row in Refund.objects.filter(origin=Refund.Origin.DASHBOARD)]


def _sums(rows, by: str, what: str) -> Counter:
    return Counter(dict(rows.order_by().values_list(by).annotate(sum=Sum(what))))
