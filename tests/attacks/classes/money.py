"""On balances, prices, the meter, servers and history."""

from tests.attacks.classes.attack import Attack

MONEY = [
    Attack(
        "The same credit is spent at several doors at once: held, tipped, charged, sent back to its card.",
        [
            "attacks/test_two_doors.py::CreditTests::test_never_more_than_there_is",
            "payouts/ledger/test_races.py::HoldRaceTests::test_24_holds_on_credit_for_10_give_exactly_10",
            "payouts/refunds/test_races.py::RefundRaceTests::test_a_hold_and_a_refund_share_what_there_is",
        ],
        [
            "attacks/test_two_doors.py::CreditTests::test_without_the_look_all_of_them_spend_it",
            "payouts/ledger/test_races.py::HoldRaceTests::test_the_same_without_the_look_oversells",
            "HoldRaceTests::test_the_same_without_the_lock_looks_at_what_was",
        ],
    ),
    Attack(
        "The same earnings are withdrawn from several pages at once.",
        [
            "attacks/test_two_doors.py::EarningsTests::test_never_more_than_there_is",
            "payouts/ledger/test_races.py::WithdrawalRaceTests::test_one_form_pressed_by_all_at_once_is_one_withdrawal",
        ],
        ["attacks/test_two_doors.py::EarningsTests::test_without_the_look_it_leaves_several_times"],
    ),
    Attack(
        "Tips, top-ups, holds under a monthly limit and gifts back, each asked for many times at once, pass their limits.",
        [
            "attacks/test_two_doors.py::TipTests::test_never_more_than_the_limit",
            "TopUpTests::test_never_more_than_the_hard_limit",
            "GiveBackTests::test_never_more_than_was_charged",
            "payouts/ledger/test_races.py::MonthlyLimitRaceTests::test_holds_at_once_never_pass_it",
            "payouts/cards/test_races.py::AutomaticTests::"
            "test_ten_calls_that_use_up_the_credit_at_once_bring_one_top_up",
        ],
        [
            "attacks/test_two_doors.py::TipTests::test_without_the_lock_it_is_passed",
            "TopUpTests::test_without_the_lock_it_is_passed",
            "GiveBackTests::test_without_the_lock_it_is_more",
            "payouts/ledger/test_races.py::MonthlyLimitRaceTests::test_the_same_without_the_lock_passes_it",
            "payouts/cards/test_races.py::AutomaticTests::test_without_the_table_either_it_is_several",
        ],
    ),
    Attack(
        "An order is paid and contested, an offer accepted twice or for two experts, in the same moment.",
        [
            "calls/orders/test_races.py::OrderRaceTests::"
            "test_confirmed_while_it_is_not_as_described_it_is_paid_in_the_end",
            "calls/metering/test_races.py::AcceptRaceTests::test_a_payer_in_two_rooms_starts_one_period",
        ],
        [
            "calls/orders/test_races.py::OrderRaceTests::test_without_the_lock_it_is_paid_and_contested_both",
            "calls/metering/test_races.py::AcceptRaceTests::test_without_the_constraint_the_same_payer_pays_twice",
        ],
    ),
    Attack(
        "A form is sent an amount that is negative, zero, huge, fractional, not a number or in other digits.",
        ["attacks/test_amounts.py::PageTests::test_no_form_takes_what_is_no_amount"],
        ["attacks/test_amounts.py::PageTests::test_with_readers_that_take_any_number_other_digits_count"],
    ),
    Attack(
        "The socket of a room is sent one.",
        [
            "attacks/test_amounts_by_socket.py::SocketTests::test_no_message_takes_what_is_no_amount",
            "SocketTests::test_every_message_with_an_amount_is_tried",
        ],
        ["attacks/test_amounts_by_socket.py::SocketTests::test_a_server_that_makes_numbers_of_what_it_gets_takes_them"],
    ),
    Attack(
        "A service is called with one.",
        [
            "attacks/test_amounts_by_service.py::ServiceTests::test_no_service_takes_what_is_no_amount",
            "ServiceTests::test_what_is_no_whole_number_is_not_even_money",
            "LedgerTests::test_less_than_nothing_does_not_move",
            "ListingTests::test_no_rate_outside_its_limits",
            "calls/metering/test_offers.py::SendTests::test_a_rate_outside_the_limits_is_refused",
            "calls/metering/test_accepting.py::AcceptTests::test_a_cap_below_two_minutes_or_senseless_is_refused",
        ],
        [
            "attacks/test_amounts_by_service.py::ServiceTests::test_where_money_may_be_anything_a_fraction_is_taken",
            "ServiceTests::test_without_its_lower_limit_a_top_up_of_nothing_is_made",
            "LedgerTests::test_where_nobody_looks_it_takes_from_who_is_given_to",
            "ListingTests::test_without_the_limits_an_expert_asks_ten_billion",
        ],
    ),
    Attack(
        "A page of somebody's own making names its price and its commission.",
        [
            "attacks/test_whose_terms.py::SocketTests::test_a_message_with_terms_of_its_own_is_refused",
            "RateTests::test_never_above_the_listing",
            "RaisedMeanwhileTests::test_it_does_not_ring",
            "PageTests::test_a_top_up_is_ours_in_our_currency",
            "PageTests::test_a_tip_goes_whole_from_who_paid_to_who_was_paid",
        ],
        [
            "attacks/test_whose_terms.py::SocketTests::test_a_server_that_keeps_what_it_gets_sells_without_commission",
            "RateTests::test_where_nobody_compares_it_is_five_times_as_much",
            "RaisedMeanwhileTests::test_where_nobody_looks_at_what_was_shown_it_is_more_than_four_times_as_much",
        ],
    ),
    Attack(
        "It names its currency.",
        ["attacks/test_whose_terms.py::CurrencyTests::test_no_service_takes_it"],
        [
            "attacks/test_whose_terms.py::CurrencyTests::"
            "test_without_the_look_at_the_currency_a_euro_is_paid_for_with_a_franc"
        ],
    ),
    Attack(
        "It names who pays and who is paid, or acts for somebody else.",
        [
            "attacks/test_whose_terms.py::PayerTests::test_it_is_not_hers_to_accept",
            "PageTests::test_a_refund_goes_to_her_who_asks",
            "PageTests::test_a_withdrawal_goes_to_the_bank_that_is_known",
            "payouts/claims/test_attacks.py::AnothersMoneyTests::test_it_fails",
            "BlockingAnothersEarningsTests::test_it_fails",
        ],
        [
            "attacks/test_whose_terms.py::PayerTests::test_where_anybody_may_it_is_held_from_alice",
            "PageTests::test_a_page_that_takes_the_members_number_from_the_form_sends_anothers_money",
            "payouts/claims/test_attacks.py::AnothersMoneyTests::test_without_the_owners_filter_it_succeeds",
            "BlockingAnothersEarningsTests::test_without_the_owners_filter_it_succeeds",
        ],
    ),
    Attack(
        "A period is cut into crumbs that cost nothing, or of which the commission is nothing.",
        [
            "attacks/test_what_is_billed.py::RoundingTests::test_the_whole_period_is_rounded_once",
            "CommissionTests::test_it_is_of_the_whole_price",
        ],
        [
            "attacks/test_what_is_billed.py::RoundingTests::test_rounded_at_each_stretch_she_pays_nothing",
            "CommissionTests::test_rounded_at_each_cent_there_is_none",
        ],
    ),
    Attack(
        "Clocks jump, back or ahead.",
        [
            "attacks/test_what_is_billed.py::ClockSetBackTests::test_it_bills_nothing",
            "ClockSetForwardTests::test_the_leap_is_not_billed",
        ],
        [
            "attacks/test_what_is_billed.py::ClockSetBackTests::"
            "test_by_the_distance_of_the_two_moments_it_bills_an_hour",
            "ClockSetForwardTests::test_where_any_growth_is_a_good_report_it_is",
        ],
    ),
    Attack(
        "A page says that it hears what does not arrive, or that it does not hear what does.",
        [
            "attacks/test_liars.py::PayerTests::test_who_says_that_nothing_comes_pays_less",
            "PayerTests::test_who_says_that_it_comes_pays_for_no_more_than_the_expert_heard",
            "ExpertTests::test_where_she_does_not_hear_him_either_it_brings_him_nothing",
            "ExpertTests::test_where_she_never_heard_him_he_has_nothing_at_all",
            "ExpertTests::test_where_she_hears_him_she_pays_for_that_and_no_second_more",
            "WhateverIsSaidTests::test_who_claims_to_hear_less_makes_the_bill_no_greater",
            "WhateverIsSaidTests::test_who_claims_anything_is_held_to_what_the_other_really_heard",
            "WhateverIsSaidTests::test_what_an_expert_wins_by_a_lie_she_heard_and_he_did_not",
        ],
        ["attacks/test_liars.py::ExpertTests::test_a_meter_that_believes_him_alone_bills_what_she_never_heard"],
    ),
    Attack(
        "Tabs sleep, servers die, one side alone goes on reporting.",
        [
            "attacks/test_what_is_billed.py::WitnessTests::test_what_both_witnessed_is_billed_and_no_more",
            "calls/signalling/test_server_dies.py::KilledTests::test_settles_at_the_last_beat_when_nobody_comes_back",
        ],
        ["attacks/test_what_is_billed.py::WitnessTests::test_by_the_wall_clock_it_would_be_minutes"],
    ),
    Attack(
        "The application is killed between the money and the order to send it.",
        ["attacks/test_killed.py::ApplicationTests::test_nothing_of_it_was_set_aside"],
        ["attacks/test_killed.py::ApplicationTests::test_ordered_after_the_commit_it_is_set_aside_for_ever"],
    ),
    Attack(
        "The worker is killed between Stripe's answer and the commit.",
        [
            "payouts/stripe/test_crash.py::KilledWorkerTests::test_a_transfer_is_made_once",
            "KilledWorkerTests::test_a_payout_is_made_once",
            "KilledWorkerTests::test_a_reversal_is_made_once",
            "KilledWorkerTests::test_a_saved_card_is_charged_once",
            "payouts/refunds/test_crash.py::KilledWorkerTests::test_a_refund_is_made_once",
            "payouts/stripe/test_faults.py::test_a_fault_loses_and_doubles_nothing",
        ],
        [
            "payouts/stripe/test_withdrawals.py::LostAnswerTests::test_without_the_look_a_forgotten_key_pays_twice",
            "payouts/stripe/test_faults.py::test_with_a_fresh_key_for_each_try_a_lost_answer_takes_the_money_twice",
        ],
    ),
    Attack(
        "PostgreSQL is killed under load.",
        [
            "attacks/test_killed.py::PostgresTests::test_every_withdrawal_that_was_acknowledged_is_there",
            "PostgresTests::test_the_site_itself_makes_them_wait",
        ],
        ["attacks/test_killed.py::PostgresTests::test_where_commits_do_not_wait_for_the_disk_some_are_lost"],
    ),
    Attack(
        "Redis is killed.",
        [
            "attacks/test_killed.py::RedisTests::test_the_cap_is_held_and_the_period_begins",
            "calls/signalling/test_processes.py::RedisKilledTests::test_the_meter_runs_on_and_either_can_end_it_for_both",
            "RedisKilledTests::test_a_server_that_dies_then_is_billed_to_its_last_beat",
            "RedisKilledTests::test_once_it_is_back_they_hear_from_each_other_again",
        ],
        ["attacks/test_killed.py::RedisTests::test_where_the_notice_is_a_part_of_it_nobody_can_pay"],
    ),
    Attack(
        "History is edited: through the ORM, in SQL, in the admin; and what staff did.",
        [
            "attacks/test_history.py::PostingTests::test_what_was_posted_stays",
            "AdminTests::test_its_pages_change_nothing",
            "payouts/ledger/test_post.py::OnlyGrowsTests::test_rows_cannot_be_deleted",
            "payouts/staff/test_trail.py::AppendOnlyTests::test_a_record_stays_as_it_was_written",
            "payouts/test_admin.py::BackOfficeTests::test_staff_look_and_change_nothing",
        ],
        [
            "attacks/test_history.py::PostingTests::test_without_the_trigger_it_is_edited",
            "AdminTests::test_where_they_are_plain_pages_the_balance_is_what_is_typed",
            "payouts/staff/test_trail.py::AppendOnlyTests::test_without_the_triggers_it_is_rewritten",
        ],
    ),
    Attack(
        "It is edited by somebody who switched the triggers off: the nightly seals no longer fit.",
        [
            "attacks/test_history.py::SealTests::test_the_seal_no_longer_fits",
            "payouts/ledger/test_seals.py::ChangedAfterwardsTests::test_it_is_found",
        ],
        [
            "attacks/test_history.py::SealTests::test_a_seal_of_the_numbers_alone_fits_as_before",
            "payouts/ledger/test_seals.py::LateCommitTests::test_the_same_up_to_the_newest_would_seal_a_gap",
        ],
    ),
    Attack(
        "Money is moved past the books: by hand, or on its way to an expert.",
        [
            "payouts/reconciliation/test_reconcile.py::UnknownTests::"
            "test_what_nobody_knows_lies_in_suspense_and_staff_are_told",
            "UnknownTests::test_a_transfer_made_by_hand_is_in_suspense",
        ],
        [
            "payouts/reconciliation/test_reconcile.py::UnknownTests::"
            "test_money_lost_on_the_way_to_an_expert_is_a_difference"
        ],
    ),
    Attack(
        "Who is found to be in a fraud spends what is given back in that very moment.",
        ["payouts/safety/test_fraud_races.py::HoldTests::test_gets_nothing"],
        ["payouts/safety/test_fraud_races.py::HoldTests::test_looked_at_only_before_it_gets_all"],
    ),
    Attack(
        "A claim takes back what is somebody's already: late, twice, or by a way round a debt.",
        [
            "payouts/claims/test_attacks.py::LateEverWinsTests::test_it_fails",
            "FreedTwiceTests::test_it_fails",
            "TakenOutTwiceTests::test_she_cannot_have_his_part_on_her_card",
            "TakenOutTwiceTests::test_a_third_of_them_does_not_get_it_before_staff_looked",
            "payouts/wallet/test_advances.py::PaidTests::test_what_one_spends_on_the_expert_frees_nothing_of_another",
            "RaceTests::test_what_is_given_back_between_two_looks_at_her_credit_does_not_pass_for_her_own",
        ],
        [
            "payouts/claims/test_attacks.py::LateEverWinsTests::test_without_the_date_it_succeeds",
            "FreedTwiceTests::test_without_the_memory_of_the_form_it_succeeds",
            "TakenOutTwiceTests::test_where_nobody_asks_what_rests_on_a_debt_she_can",
            "TakenOutTwiceTests::test_where_nobody_asks_what_rests_on_a_debt_the_third_gets_it",
            "payouts/wallet/test_advances.py::PaidTests::test_where_the_oldest_is_paid_first_it_frees_all_of_it",
            "RaceTests::test_looked_at_the_other_way_round_it_does",
        ],
    ),
    Attack(
        "One of the staff acts in an affair of their own.",
        [
            "attacks/test_own_affairs.py::OwnAffairTests::test_it_is_not_theirs_to_act_in",
            "payouts/claims/test_attacks.py::JudgeInTheirOwnCaseTests::test_it_fails",
            "payouts/staff/test_door.py::OwnAffairTests::test_staff_do_not_lift_their_own_freeze",
        ],
        [
            "attacks/test_own_affairs.py::OwnAffairTests::test_where_nobody_asks_whose_it_is_they_do",
            "payouts/claims/test_attacks.py::JudgeInTheirOwnCaseTests::test_without_the_rule_it_succeeds",
        ],
    ),
]
