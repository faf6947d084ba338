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
]
