"""What a robot does when; time is a number here, and nothing waits."""

from calls.robots.behaviour import Enter, Habits, Leave, Robot, Say

CALL, PERIOD = 17, 8
LISTINGS = [{"id": 9, "kind": "per_minute"}, {"id": 10, "kind": "act_of_time"}]
HABITS = Habits(answer_after=5, offer_after=10, ready_after=2, free_talk_for=180, estimate=(5, 10), offers_at_most=2)


def rings(*calls: int) -> dict:
    return {"type": "rings", "now": 0, "incoming": [{"call": call} for call in calls], "outgoing": None}


def state(call: str = "live", offer: str | None = None, **meter) -> dict:
    return {
        "type": "state",
        "call": {"id": CALL, "state": call},
        "listings": LISTINGS,
        "offer": offer and {"id": 4, "state": offer},
        "meter": {"period": None, "state": "free", **meter},
    }


def paid(meter_state: str = "running", **more) -> dict:
    return state(period=PERIOD, **{"state": meter_state, **more})


def talking(habits: Habits = HABITS) -> Robot:
    """A robot in a live, free call since second 0."""
    robot = Robot(habits)
    robot.hear_page(rings(CALL), -5)
    robot.tick(0)
    robot.hear_page({"type": "ring.answered", "call": CALL, "room": "abc"}, 0)
    robot.hear_room(state(), 0)
    return robot


def said(actions: list) -> list[str]:
    return [action.message["type"] for action in actions if isinstance(action, Say)]


class RingingTests:
    def test_it_answers_after_five_seconds(self):
        robot = Robot(HABITS)
        assert robot.hear_page(rings(CALL), 100) == []
        assert robot.tick(104.9) == []
        assert robot.tick(105) == [Say({"type": "ring.answer", "call": CALL}, room=False)]

    def test_it_answers_once(self):
        robot = Robot(HABITS)
        robot.hear_page(rings(CALL), 100)
        robot.tick(105)
        robot.hear_page(rings(CALL), 105.1)
        assert robot.tick(120) == []

    def test_it_stays_silent_when_a_person_answered_first(self):
        robot = Robot(HABITS)
        robot.hear_page(rings(CALL), 100)
        robot.hear_page(rings(), 103)
        assert robot.tick(105) == []

    def test_it_forgets_what_rang_when_the_page_socket_is_lost(self):
        robot = Robot(HABITS)
        robot.hear_page(rings(CALL), 100)
        robot.page_lost()
        assert robot.tick(105) == []

    def test_it_enters_the_room_that_it_is_told(self):
        robot = Robot(HABITS)
        robot.hear_page(rings(CALL), 100)
        robot.tick(105)
        assert robot.hear_page({"type": "ring.answered", "call": CALL, "room": "abc"}, 105) == [Enter("abc")]

    def test_it_waits_for_the_next_ring_when_it_was_too_late(self):
        robot = Robot(HABITS)
        robot.hear_page(rings(CALL), 100)
        robot.tick(105)
        robot.hear_page({"type": "error", "code": "call.over", "re": "ring.answer"}, 105)
        robot.hear_page(rings(18), 110)
        assert robot.tick(115) == [Say({"type": "ring.answer", "call": 18}, room=False)]

    def test_it_answers_pings_on_the_socket_that_asked(self):
        robot = Robot(HABITS)
        assert robot.hear_page({"type": "ping"}, 1) == [Say({"type": "pong"}, room=False)]
        assert robot.hear_room({"type": "ping"}, 1) == [Say({"type": "pong"}, room=True)]


