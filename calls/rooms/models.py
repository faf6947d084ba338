import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from payouts.money import Money


def new_code() -> str:
    """A room's unguessable link: 144 bits."""
    return secrets.token_urlsafe(18)


class Room(models.Model):
    """Where a caller and an expert talk; the same two people keep the same room, and its link never expires."""

    code = models.CharField(max_length=24, unique=True, default=new_code)
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rooms_called_from")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rooms_answered_in")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "expert"], name="room_one_per_pair"),
            models.CheckConstraint(condition=~Q(caller=models.F("expert")), name="room_needs_two_people"),
        ]


class Ask(models.Model):
    """*Ask now*: several rings of one caller at once, of which the first to be answered has the call.

    ringing -> answered | cancelled. Where nobody answers nothing of it rings any more, and it stays as it is.
    """

    class State(models.TextChoices):
        RINGING = "ringing"
        ANSWERED = "answered"
        CANCELLED = "cancelled"

    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="asks")
    category = models.ForeignKey("marketplace.Category", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.RINGING)
    rung = models.PositiveSmallIntegerField()  # how many experts
    max_rate_minor = models.PositiveIntegerField(null=True)  # per minute: nothing dearer is offered; null: anything
    currency = models.CharField(max_length=3, blank=True)  # of that; empty without it
    asked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["caller", "-asked_at"], name="ask_of_caller")]

    @property
    def max_rate(self) -> Money | None:
        return None if self.max_rate_minor is None else Money(self.max_rate_minor, self.currency)


class Call(models.Model):
    """One conversation in a room, and the ringing that led to it.

    ringing -> answered -> live -> ended, or ringing -> declined | missed | cancelled. It starts free. `started_at` is the
    second person joining, `ended_at` the last one leaving.
    """

    class State(models.TextChoices):
        RINGING = "ringing"
        ANSWERED = "answered"  # who was rung pressed Answer; not both are in the room yet
        LIVE = "live"
        ENDED = "ended"
        DECLINED = "declined"
        MISSED = "missed"
        CANCELLED = "cancelled"

    OPEN = (State.RINGING, State.ANSWERED, State.LIVE)

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="calls")
    # Copied from the room: every question about a call asks for them, and a room's people never change.
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calls_made")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calls_received")
    state = models.CharField(max_length=9, choices=State.choices, default=State.RINGING)
    rung_by_expert = models.BooleanField(default=False)  # called back: the roles stay, the ring goes the other way
    # Of a ring that came with others; the line stands on each of them.
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, null=True, related_name="calls", db_index=False)
    line = models.CharField(max_length=200, blank=True)  # what the caller typed before ringing
    rang_at = models.DateTimeField()
    ring_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)  # hung_up, left, lost, never_joined, taken
    deadline_at = models.DateTimeField(null=True)  # when the sweeper must look: ring over, nobody came, all gone

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=Q(state__in=["ringing", "answered", "live"]), name="call_one_open_per_room"
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="call_deadline"),
            models.Index(fields=["caller", "-rang_at"], name="call_of_caller"),
            models.Index(fields=["expert", "-rang_at"], name="call_of_expert"),
            models.Index(fields=["ask"], condition=Q(ask__isnull=False), name="call_of_ask"),
            models.Index(fields=["expert", "-rang_at"], condition=Q(ask__isnull=False), name="call_asked_of_expert"),
        ]

    @property
    def ringer_id(self) -> int:
        return self.expert_id if self.rung_by_expert else self.caller_id

    @property
    def rung_id(self) -> int:
        return self.caller_id if self.rung_by_expert else self.expert_id

    @staticmethod
    def rung_by(user) -> Q:
        """What `user` rang: as the caller, or calling back."""
        return Q(caller=user, rung_by_expert=False) | Q(expert=user, rung_by_expert=True)

    @staticmethod
    def ringing_at(user) -> Q:
        """What rings, or rang, at `user`."""
        return Q(expert=user, rung_by_expert=False) | Q(caller=user, rung_by_expert=True)


class Attendance(models.Model):
    """A person in a call, from joining to leaving; who loses the connection and comes back has two."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attendances")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "user"], condition=Q(left_at__isnull=True), name="attendance_one_open_per_person"
            ),
        ]


class Seat(models.Model):
    """A member's place in a room: which process holds the socket of their newest tab there."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats")
    process = models.UUIDField(db_index=True)
    tab = models.UUIDField()  # made by the socket; only the newest tab may clear the seat
    page = models.CharField(max_length=64, blank=True)  # made by the page: the same after its socket was replaced
    taken_at = models.DateTimeField()
    # What the person shows to the other; said again by the page that takes the seat.
    hand = models.BooleanField(default=False)
    screen = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="seat_one_per_member")]
