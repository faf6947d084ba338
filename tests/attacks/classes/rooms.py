"""In rooms and through the relay."""

from tests.attacks.classes.attack import Attack

ROOMS = [
    Attack(
        "The relay is made to send into networks that its client cannot reach.",
        ["attacks/test_relay.py::ForbiddenPeerTests::test_it_never_sends_there"],
        ["attacks/test_relay.py::ForbiddenPeerTests::test_without_the_list_it_sends_into_the_private_network"],
    ),
    Attack(
        "Its credentials are forged, used after their time, made to last longer, or put in another's name.",
        [
            "attacks/test_relay.py::CredentialTests::test_forged_they_are_not",
            "CredentialTests::test_expired_they_are_not",
            "CredentialTests::test_made_to_last_longer_they_are_not",
            "CredentialTests::test_in_anothers_name_they_are_not",
        ],
        ["attacks/test_relay.py::CredentialTests::test_where_nobody_is_asked_a_stranger_is_served"],
    ),
    Attack(
        "One person takes all its places, with credentials that are theirs, or with new ones each time.",
        [
            "attacks/test_relay.py::QuotaTests::test_one_person_gets_no_more_than_a_few_places",
            "QuotaTests::test_nor_with_new_credentials_for_each",
        ],
        ["attacks/test_relay.py::QuotaTests::test_without_the_line_that_says_how_many_they_get_them_all"],
    ),
    Attack(
        "A stranger, staff or a visitor has what is said in a call written down, as captions.",
        [
            "calls/captions/test_socket.py::DoorTests::test_a_stranger_staff_and_a_visitor_may_not",
            "DoorTests::test_nobody_may_in_a_room_that_is_not_there",
            "DoorTests::test_another_page_may_not",
            "WordTests::test_nobody_but_the_speaker_hears_it_from_the_server",
        ],
        ["calls/captions/test_socket.py::DoorTests::test_where_nobody_asks_for_a_seat_a_stranger_may"],
    ),
    Attack(
        "A ring gets past the line of those who wait, in the moment in which an expert becomes free.",
        [
            "calls/waiting/test_races.py::TurnTests::test_strangers_ring_while_workers_look",
            "TurnTests::test_all_of_them_ring_and_the_first_gets_through",
            "RingTests::test_nobody_has_a_turn_while_it_rings",
        ],
        ["calls/waiting/test_races.py::RingTests::test_without_the_locks_carol_would"],
    ),
    Attack(
        "One person makes the pages of all experts ring, again and again, by asking.",
        [
            "attacks/test_asking.py::BellTests::test_she_rings_at_each_a_few_times",
            "BellTests::test_with_two_windows_she_rings_no_more",
        ],
        ["attacks/test_asking.py::BellTests::test_without_the_limits_all_bells_ring_each_minute"],
    ),
    Attack(
        "Who was blocked, or may not ring, reaches an expert by asking, or learns of it.",
        [
            "attacks/test_asking.py::BlockedTests::test_it_does_not_ring_at_him_and_looks_like_nobody",
            "DoorTests::test_it_rings_at_none_of_them",
            "DoorTests::test_nor_where_the_choice_alone_would_let_them_in",
            "calls/signalling/test_asking.py::AskTests::test_of_whom_blocked_her_nothing_is_told",
        ],
        [
            "attacks/test_asking.py::BlockedTests::test_without_that_look_it_rings",
            "DoorTests::test_where_nobody_asks_who_may_it_rings_at_all",
        ],
    ),
    Attack(
        "Two experts answer the same ask at the same moment, and both have the call.",
        [
            "calls/asking/test_races.py::AnswerTests::test_all_of_them_answer",
            "AnswerTests::test_all_of_them_go_into_their_rooms",
            "AnswerTests::test_one_answers_while_the_caller_cancels",
        ],
        ["calls/asking/test_races.py::AnswerTests::test_where_no_row_decides_two_have_the_call"],
    ),
    Attack(
        "Whom an expert blocked, or who is to see nothing of them, sees them come and go among others.",
        [
            "calls/signalling/test_watching.py::BlockedTests::"
            "test_whom_an_expert_blocked_sees_them_away_among_the_others",
            "marketplace/experts/test_presence.py::ChoosingTests::test_of_who_is_invisible_nobody_can_tell_it",
            "ChoosingTests::test_nor_in_quiet_hours",
        ],
        ["calls/signalling/test_watching.py::BlockedTests::test_without_that_look_she_would_see_through_it"],
    ),
    Attack(
        "A stranger to an expert who shows themself to contacts alone reaches them, or learns that they are there.",
        [
            "attacks/test_private_profiles.py::PageTests::test_to_who_does_not_know_him_none_of_them_is_there",
            "ListTests::test_none_of_them_names_him",
            "BellTests::test_it_is_as_if_he_were_no_expert",
            "BellTests::test_nor_does_asking_reach_him",
            "BellTests::test_who_waited_already_is_let_go_and_not_called_back",
            "PresenceTests::test_a_stranger_hears_that_he_is_away_and_then_nothing_not_even_that_something_changed",
            "PresenceTests::test_who_looked_on_before_is_told_once_that_he_is_away",
        ],
        [
            "attacks/test_private_profiles.py::PageTests::test_where_nobody_asks_who_looks_all_are",
            "ListTests::test_listed_he_is_named_in_them",
            "BellTests::test_where_nobody_asks_who_rings_it_rings",
            "PresenceTests::test_where_nobody_asks_who_looks_on_she_sees_him_come_and_go",
        ],
    ),
    Attack(
        "Somebody counts numbers through to come upon an expert who shows themself by link alone.",
        [
            "attacks/test_private_profiles.py::UnlistedByNumberTests::test_without_the_link_it_is_as_if_he_were_no_expert"
        ],
        ["attacks/test_private_profiles.py::UnlistedByNumberTests::test_where_numbers_are_enough_she_finds_him"],
    ),
    Attack(
        "A page of another site opens a socket with the cookie of a signed-in member.",
        ["calls/signalling/test_origin.py::AttackTests::test_fails"],
        [
            "calls/signalling/test_origin.py::AttackTests::test_succeeds_where_the_check_is_off",
            "AttackTests::test_succeeds_where_only_the_host_is_checked",
        ],
    ),
    Attack(
        "A visitor, a stranger, staff or the other side say what is only another's to say; who only looks at a room speaks.",
        [
            "calls/signalling/test_matrix.py::RoomTests::test_each_person_may_what_is_theirs",
            "PageTests::test_visitors_only_look",
            "calls/signalling/test_room.py::RelayTests::test_an_onlooker_sends_nothing_to_anybody",
            "ChatTests::test_an_onlooker_reads_nothing",
        ],
        [
            "calls/signalling/test_matrix.py::BrokenDoorTests::test_a_door_that_asks_for_no_role_would_be_seen",
            "calls/signalling/test_attacks.py::OnlookerTests::test_where_nobody_asks_for_a_seat_who_only_looks_speaks",
        ],
    ),
    Attack(
        "A guest, who has no account, opens what is a member's: credit, earnings, receipts, the back office.",
        [
            "attacks/test_guest_session.py::WalkTests::test_no_address_but_those_of_calling_knows_a_guest",
            "CookieTests::test_a_number_of_ones_own_choice_is_not_read",
            "CookieTests::test_a_members_number_is_no_guest",
            "FixationTests::test_of_a_visitor_who_becomes_a_guest_the_planted_key_is_worth_nothing",
            "FixationTests::test_of_a_guest_who_makes_an_account_it_is_worth_nothing",
            "MoneyTests::test_credit_that_a_guest_cannot_have_would_be_of_no_use",
            "calls/signalling/test_matrix.py::RoomTests::test_a_guest_may_what_costs_nothing",
            "calls/signalling/test_guests.py::PayingTests::test_a_guest_neither_accepts_nor_adds_credit",
        ],
        ["attacks/test_guest_session.py::WalkTests::test_where_a_guest_is_the_user_of_a_request_doors_open"],
    ),
    Attack(
        "A stranger goes into a room whose address they saw, or tries addresses until one is there.",
        [
            "calls/signalling/test_room.py::DoorTests::test_strangers_are_refused",
            "DoorTests::test_an_unknown_room_looks_the_same",
            "DoorTests::test_what_can_be_no_code_is_refused_without_an_error_of_ours",
            "calls/signalling/test_attacks.py::CodeTests::test_no_seed_gives_the_next_one",
        ],
        [
            "calls/signalling/test_attacks.py::StrangerTests::test_where_the_address_alone_opens_the_door_eve_comes_in",
            "CodeTests::test_of_another_source_of_chance_a_seed_gives_it",
        ],
    ),
    Attack(
        "Frames that are no messages, or too many of them, end sockets or reach the other side.",
        [
            "calls/signalling/test_hostile.py::RoomFrameTests::test_each_gets_its_error_and_nobody_else_notices",
            "PageFrameTests::test_each_gets_its_error_and_the_socket_lives",
            "FloodTests::test_is_cut_and_answered_once_a_second_and_the_other_side_gets_no_more_than_the_bucket",
            "FloodTests::test_long_frames_cost_more",
            "calls/signalling/test_fuzz.py::FuzzTests::test_ten_thousand",
        ],
        [
            "calls/signalling/test_attacks.py::FrameTests::test_a_socket_that_trusts_its_frames_hands_anything_on",
            "FrameTests::test_without_a_measure_a_flood_reaches_the_other_side_whole",
        ],
    ),
    Attack(
        "A stranger walks round the door of the room: its page, its seat, its papers, asked for over HTTP.",
        ["calls/rooms/test_pages.py::StrangerTests::test_not_one_door_opens"],
        ["calls/rooms/test_pages.py::StrangerTests::test_where_the_address_alone_opens_it_she_is_in"],
    ),
    Attack(
        "A frame that is no text, or as long as memory, ends more than the socket that sent it.",
        ["calls/signalling/test_cut.py::CutTests::test_ends_the_socket_that_sent_it_and_nobody_else_notices"],
        ["calls/signalling/test_cut.py::CutTests::test_without_the_servers_limit_any_length_is_read_into_memory"],
    ),
    Attack(
        "The other side of a call learns the network address of who hides it.",
        ["journeys/test_relay.py::RelayTests::test_who_hides_the_address_is_reached_through_it_alone"],
        ["journeys/test_relay.py::RelayTests::test_of_who_does_not_hide_it_the_other_learns_it"],
    ),
    Attack(
        "An expert before an empty chair keeps *Still there?* from being asked, and is paid for the silence.",
        [
            "calls/metering/test_still_there.py::LossTests::"
            "test_an_expert_out_of_reach_again_and_again_does_not_put_it_off",
            "LossTests::test_of_the_expert_no_such_word_is_taken",
            "WaysRoundTests::test_a_pause_puts_it_off_no_longer",
            "WaysRoundTests::test_nor_does_a_loss",
            "WaysRoundTests::test_leaving_bills_to_the_last_spoken_second",
        ],
        [
            "calls/metering/test_still_there.py::LossTests::"
            "test_counted_from_where_the_meter_last_began_to_run_it_is_never_asked",
        ],
    ),
]
