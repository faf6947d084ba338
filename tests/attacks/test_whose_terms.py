"""A page of somebody's own making names its own price, currency, people and commission: they are the server's."""

import pytest
from asgiref.sync import sync_to_async
from django.db.models import Q
from django.utils import timezone

from calls.metering import agreements, consent, offers
from calls.metering import services as metering
from calls.metering.errors import OfferRefused
from calls.metering.models import Offer, PaidPeriod
from calls.rooms import services as rooms
from calls.signalling import messages, paying
from marketplace.listings import services as listings
from payouts.earnings.models import Earning, Tip
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox.models import SandboxObject
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.calls.metering.world import Story, give_credit
from tests.calls.signalling.wires import live_pair
from tests.payouts.purse import connect_bank, eur, make_available, purse

TOKEN = "a-token-of-the-form-1"


@pytest.mark.django_db(transaction=True)
class SocketTests:
    """The expert's page asks for an offer without commission, the payer's accepts for somebody else."""

    @pytest.fixture(autouse=True)
    def times(self, settings):
        settings.ACCEPT_INERT_S = 0

    OWN = {
        "commission_percent": 0,
        "currency": "XOF",
        "price_minor": 1,
        "payer": 1,
        "expert": 1,
        "free_ms": 10**9,
        "now": "2020-01-01",
    }

    async def test_a_message_with_terms_of_its_own_is_refused(self, alice, bob, now):
        await sync_to_async(give_credit)(alice, 1_840)
        hers, his, _ = await live_pair(alice, bob, now)
        listing = (await sync_to_async(cast.rate_of)(bob)).pk
        for name, value in self.OWN.items():
            await his.say("offer.send", listing=listing, **{name: value})
            assert (await his.error())[0] in ("bad_field", "offer.rate_out_of_range"), name
        await his.say("offer.send", listing=listing)
        offer = (await hers.state(lambda state: state["offer"]))["offer"]
        for name, value in self.OWN.items():
            await hers.say("offer.accept", offer=offer["id"], cap_minor=1_000, **{name: value})
            assert (await hers.error())[0] == "bad_field", name
        kept = await sync_to_async(Offer.objects.values("commission_percent", "currency", "rate_minor").get)()
        assert kept == {"commission_percent": 30, "currency": "EUR", "rate_minor": 200}
        assert not await sync_to_async(PaidPeriod.objects.exists)()

    async def test_a_server_that_keeps_what_it_gets_sells_without_commission(self, alice, bob, now, monkeypatch):
        """The broken twin."""
        plain = paying._send_offer

        def keep_it(*, commission_percent: int, **terms) -> None:
            plain(**terms)
            Offer.objects.update(commission_percent=commission_percent)

        monkeypatch.setattr(messages, "check_fields", lambda _fields, _expected: None)
        monkeypatch.setattr(paying, "_send_offer", keep_it)
        hers, his, _ = await live_pair(alice, bob, now)
        listing = (await sync_to_async(cast.rate_of)(bob)).pk
        await his.say("offer.send", listing=listing, commission_percent=0)
        await hers.state(lambda state: state["offer"])
        assert (await sync_to_async(Offer.objects.get)()).commission_percent == 0


class RateTests:
    """The expert's page asks for more than the listing says."""

    def ask(self, story: Story) -> Offer:
        return story.offer_rate(1_000)

    def test_never_above_the_listing(self, db):
        with pytest.raises(OfferRefused):
            self.ask(Story())

    def test_where_nobody_compares_it_is_five_times_as_much(self, db, monkeypatch):
        """The broken twin."""
        asked = lambda _listing, *, rate_minor, price_minor: (rate_minor, price_minor, None)  # noqa: E731
        monkeypatch.setattr(offers.prices, "checked", asked)
        assert self.ask(Story()).rate_minor == 1_000


@pytest.mark.django_db
class RaisedMeanwhileTests:
    """Bob raises his rate between the card that alice reads and her ring: she would pay what she was never shown."""

    @pytest.fixture(autouse=True)
    def times(self, settings):
        settings.ACCEPT_INERT_S = 0

    def agree(self, alice, bob, now) -> Offer:
        give_credit(alice, 1_840)
        cast.online(bob)
        terms = metering.card(caller=alice, expert=bob, now=now)["terms"]
        listings.set_rate(profile=bob.profile, rate_minor=900)
        agreed = rooms.Agreement(terms=terms, cap_minor=1_840)
        rooms.ring(caller=alice, expert=bob, line="", now=now, agreed=agreed)
        return Offer.objects.get()

    def test_it_does_not_ring(self, alice, bob, now):
        with pytest.raises(rooms.CannotRing, match="^terms_changed$"):
            self.agree(alice, bob, now)

    def test_where_nobody_looks_at_what_was_shown_it_is_more_than_four_times_as_much(
        self, alice, bob, now, monkeypatch
    ):
        """The broken twin."""
        monkeypatch.setattr(agreements, "_digest", lambda _card: "0" * 64)
        assert self.agree(alice, bob, now).rate_minor == 900


