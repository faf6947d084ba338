"""In rooms and through the relay."""

from tests.attacks.classes.attack import Attack

ROOMS = [
    Attack(
        "The relay is made to send into networks that its client cannot reach.",
        ["attacks/test_relay.py::ForbiddenPeerTests::test_it_never_sends_there"],
        ["attacks/test_relay.py::ForbiddenPeerTests::test_without_the_list_it_sends_into_the_private_network"],
    ),
    Attack(
        "Its credentials are forged, used after their time, or made to last longer.",
        [
            "attacks/test_relay.py::CredentialTests::test_forged_they_are_not",
            "CredentialTests::test_expired_they_are_not",
            "CredentialTests::test_made_to_last_longer_they_are_not",
        ],
        ["attacks/test_relay.py::CredentialTests::test_where_nobody_is_asked_a_stranger_is_served"],
    ),
]
