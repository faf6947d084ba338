"""Through Stripe, stolen cards and taken accounts."""

from tests.attacks.classes.attack import Attack

STRIPE = [
    Attack(
        "An event is forged.",
        [
            "payouts/stripe/test_webhooks.py::BadEventTests::test_forged",
            "BadEventTests::test_without_a_signature",
            "BadEventTests::test_changed_on_the_way",
        ],
        [
            "payouts/stripe/test_webhooks.py::BrokenTwinTests::"
            "test_without_the_signature_check_a_forged_event_is_believed"
        ],
    ),
    Attack(
        "It is old, or of a day that has not come.",
        [
            "attacks/test_what_stripe_says.py::OldEventTests::test_it_is_refused",
            "payouts/stripe/test_webhooks.py::BadEventTests::test_old_or_from_the_future",
        ],
        [
            "attacks/test_what_stripe_says.py::OldEventTests::test_whatever_its_age_it_would_be_believed",
            "payouts/stripe/test_webhooks.py::BrokenTwinTests::"
            "test_without_our_own_look_at_the_date_an_event_from_the_future_is_believed",
        ],
    ),
    Attack(
        "It is of another endpoint.",
        [
            "payouts/stripe/test_webhooks.py::BadEventTests::test_signed_for_another_endpoint",
            "BadEventTests::test_of_another_endpoints_kind",
        ],
        [
            "payouts/stripe/test_webhooks.py::BrokenTwinTests::"
            "test_with_one_secret_for_all_an_event_passes_at_the_wrong_endpoint"
        ],
    ),
    Attack(
        "It is of the other mode.",
        ["payouts/stripe/test_webhooks.py::BadEventTests::test_of_the_other_mode"],
        [
            "payouts/stripe/test_webhooks.py::BrokenTwinTests::test_without_the_look_at_the_mode_a_live_event_is_believed"
        ],
    ),
    Attack(
        "It is repeated.",
        [
            "attacks/test_what_stripe_says.py::RepeatedEventTests::test_it_is_credited_once",
            "payouts/stripe/test_webhooks.py::GenuineEventTests::test_repeated_is_stored_once",
        ],
        [
            "attacks/test_what_stripe_says.py::RepeatedEventTests::"
            "test_with_a_fresh_key_each_time_it_is_credited_three_times",
            "payouts/stripe/test_event_orders.py::DisputeTests::"
            "test_that_moves_the_money_anew_each_time_it_is_heard_of_is_found_out",
        ],
    ),
    Attack(
        "Events come in another order.",
        [
            "attacks/test_what_stripe_says.py::ReorderedEventTests::test_the_money_comes_back",
            "payouts/stripe/test_event_orders.py::PayoutTests::test_of_a_withdrawal",
            "DisputeTests::test_of_a_top_up_that_is_half_spent",
            "RefundTests::test_of_unused_credit",
        ],
        ["attacks/test_what_stripe_says.py::ReorderedEventTests::test_by_whatever_was_heard_last_it_is_lost"],
    ),
    Attack(
        "The success page is opened without a paid session, or with somebody else's.",
        [
            "payouts/stripe/test_top_ups.py::ReturnPageTests::test_without_a_paid_session_credits_nothing",
            "payouts/wallet/test_top_ups.py::ConfirmTests::test_a_session_of_another_with_our_number_credits_nothing",
        ],
        ["payouts/stripe/test_top_ups.py::ReturnPageTests::test_believing_the_address_would_credit"],
    ),
    Attack(
        "Stripe did it, and its answer is lost.",
        [
            "payouts/stripe/test_faults.py::test_a_fault_loses_and_doubles_nothing",
            "payouts/stripe/test_withdrawals.py::LostAnswerTests::test_a_time_out_after_the_effect_pays_once",
        ],
        [
            "payouts/stripe/test_faults.py::test_with_a_fresh_key_for_each_try_a_lost_answer_takes_the_money_twice",
            "payouts/stripe/test_withdrawals.py::LostAnswerTests::test_without_the_look_a_forgotten_key_pays_twice",
        ],
    ),
    Attack(
        "A payment is disputed once its earning has left: who bears it, and what still leaves of a fraud.",
        [
            "attacks/test_what_stripe_says.py::DisputeTests::test_it_is_the_platforms_loss_and_bob_keeps_his_money",
            "DisputeTests::test_where_fraud_is_found_nothing_more_leaves",
            "payouts/disputes/test_disputes.py::RecallTests::test_what_lies_in_their_balance_at_stripe_comes_back",
            "RefundOfTheSameTests::test_what_is_freed_of_it_cannot_be_asked_back",
        ],
        [
            "attacks/test_what_stripe_says.py::DisputeTests::test_found_without_a_reason_he_would_lose_it",
            "DisputeTests::test_where_the_worker_does_not_ask_it_leaves_all_the_same",
            "payouts/disputes/test_disputes.py::RefundOfTheSameTests::test_without_the_mark_it_is_asked_back",
        ],
    ),
    Attack(
        "Stolen numbers are tried until one pays.",
        [
            "attacks/test_card_testing.py::CardTestingTests::test_few_numbers_are_tried_in_an_hour",
            "CardTestingTests::test_the_page_that_was_open_is_closed",
            "CardTestingTests::test_patience_does_not_help_within_the_day",
        ],
        ["attacks/test_card_testing.py::CardTestingTests::test_without_the_limit_all_are_found_out"],
    ),
    Attack(
        "A stolen card pays its thief: same card, bank, device or address, or both accounts new.",
        [
            "payouts/safety/test_suspicion.py::SuspicionTests::"
            "test_one_person_behind_two_accounts_is_not_paid_before_staff_looked",
            "SuspicionTests::test_two_new_accounts_that_move_much_at_once",
            "LaterTests::test_what_is_pending_between_the_two_waits_from_then_on",
            "attacks/test_stolen_cards_to_a_bank.py::CardTests::test_the_number_is_remembered_with_the_payment",
            "TipTests::test_a_tip_waits_too",
            "StoredTimeTests::test_what_was_used_of_it_waits_with_the_rest",
        ],
        [
            "payouts/safety/test_suspicion.py::SuspicionTests::test_without_the_rules_the_money_comes_out",
            "LaterTests::test_without_the_second_look_the_money_comes_out",
            "attacks/test_stolen_cards_to_a_bank.py::CardTests::test_where_it_is_not_remembered_nobody_looks",
            "TipTests::test_unseen_it_comes_out",
            "StoredTimeTests::test_looked_at_only_as_a_whole_a_part_comes_out",
        ],
    ),
    Attack(
        "Bank, address or second factor are changed, and the money withdrawn at once.",
        [
            "attacks/test_thief_of_an_account.py::WaitTests::test_withdrawals_wait",
            "WaitTests::test_for_72_hours",
            "payouts/safety/test_freezes.py::AskedForBeforeTests::test_it_is_not_transferred",
        ],
        [
            "attacks/test_thief_of_an_account.py::WaitTests::test_where_a_change_freezes_nothing_the_money_leaves",
            "payouts/safety/test_freezes.py::FreezeTests::test_without_the_check_the_thief_succeeds",
            "AskedForBeforeTests::test_without_that_look_it_leaves",
        ],
    ),
    Attack(
        "The owner is not told of it, for the address is the thief's by now.",
        ["attacks/test_thief_of_an_account.py::NoticeTests::test_the_old_address_hears_of_it"],
        [
            "attacks/test_thief_of_an_account.py::NoticeTests::"
            "test_told_at_the_address_of_the_account_only_the_thief_hears_of_it"
        ],
    ),
    Attack(
        "A session that was left open withdraws, or sends credit away.",
        [
            "payouts/safety/test_freezes.py::DoorTests::test_a_stolen_session_is_asked_who_it_is",
            "attacks/test_stolen_cards_to_a_bank.py::SessionTests::test_it_is_asked_who_it_is",
        ],
        [
            "payouts/safety/test_freezes.py::DoorTests::test_without_that_question_it_succeeds",
            "attacks/test_stolen_cards_to_a_bank.py::SessionTests::test_who_is_believed_without_it_sends_it",
        ],
    ),
    Attack(
        "A way in leads past the second factor: by password, mail, a new password, the back office's own page.",
        [
            "attacks/test_ways_in.py::WayInTests::test_leads_to_the_question_for_the_factor_and_no_further",
            "WayInTests::test_a_wrong_code_is_no_factor",
            "WayInTests::test_there_is_no_other_way",
        ],
        ["attacks/test_ways_in.py::WayInTests::test_where_nobody_asks_for_it_the_thief_is_in"],
    ),
    Attack(
        "An account waits under somebody else's address, with a password that the thief chose.",
        ["attacks/test_ways_in.py::PreparedAccountTests::test_the_password_that_eve_chose_opens_nothing"],
        ["attacks/test_ways_in.py::PreparedAccountTests::test_where_it_is_kept_eve_is_in"],
    ),
    Attack(
        "A session is older than the factor.",
        [
            "attacks/test_ways_in.py::OlderSessionTests::test_it_is_over",
            "OlderSessionTests::test_a_further_factor_ends_none_for_each_was_asked_for_the_first",
        ],
        ["attacks/test_ways_in.py::OlderSessionTests::test_where_it_goes_on_its_holder_was_never_asked"],
    ),
    Attack(
        "There is no factor at all: an expert with money withdraws, staff enter the back office.",
        [
            "attacks/test_ways_in.py::NoFactorTests::test_no_money_leaves",
            "NoFactorTests::test_the_back_office_is_shut",
        ],
        [
            "attacks/test_ways_in.py::NoFactorTests::test_where_none_is_asked_for_it_does",
            "NoFactorTests::test_where_none_is_asked_for_it_is_open",
        ],
    ),
]
