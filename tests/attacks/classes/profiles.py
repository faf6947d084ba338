"""On what experts put on their page."""

from tests.attacks.classes.attack import Attack

PROFILES = [
    Attack(
        "What an expert writes about themself becomes a script, an image that counts readers, or a link into the site.",
        [
            "attacks/test_bios.py::BioTests::test_it_is_text_or_a_link_elsewhere",
            "BioTests::test_nor_does_any_mixture_of_them",
            "BioTests::test_nor_does_it_keep_the_server_busy",
        ],
        ["attacks/test_bios.py::BioTests::test_where_markdown_is_taken_as_it_comes_it_is_a_script"],
    ),
    Attack(
        "A greeting is a page, an archive or a program too, or keeps the server's disk or readers busy.",
        [
            "attacks/test_greetings.py::ContentTests::test_a_file_that_is_something_else_too_is_refused",
            "ContentTests::test_more_than_20_mb_or_a_minute_is_refused",
            "ContentTests::test_whatever_is_hidden_in_it_browsers_are_told_what_it_is_and_believe_it",
        ],
        ["attacks/test_greetings.py::ContentTests::test_where_only_its_name_is_looked_at_a_page_is_kept"],
    ),
    Attack(
        "A greeting is kept outside its folder or in another's name, or played by who may not see the page.",
        [
            "attacks/test_greetings.py::PlaceTests::test_it_is_kept_under_a_name_of_our_own",
            "PlaceTests::test_no_other_file_is_read",
            "PlaceTests::test_who_is_no_expert_has_none_and_nobody_changes_anothers",
            "PlaceTests::test_of_a_draft_only_its_owner_plays_it",
        ],
        ["attacks/test_greetings.py::PlaceTests::test_where_nobody_asks_whose_page_it_is_she_plays_it"],
    ),
]
