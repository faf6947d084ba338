"""Alice and bob in a live call, with credit: what most stories about metering begin with.

`Story` holds the clock in its hand: `after(seconds)` moves it, `sweep()` meets the deadlines, and each button is a
method. Both sides hear each other from the acceptance on unless a test says otherwise.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from calls.metering import services as metering
from calls.metering.models import Offer, PaidPeriod, StoredTime
from calls.metering.moments import to_ms
from calls.rooms.models import Call, Room
from marketplace.accounts.models import User
from payouts.earnings.verify import verify as verify_earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.verify import verify as verify_ledger
from payouts.money import Money
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, TopUp
from payouts.wallet.verify import verify as verify_wallet
from tests import cast

SERVER, OTHER_SERVER = UUID(int=101), UUID(int=102)


def give_credit(user: User, minor: int, now: datetime = cast.NOW) -> None:
    """As a paid top-up leaves it: the entry and its lot."""
    top_up = TopUp.objects.create(
        member=user, amount_minor=minor, currency="EUR", state=TopUp.State.PAID, made_at=now, paid_at=now
    )
    CreditLot.objects.create(member=user, top_up=top_up, amount_minor=minor, remaining_minor=minor, currency="EUR")
    line = ledger.Line(accounts.stripe_pending(), accounts.caller_credit(user.pk), Money(minor, "EUR"))
    reference = f"topup:{top_up.pk}"
    ledger.post(key=f"{reference}:paid", kind="top_up", lines=[line], reference=reference, now=now)


def live_call(caller: User, expert: User, now: datetime = cast.NOW) -> Call:
    room, _ = Room.objects.get_or_create(caller=caller, expert=expert, defaults={"created_at": now})
    return Call.objects.create(
        room=room,
        caller=caller,
        expert=expert,
        state=Call.State.LIVE,
        rang_at=now,
        ring_until=now + timedelta(seconds=45),
        answered_at=now,
        started_at=now,
    )


def balances(payer: User, expert: User) -> dict[str, int]:
    """Cents, by account."""
    refs = {
        "credit": accounts.caller_credit(payer.pk),
        "held": accounts.caller_hold(payer.pk),
        "earned": accounts.expert_pending(expert.pk),
        "commission": accounts.commission(),
    }
    return {name: ledger.balance(ref, "EUR").minor for name, ref in refs.items()}


class Story:
    def __init__(self, *, credit: int = 1_840, caller: User | None = None, expert: User | None = None) -> None:
        self.alice, self.bob = caller or cast.alice(), expert or cast.bob()
        self.now = cast.NOW
        if credit:
            give_credit(self.alice, credit)
        self.call = live_call(self.alice, self.bob)
        self.offer: Offer | None = None
        self.period_id = 0

    # --- the clock ---

    def limit(self, minor: int) -> None:
        """The payer's monthly limit."""
        wallet.set_monthly_limit(member=self.alice, limit=Money(minor, "EUR"), now=self.now)

    def after(self, seconds: float) -> "Story":
        self.now += timedelta(seconds=seconds)
        return self

    def ago(self, seconds: float) -> datetime:
        return self.now - timedelta(seconds=seconds)

    def ms(self, seconds: float = 0) -> int:
        """The moment `seconds` from now, as browsers are told it."""
        return to_ms(self.now + timedelta(seconds=seconds))

    def sweep(self) -> int:
        return metering.sweep(now=self.now)

    # --- from Go paid to Accept ---

    def offer_rate(self, rate: int | None = None, *, estimate: tuple[int, int] | None = None) -> Offer:
        return self._offer(cast.rate_of(self.bob).pk, rate_minor=rate, estimate=estimate)

    def offer_act(self) -> Offer:
        return self._offer(cast.act_of(self.bob).pk)

    def _offer(self, listing_id: int, **terms) -> Offer:
        self.offer = metering.send_offer(call=self.call, expert=self.bob, listing_id=listing_id, now=self.now, **terms)
        self.after(2)
        return self.offer

    def offer_stored(self, member: User | None = None) -> Offer:
        """What is left of the act sold last; bob asks unless told otherwise."""
        left = StoredTime.objects.filter(price_minor__gt=0).latest("pk")
        self.offer = metering.offer_stored(call=self.call, member=member or self.bob, stored_id=left.pk, now=self.now)
        self.after(2)
        return self.offer

    def go_stored(self) -> "Story":
        self.offer_stored()
        self.accept(0)
        return self.count_down()

    def accept(self, cap: int) -> PaidPeriod:
        """Accept, both sides heard from the same moment on."""
        period = metering.accept_offer(offer_id=self.offer.pk, payer=self.alice, cap_minor=cap, now=self.now)
        self.period_id = period.pk
        self.hear()
        return period

    def go_paid(self, cap: int = 1_840) -> "Story":
        """Per minute, up to the last second of the countdown: the next second is billed."""
        self.offer_rate()
        self.accept(cap)
        return self.count_down()

    def go_act(self) -> "Story":
        self.offer_act()
        self.accept(2_500)
        return self.count_down()

    def count_down(self) -> "Story":
        self.after(settings.COUNTDOWN_S).sweep()
        return self

    # --- the witnesses ---

    def hear(self, *sides: str, process: UUID = SERVER, since: datetime | None = None) -> None:
        for side in sides or ("payer", "expert"):
            metering.hearing(
                period_id=self.period_id, side=side, process=process, since=since or self.now, now=self.now
            )

    def lose(
        self,
        side: str = "payer",
        *,
        silent_for: float = 5,
        process: UUID | None = None,
        spoken_at: datetime | None = None,
    ) -> None:
        """`side` had its last good report `silent_for` seconds ago."""
        metering.silence(
            period_id=self.period_id,
            side=side,
            last_good_at=self.ago(silent_for),
            now=self.now,
            process=process,
            spoken_at=spoken_at,
        )

    def kill(self, process: UUID = SERVER, *, beat: float) -> None:
        metering.process_died(process=process, beat_at=self.ago(beat), now=self.now)

    def nobody_speaks(self, since: datetime | None = None) -> timedelta:
        return metering.nobody_speaks(period_id=self.period_id, spoken_at=since, now=self.now)

    def spoken(self) -> None:
        metering.spoken(period_id=self.period_id, at=self.now)

    # --- the buttons ---

    def here(self, member: User) -> None:
        metering.here(period_id=self.period_id, member=member, now=self.now)

    def pause(self, member: User) -> None:
        metering.pause(period_id=self.period_id, member=member, now=self.now)

    def resume(self) -> None:
        metering.resume(period_id=self.period_id, payer=self.alice, now=self.now)

    def ready(self) -> None:
        metering.ready(period_id=self.period_id, expert=self.bob, now=self.now)

    def back_to_free(self, member: User | None = None) -> PaidPeriod:
        metering.back_to_free(period_id=self.period_id, member=member or self.alice, now=self.now)
        return self.period

    def cancel_act(self) -> None:
        metering.cancel_act(period_id=self.period_id, member=self.alice, now=self.now)

    def raise_cap(self, to: int) -> None:
        metering.raise_cap(period_id=self.period_id, payer=self.alice, to_minor=to, now=self.now)

    def hang_up(self, reason: str = "hung_up") -> None:
        """As rooms does it: the money first, then the call."""
        metering.end_for_call(call=self.call, now=self.now, reason=reason)
        Call.objects.filter(pk=self.call.pk).update(state=Call.State.ENDED, ended_at=self.now, end_reason=reason)
        self.call.refresh_from_db()

    def call_again(self) -> None:
        self.call = live_call(self.alice, self.bob, self.now)

    # --- what there is ---

    def stored(self) -> tuple[int, int] | None:
        """Cents and milliseconds that are left of the act sold last."""
        act = PaidPeriod.objects.filter(kind="act_of_time").latest("pk")
        return StoredTime.objects.filter(period=act).values_list("price_minor", "length_ms").first()

    @property
    def period(self) -> PaidPeriod:
        return PaidPeriod.objects.get(pk=self.period_id)

    def meter(self, viewer: User | None = None) -> dict:
        return metering.meter_state(self.period, viewer or self.alice, self.now)

    def meter_of_the_call(self, viewer: User | None = None) -> dict:
        return metering.meter_state(metering.latest_period(call=self.call), viewer or self.alice, self.now)

    def card(self, viewer: User | None = None) -> dict | None:
        return metering.offer_state(metering.latest_offer(call=self.call), viewer or self.alice, self.now)

    def balances(self) -> dict[str, int]:
        return balances(self.alice, self.bob)

    def faults(self) -> list[str]:
        """What `verify_ledger` would find."""
        return [*verify_ledger(), *verify_wallet(), *verify_earnings()]