class OfferTests:
    def test_it_offers_its_rate_with_an_estimate(self):
        robot = talking()
        assert robot.tick(9.9) == []
        assert robot.tick(10) == [Say({"type": "offer.send", "listing": 9, "estimate": [5, 10]})]

    def test_the_other_robot_offers_its_act(self):
        robot = talking(Habits(offers="act_of_time", offer_after=10))
        assert robot.tick(10) == [Say({"type": "offer.send", "listing": 10})]

    def test_it_never_offers_before_both_are_there(self):
        robot = Robot(HABITS)
        robot.hear_page({"type": "ring.answered", "call": CALL, "room": "abc"}, 0)
        robot.hear_room(state("answered"), 0)
        assert robot.tick(60) == []

    def test_it_never_asks_again_after_a_refusal(self):
        robot = talking()
        robot.tick(10)
        robot.hear_room(state(offer="open"), 10)
        robot.hear_room(state(offer="refused"), 15)
        assert robot.tick(100) == []

    def test_it_asks_once_more_after_an_offer_that_ran_out(self):
        robot = talking()
        robot.tick(10)
        robot.hear_room(state(offer="open"), 10)
        robot.hear_room(state(offer="expired"), 70)
        assert said(robot.tick(90)) == ["offer.send"]
        robot.hear_room(state(offer="open"), 90)
        robot.hear_room(state(offer="expired"), 150)
        assert "offer.send" not in said(robot.tick(300))

    def test_it_waits_while_the_payer_adds_credit(self):
        robot = talking()
        robot.tick(10)
        robot.hear_room(state(offer="open"), 10)
        robot.hear_room(state(offer="adding_credit"), 20)
        assert robot.tick(500) == []

    def test_an_offer_that_is_not_allowed_is_its_last(self):
        robot = talking()
        robot.tick(10)
        robot.hear_room({"type": "error", "code": "offer.wait_after_refusals", "re": "offer.send"}, 10)
        assert "offer.send" not in said(robot.tick(170))

    def test_it_offers_again_when_the_cap_ended_the_period(self):
        robot = talking()
        robot.tick(10)
        robot.hear_room(paid(), 20)
        robot.hear_room(state(last={"end_reason": "cap"}), 60)
        assert said(robot.tick(70)) == ["offer.send"]

    def test_it_does_not_offer_again_when_the_payer_went_back_to_free(self):
        robot = talking()
        robot.tick(10)
        robot.hear_room(paid(), 20)
        robot.hear_room(state(last={"end_reason": "back_to_free"}), 60)
        assert robot.tick(70) == []


class AgreedBeforeRingingTests:
    """The caller agreed to the listed rate, so paid time begins by itself."""

    def test_it_answers_and_asks_for_nothing(self):
        robot = Robot(HABITS)
        ring = {"call": CALL, "agreed_rate": "€2.00 per minute"}
        robot.hear_page({"type": "rings", "now": 0, "incoming": [ring], "outgoing": None}, -5)
        assert said(robot.tick(0)) == ["ring.answer"]
        robot.hear_page({"type": "ring.answered", "call": CALL, "room": "abc"}, 0)
        assert robot.hear_room(state("answered", offer="agreed"), 0) == []
        assert robot.hear_room(paid("countdown"), 1) == []
        assert robot.hear_room(paid(), 4) == []
        assert robot.tick(100) == []
        robot.hear_room(state(), 101)
        assert robot.tick(101 + HABITS.free_talk_for - 1) == []

    def test_where_it_could_not_begin_the_robot_asks_as_ever(self):
        robot = talking()
        robot.hear_room(state(offer="failed"), 0.5)
        assert said(robot.tick(HABITS.offer_after)) == ["offer.send"]


class MeterTests:
    def test_it_shows_that_the_talk_is_paid(self):
        robot = talking()
        robot.hear_room(paid("countdown"), 20)
        assert robot.paid

    def test_it_is_silent_and_dark_while_the_meter_stands_still(self):
        robot = talking()
        robot.hear_room(paid("stopped", muted=True), 20)
        assert robot.muted
        robot.hear_room(paid(muted=False), 25)
        assert not robot.muted

    def test_it_presses_ready_when_asked(self):
        robot = talking()
        robot.hear_room(paid("paused", needs="ready", muted=True), 20)
        assert robot.tick(21) == []
        assert robot.tick(22) == [Say({"type": "meter.ready", "period": PERIOD})]
        assert robot.tick(23) == []


class GoodbyeTests:
    def test_it_stays_in_a_paid_talk_for_as_long_as_it_is_paid(self):
        robot = talking()
        robot.hear_room(paid(), 20)
        assert robot.tick(10_000) == []

    def test_it_hangs_up_after_three_minutes_of_free_talk(self):
        robot = talking(Habits(offers="nothing", free_talk_for=180))
        assert robot.tick(179) == []
        assert robot.tick(180) == [Say({"type": "hangup"}), Leave()]

    def test_the_three_minutes_begin_anew_after_a_paid_period(self):
        robot = talking()
        robot.hear_room(paid(), 100)
        robot.hear_room(state(last={"end_reason": "back_to_free"}), 400)
        assert robot.tick(579) == []
        assert said(robot.tick(580)) == ["hangup"]

    def test_it_leaves_when_the_other_hung_up(self):
        assert talking().hear_room(state("ended"), 50) == [Leave()]

    def test_it_gives_the_seat_to_a_person(self):
        assert talking().hear_room({"type": "replaced"}, 50) == [Leave()]

    def test_after_goodbye_it_answers_the_next_ring(self):
        robot = talking()
        robot.hear_room(state("ended"), 50)
        robot.hear_page(rings(18), 60)
        assert robot.tick(65) == [Say({"type": "ring.answer", "call": 18}, room=False)]