class PayerTests:
    """Eve presses *Accept* on Alice's card: the call would be paid by Alice."""

    def accept_for_her(self, eve) -> Story:
        story = Story()
        story.offer_rate()
        give_credit(eve, 1_840)
        metering.accept(offer_id=story.offer.pk, payer=eve, cap_minor=1_000, now=story.now)
        return story

    def test_it_is_not_hers_to_accept(self, db, eve):
        with pytest.raises(OfferRefused):
            self.accept_for_her(eve)

    def test_where_anybody_may_it_is_held_from_alice(self, db, eve, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(consent, "Q", lambda **_mine: Q())
        assert self.accept_for_her(eve).balances()["held"] == 1_000


class EveryCurrency(str):
    """A platform's currency that any other one is taken for."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


@pytest.mark.django_db
class CurrencyTests:
    """20.00 euros are asked for in a currency that is worth a hundredth."""

    def francs(self, alice, bob, now) -> list:
        sum_, once = Money(2_000, "XOF"), {"key": TOKEN, "now": now}
        return [
            lambda: wallet.start_top_up(member=alice, amount=sum_, return_path="/wallet/", now=now),
            lambda: wallet.set_monthly_limit(member=alice, limit=sum_, now=now),
            lambda: refunds.request(member=alice, amount=sum_, **once),
            lambda: withdrawals.request(expert=bob, amount=sum_, **once),
            lambda: wallet.grant(staff=cast.sam(), member=alice, amount=sum_, reason="So.", expires_at=None, **once),
        ]

    def test_no_service_takes_it(self, alice, bob, now):
        for ask in self.francs(alice, bob, now):
            with pytest.raises(BadAmount):
                ask()

    def test_without_the_look_at_the_currency_a_euro_is_paid_for_with_a_franc(self, alice, bob, now, settings):
        """The broken twin."""
        settings.CURRENCY = EveryCurrency("EUR")
        self.francs(alice, bob, now)[0]()
        assert TopUp.objects.get().currency == "XOF"


@pytest.mark.django_db
class PageTests:
    """Fields that our pages never send, with every form that moves money."""

    OWN = {
        "currency": "XOF",
        "price": "0.01",
        "price_minor": "1",
        "commission": "0",
        "commission_percent": "0",
        "minor": "1",
        "fee": "0",
        "key": "mine",
        "account": "acct_mine",
        "stripe_account": "acct_mine",
    }

    @pytest.fixture
    def own(self, eve) -> dict:
        """Her numbers in the place of theirs."""
        people = ("member", "user", "payer", "expert", "owner", "to")
        return self.OWN | dict.fromkeys(people, str(eve.pk))

    def test_a_top_up_is_ours_in_our_currency(self, alice, signed_in, own):
        signed_in(alice).post("/wallet/top-up/", {**own, "amount": "20"})
        row = TopUp.objects.get()
        assert (row.member, row.amount_minor, row.currency) == (alice, 2_000, "EUR")
        asked = SandboxObject.objects.get(kind="checkout.session").data
        assert (asked["amount_total"], asked["currency"]) == (2_000, "eur")

    def test_a_refund_goes_to_her_who_asks(self, alice, eve, now, proven, own):
        for member in (alice, eve):
            give_credit(member, 2_000, now)
        proven(alice).post("/wallet/refund/", {**own, "amount": "20", "token": TOKEN})
        assert [(row.member, row.amount) for row in Refund.objects.all()] == [(alice, eur(2_000))]
        assert purse(eve)["credit"] == "20.00"

    def test_a_withdrawal_goes_to_the_bank_that_is_known(self, alice, bob, now, proven, own):
        make_available(bob, 5_000, now, payer=alice)
        connect_bank(bob)
        proven(bob).post("/earnings/withdraw/", {**own, "amount": "20", "token": TOKEN})
        row = Withdrawal.objects.get()
        assert (row.expert, row.amount, row.stripe_account) == (bob, eur(2_000), f"acct_{bob.pk}")

    def test_a_tip_goes_whole_from_who_paid_to_who_was_paid(self, alice, bob, eve, signed_in, own, monkeypatch):
        give_credit(eve, 2_000)
        story = Story().go_paid().after(120)
        story.back_to_free()
        story.hang_up()
        monkeypatch.setattr(timezone, "now", lambda: story.now)
        signed_in(alice).post(f"/calls/{story.call.pk}/tip/", {**own, "amount": "5", "token": TOKEN})
        tip, earning = Tip.objects.get(), Earning.objects.get(reference__startswith="tip")
        assert (tip.payer, tip.amount, earning.expert, earning.commission_minor) == (alice, eur(500), bob, 0)
        assert purse(eve)["credit"] == "20.00"
        assert ledger.balance(accounts.commission(), "EUR") == eur(story.period.commission_minor)

    def test_a_page_that_takes_the_members_number_from_the_form_sends_anothers_money(
        self, alice, eve, now, proven, own, monkeypatch
    ):
        """The broken twin."""
        for member in (alice, eve):
            give_credit(member, 2_000, now)
        plain = refunds.request
        monkeypatch.setattr(refunds, "request", lambda *, member, **wish: plain(member=eve, **wish))
        proven(alice).post("/wallet/refund/", {**own, "amount": "20", "token": TOKEN})
        assert purse(eve)["credit"] == "0.00"
