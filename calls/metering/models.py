from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from calls.rooms.models import Call


class Terms(models.Model):
    """What is asked for a paid period; fixed when the expert sends the offer. Rates and prices are whole minor units."""

    class Kind(models.TextChoices):
        PER_MINUTE = "per_minute"
        ACT_OF_TIME = "act_of_time"
        ACT_OF_WORK = "act_of_work"  # of an offer only: it becomes an order (calls/orders), no paid period
        STORED_TIME = "stored_time"  # what is unused of an act of time that was paid for before

    kind = models.CharField(max_length=12, choices=Kind.choices)
    listing = models.PositiveBigIntegerField()  # id only: a listing may change or go, the terms stay
    label = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    commission_percent = models.PositiveSmallIntegerField()
    rate_minor = models.PositiveIntegerField(null=True)  # per minute
    price_minor = models.PositiveIntegerField(null=True)  # of an act; what was paid before for stored time
    list_minor = models.PositiveIntegerField(null=True)  # the listing's rate or price, where this one is lower
    length_ms = models.PositiveIntegerField(null=True)  # of an act or of stored time
    stored = models.ForeignKey("calls.StoredTime", null=True, on_delete=models.PROTECT, related_name="+")
    free_ms = models.PositiveIntegerField(default=0)  # free time still left to these two when the offer was sent

    class Meta:
        abstract = True


class Offer(Terms):
    """The expert's request, made in the call, to switch to paid. open -> accepted | refused | withdrawn | expired.

    Or the caller agreed to the listed rate before ringing (agreements.py): agreed -> accepted | failed | expired.
    """

    class State(models.TextChoices):
        OPEN = "open"
        AGREED = "agreed"  # while it rings, and until both are there
        ACCEPTED = "accepted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"
        FAILED = "failed"  # agreed to, and when both were there paid time could not begin

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="offers")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offers_received")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offers_made")
    description = models.TextField(blank=True)  # of an act of work
    delivery_days = models.PositiveSmallIntegerField(null=True)  # of an act of work
    by_payer = models.BooleanField(default=False)  # the payer asked: to use stored time, or to call at the listed rate
    agreed_cap_minor = models.PositiveIntegerField(null=True)  # chosen before ringing; of such an offer only
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    estimate_low_minutes = models.PositiveSmallIntegerField(null=True)
    estimate_high_minutes = models.PositiveSmallIntegerField(null=True)
    terms_text = models.TextField()  # exactly what the payer was shown; completed with cap and credit on acceptance
    failed_because = models.TextField(blank=True)  # in words for the payer: the expert is not told of their credit
    sent_at = models.DateTimeField()
    adding_credit_at = models.DateTimeField(null=True)  # the payer pressed *Add credit and accept*
    closed_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)  # when it expires; null once closed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(state__in=["open", "agreed"]), name="offer_one_open_per_call"
            ),
            models.CheckConstraint(condition=~Q(payer=models.F("expert")), name="offer_nobody_pays_themself"),
        ]
        indexes = [models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="offer_deadline")]

    def close(self, state: str, now: datetime) -> None:
        """Nothing more can happen to it. Needs the row's lock."""
        self.state, self.closed_at, self.deadline_at = state, now, None
        self.save(update_fields=["state", "closed_at", "deadline_at", "terms_text", "failed_because"])


class PaidPeriodQuerySet(models.QuerySet["PaidPeriod"]):
    def living(self) -> "PaidPeriodQuerySet":
        """Accepted and not ended: counting down, running, paused or stopped."""
        return self.exclude(state=PaidPeriod.State.ENDED)


