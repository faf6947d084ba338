"""On what is said of experts."""

from tests.attacks.classes.attack import Attack

REVIEWS = [
    Attack(
        "An expert is praised or blamed by who never paid them, paid for a few seconds, or is the expert.",
        [
            "attacks/test_reviews.py::UnpaidTests::test_it_is_not_taken",
            "UnpaidTests::test_nor_does_the_receipt_of_anothers_call_lead_there",
            "UnpaidTests::test_nor_after_a_free_call_however_long",
            "UnpaidTests::test_nor_for_a_few_paid_seconds",
            "UnpaidTests::test_nor_of_another_expert_than_the_one_who_was_paid",
            "OwnTests::test_nobody_praises_themself",
            "calls/metering/test_reviewing.py::RefundTests::test_wholly_refunded_they_do_not_count",
            "BilledSecondsTests::test_a_period_within_the_free_time_was_never_paid",
        ],
        ["attacks/test_reviews.py::UnpaidTests::test_where_nobody_asks_what_was_billed_it_stands_on_the_profile"],
    ),
    Attack(
        "A rating is moved as no review moves it: by stars beyond the five, many reviews of one person, or many at one moment.",
        [
            "attacks/test_reviews.py::StarsTests::test_there_are_five",
            "marketplace/reviews/test_writing.py::WriteTests::test_the_table_refuses_what_the_service_would",
            "marketplace/reviews/test_races.py::WriteRaceTests::test_saved_in_many_tabs_at_once_it_is_one_review",
            "WriteRaceTests::test_many_members_at_once_are_all_counted",
        ],
        ["marketplace/reviews/test_races.py::WriteRaceTests::test_without_the_ratings_lock_one_of_two_is_not_counted"],
    ),
    Attack(
        "Words are put under another's name: a reply in the expert's place, a changed review, a contest.",
        [
            "attacks/test_reviews.py::OthersTests::test_a_stranger_has_no_such_pages",
            "OthersTests::test_the_writer_does_not_reply_nor_does_another_expert",
            "OthersTests::test_a_review_is_looked_up_by_its_writer_so_another_makes_one_of_their_own",
            "OwnTests::test_a_form_that_names_another_writer_is_the_own_one_all_the_same",
        ],
        ["attacks/test_reviews.py::OthersTests::test_where_nobody_asks_whose_it_is_she_replies"],
    ),
    Attack(
        "An expert who is one of the staff takes down what was said of them.",
        [
            "attacks/test_reviews.py::OthersTests::test_an_expert_who_is_staff_takes_nothing_down_that_was_said_of_them",
            "marketplace/reviews/test_pages.py::StaffTests::test_nor_for_staff_in_an_affair_of_their_own",
        ],
        ["attacks/test_reviews.py::OthersTests::test_where_nobody_asks_whose_affair_it_is_they_do"],
    ),
    Attack(
        "What is typed into a review becomes a script, a form or a template, or fills pages.",
        [
            "attacks/test_reviews.py::TextTests::test_everywhere_it_is_text",
            "TextTests::test_ten_thousand_letters_or_what_cannot_be_shown_are_refused_by_every_form",
        ],
        [
            "attacks/test_reviews.py::TextTests::test_where_pages_believe_it_it_is_a_script",
            "TextTests::test_where_no_rule_measures_it_a_page_is_as_long_as_somebody_likes",
        ],
    ),
    Attack(
        "A writer shows staff other words than those that they decide about.",
        [
            "attacks/test_reviews.py::StalenessTests::test_staff_decide_about_what_they_have_read",
            "marketplace/reviews/test_races.py::RemoveRaceTests::"
            "test_taken_down_while_the_writer_changes_it_one_of_the_two_is_refused",
        ],
        [
            "attacks/test_reviews.py::StalenessTests::"
            "test_where_no_form_says_what_was_read_they_take_down_what_they_never_saw",
        ],
    ),
]
