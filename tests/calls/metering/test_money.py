"""Money stories: what the ledger says after each step, to the cent."""

from datetime import timedelta

from calls.metering import services as metering
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger.models import Entry
from payouts.wallet.models import Hold
from tests.calls.metering.world import OTHER_SERVER, SERVER, Story, give_credit


class PerMinuteTests:
    def test_from_the_offer_to_the_earning(self, story):
        steps = [story.balances()]
        story.offer_rate(estimate=(5, 8))
        steps.append(story.balances())
        story.accept(1_600)
        steps.append(story.balances())
        story.count_down().after(277)
        steps.append(story.balances())
        story.back_to_free()
        steps.append(story.balances())
        story.after(5).hang_up()
        steps.append(story.balances())
        # 247 s after the free 30 at 2.00 per minute: 823.33, so 823; 30 % of it 246.9, so 247.
        before, held = (
            {"credit": 1_840, "held": 0, "earned": 0, "commission": 0},
            {"credit": 240, "held": 1_600, "earned": 0, "commission": 0},
        )
        settled = {"credit": 1_017, "held": 0, "earned": 576, "commission": 247}
        assert steps == [before, before, held, held, settled, settled]
        assert not story.faults()

    def test_the_period_keeps_the_figures_of_its_receipt(self, story):
        story.go_paid(cap=1_600).after(277)
        period = story.back_to_free()
        assert (period.amount_minor, period.commission_minor, period.billable_ms) == (823, 247, 277_000)
        assert period.release_at == story.now + timedelta(days=30)

    def test_a_raised_cap_is_captured_from_both_holds_the_oldest_first_in_one_entry(self, story):
        story.go_paid(cap=400)
        story.raise_cap(1_000)
        story.after(30 + 150)
        story.back_to_free()
        holds = Hold.objects.order_by("pk").values_list("key", "captured_minor", "freed_minor")
        assert list(holds) == [
            (f"period:{story.period_id}:hold:1", 400, 0),
            (f"period:{story.period_id}:hold:2", 100, 500),
        ]
        assert Entry.objects.filter(kind="capture").count() == 1
        assert story.balances() == {"credit": 1_340, "held": 0, "earned": 350, "commission": 150}

    def test_a_period_that_cost_nothing_frees_its_hold_and_is_no_earning(self, story):
        story.go_paid().after(30)
        story.back_to_free()
        assert story.balances() == {"credit": 1_840, "held": 0, "earned": 0, "commission": 0}
        assert not Earning.objects.exists()
        assert (story.period.release_at, story.period.billable_ms) == (None, 30_000)

    def test_several_periods_in_a_call_are_several_charges(self, story):
        story.go_paid(cap=400).after(60)
        story.back_to_free()
        story.after(100).go_paid(cap=400).after(60)
        story.back_to_free()
        assert [earning.price_minor for earning in Earning.objects.order_by("pk")] == [100, 200]
        assert story.balances() == {"credit": 1_540, "held": 0, "earned": 210, "commission": 90}

    def test_the_earning_says_what_it_was_for(self, story):
        story.go_paid().after(60)
        story.back_to_free()
        earning = Earning.objects.get()
        assert (earning.reference, earning.group, earning.link) == (
            f"period:{story.period_id}",
            f"listing:{story.period.listing}",
            f"/calls/{story.call.pk}/",
        )
        assert earning.label == "Talk to me"

    def test_the_release_date_counts_from_the_end_not_from_a_late_sweep(self, story):
        story.go_paid(cap=400).after(10_000).sweep()
        assert story.period.release_at == story.period.ended_at + timedelta(days=30)

    def test_an_empty_wallet_is_filled_from_the_card(self, db):
        story = Story(credit=0)
        offer = story.offer_rate()
        assert story.card()["needs_credit"]
        metering.start_adding_credit(offer_id=offer.pk, payer=story.alice, now=story.now)
        story.after(200)
        give_credit(story.alice, 2_000, story.now)
        card = story.card()
        assert (card["state"], card["can_accept"], card["cap"]["proposed_minor"]) == ("adding_credit", True, 2_000)
        story.accept(2_000)
        story.count_down().after(630)
        assert story.back_to_free().amount_minor == 2_000
        assert story.balances() == {"credit": 0, "held": 0, "earned": 1_400, "commission": 600}


class LateWitnessTests:
    """A period was settled, and then it turns out that a witness had died, or fallen silent, before its end."""

    def test_a_process_found_dead_after_the_end_gives_back_what_it_did_not_witness(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.after(5).kill(beat=11)  # 6 s before the end
        period = story.period
        assert (period.billable_ms, period.amount_minor, period.given_back_minor) == (84_000, 200, 20)
        assert story.balances() == {"credit": 1_660, "held": 0, "earned": 126, "commission": 54}
        assert period.commission_minor == 54
        assert not story.faults()

    def test_found_dead_again_nothing_more_goes_back(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.after(5).kill(beat=11)
        story.after(1).kill(beat=12)
        assert story.period.given_back_minor == 20

    def test_two_witnesses_that_died_one_after_the_other(self, story):
        story.go_paid().after(60)
        story.lose("payer", silent_for=0)
        story.hear("payer", process=OTHER_SERVER)
        story.after(30)
        story.back_to_free()
        story.after(5).kill(SERVER, beat=11)
        story.kill(OTHER_SERVER, beat=17)
        assert story.balances() == {"credit": 1_840 - 160, "held": 0, "earned": 112, "commission": 48}

    def test_a_cap_reached_by_a_dead_process_is_corrected(self, story):
        story.go_paid(cap=400).after(200).sweep()
        assert story.period.end_reason == "cap"
        story.kill(beat=200 - 60)
        assert story.period.amount_minor - story.period.given_back_minor == 100
        assert story.balances()["credit"] == 1_740

    def test_the_free_time_that_was_not_used_after_all_is_there_again(self, story):
        story.go_paid().after(30)
        story.back_to_free()
        story.after(5).kill(beat=15)
        assert story.offer_rate().free_ms == 10_000

    def test_a_side_that_had_been_silent_before_the_end(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.after(1).lose("expert", silent_for=7)  # its last report was 6 s before the end
        assert story.period.given_back_minor == 20

    def test_reports_as_fresh_as_reports_are_change_nothing(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.after(1).lose("expert", silent_for=3)
        assert (story.period.billable_ms, story.period.given_back_minor) == (90_000, 0)

    def test_earnings_and_receipt_agree_afterwards(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.after(5).kill(beat=11)
        story.hang_up()
        receipt = metering.receipt(call=story.call)
        assert (receipt.paid.minor, receipt.earning.minor, receipt.commission.minor) == (180, 126, 54)
        assert earnings.summary(expert=story.bob).pending.minor == 126