class PaidPeriod(Terms):
    """A stretch of a call under one accepted offer.

    countdown -> running <-> paused | stopped -> ended. While it lives, `deadline_at` is the next moment at which something
    must happen without anybody pressing anything (countdown over, cap reached, loss or pause too long, act captured).
    """

    class State(models.TextChoices):
        COUNTDOWN = "countdown"
        RUNNING = "running"
        PAUSED = "paused"
        STOPPED = "stopped"  # loss: one side does not hear the other
        ENDED = "ended"

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="period")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="periods")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="periods_paid")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="periods_earned")
    state = models.CharField(max_length=9, choices=State.choices, default=State.COUNTDOWN)
    cap_minor = models.PositiveIntegerField()  # acts: the price; stored time: 0, nothing more is paid
    accepted_at = models.DateTimeField()
    counts_from = models.DateTimeField()  # the end of the countdown
    deadline_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    # *Still there?* (still_there.py): the last speech that is written down, which is when a witness goes; three that are set
    # while it is asked; when the payer last pressed anything.
    spoken_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    expert_there_at = models.DateTimeField(null=True)
    payer_there_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)  # see metering.services.END_REASONS
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    billable_ms = models.PositiveIntegerField(default=0)  # set once, at the end
    amount_minor = models.PositiveIntegerField(default=0)  # the price paid; set once, at the end
    # Of the price: an act's unused part, which is stored; or what a late witness took back.
    given_back_minor = models.PositiveIntegerField(default=0)
    commission_minor = models.PositiveIntegerField(default=0)  # of what was not given back
    release_at = models.DateTimeField(null=True)  # when the earning is released

    objects = PaidPeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer"], condition=~Q(state="ended"), name="period_one_per_payer"),
            models.UniqueConstraint(fields=["expert"], condition=~Q(state="ended"), name="period_one_per_expert"),
            models.CheckConstraint(condition=~Q(payer=models.F("expert")), name="period_nobody_pays_themself"),
            models.CheckConstraint(
                condition=Q(given_back_minor__lte=models.F("amount_minor")), name="period_gives_back_at_most_its_price"
            ),
        ]
        indexes = [models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="period_deadline")]

    @property
    def over_at(self) -> datetime:
        """`ended_at`, of a period that has ended."""
        if self.ended_at is None:
            raise ValueError(f"paid period {self.pk} still lives")
        return self.ended_at


class StoredTime(models.Model):
    """What is left of an act of time, kept for the same two people until `expires_at`; then it goes back to the payer.

    Its money is the earning `stored:<id>`, which waits.
    """

    period = models.OneToOneField(PaidPeriod, on_delete=models.PROTECT, related_name="stored_time")  # of the act
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="time_stored")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="time_owed")
    currency = models.CharField(max_length=3)
    price_minor = models.PositiveIntegerField(default=0)  # of what is left
    length_ms = models.PositiveIntegerField(default=0)  # that is left
    returned_minor = models.PositiveIntegerField(default=0)  # to the payer, once it had expired
    stored_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # on the money's calendar, as release dates are

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(price_minor__gt=0), name="stored_time_expiry"),
            models.Index(fields=["payer", "expert"], condition=Q(price_minor__gt=0), name="stored_time_of_pair"),
        ]

    @property
    def reference(self) -> str:
        """How the money services know it."""
        return f"stored:{self.pk}"

    @property
    def label(self) -> str:
        return self.period.label


class Hearing(models.Model):
    """One side reports the other's sound arriving, over [started_at, ended_at). Ends at the side's last good report."""

    class Side(models.TextChoices):
        PAYER = "payer"
        EXPERT = "expert"

    period = models.ForeignKey(PaidPeriod, on_delete=models.CASCADE, related_name="hearings")
    side = models.CharField(max_length=6, choices=Side.choices)
    process = models.UUIDField(db_index=True)  # the server process that witnesses it
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "side"], condition=Q(ended_at__isnull=True), name="hearing_one_open_per_side"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="hearing_runs_forward",
            ),
        ]


class Stop(models.Model):
    """The meter stands still over [started_at, ended_at), and why. A loss is a stop too, so that the receipt can say so."""

    class Reason(models.TextChoices):
        COUNTDOWN = "countdown"  # after Resume from a long loss
        PAUSE = "pause"
        LOSS = "loss"
        SERVER = "server"  # a loss because the server process that witnessed it died

    period = models.ForeignKey(PaidPeriod, on_delete=models.CASCADE, related_name="stops")
    reason = models.CharField(max_length=9, choices=Reason.choices)
    side = models.CharField(max_length=6, choices=Hearing.Side.choices, blank=True)  # who paused, or who lost the sound
    ready_at = models.DateTimeField(null=True)  # after a pause by the expert: they pressed Ready
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period"], condition=Q(ended_at__isnull=True), name="stop_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")), name="stop_runs_forward"
            ),
        ]


class CapRaise(models.Model):
    """The payer raised the cap: a further hold. The first hold is the acceptance itself."""

    period = models.ForeignKey(PaidPeriod, on_delete=models.CASCADE, related_name="raises")
    by_minor = models.PositiveIntegerField()
    raised_at = models.DateTimeField()


class FreeTime(models.Model):
    """Free time that these two people have used since their first free second; it starts anew after 24 h."""

    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    window_started_at = models.DateTimeField()
    used_ms = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer", "expert"], name="free_time_one_per_pair")]
