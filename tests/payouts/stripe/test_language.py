"""What nearly every tutorial has and must never come into the product (STRIPE: old parameters, another way of charging)."""

import re
from pathlib import Path

import pytest

from payouts.sandbox.requests import API_VERSION
from payouts.stripe import client
from tests.payouts.stripe.document import document

ROOT = Path(__file__).resolve().parents[3]
FORBIDDEN = [
    r"\bpayment_method_types\b",
    r"\bapplication_fee_amount\b",
    r"type\s*=\s*[\"']express",
    r"\bCharge\.create\b",
]
ANSWERED_BY_THE_SANDBOX = {  # fields of Stripe's answers
    "payouts/sandbox/pay_in.py": FORBIDDEN[0],
    "payouts/sandbox/intents.py": FORBIDDEN[0],
}


def product() -> list[Path]:
    return [path for app in ("marketplace", "calls", "payouts") for path in (ROOT / app).rglob("*.py")]


def unpinned(text: str) -> bool:
    made = re.findall(r"StripeClient\(([^)]*)\)*", text)
    return any("stripe_version=API_VERSION" not in arguments for arguments in made)


def found(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


class LanguageTests:
    @pytest.mark.parametrize("pattern", FORBIDDEN)
    def test_is_not_in_the_product(self, pattern):
        guilty = [
            str(path.relative_to(ROOT))
            for path in product()
            if found(pattern, path.read_text()) and pattern != ANSWERED_BY_THE_SANDBOX.get(str(path.relative_to(ROOT)))
        ]
        assert guilty == []

    @pytest.mark.parametrize(
        "text", ["payment_method_types=[]", '"application_fee_amount": 3', 'type="express"', "stripe.Charge.create()"]
    )
    def test_would_be_found(self, text):
        assert any(found(pattern, text) for pattern in FORBIDDEN)

    def test_the_version_of_stripes_api_is_pinned(self):
        """By us and not by the library: the same that the sandbox answers in and the document describes."""
        makers = [path for path in product() if "StripeClient(" in path.read_text()]
        assert [str(path.relative_to(ROOT)) for path in makers] == ["payouts/stripe/client.py"]
        assert not unpinned(makers[0].read_text())
        assert client.client()._requestor._options.stripe_version == client.API_VERSION == API_VERSION
        assert document()["info"]["version"].split()[0] == API_VERSION

    def test_an_unpinned_one_would_be_found(self):
        assert unpinned("stripe.StripeClient(key, http_client=transport)")
        assert unpinned("StripeClient(key)\nStripeClient(key, stripe_version=API_VERSION)")

    def test_the_library_is_imported_in_one_module(self):
        importers = [
            path for path in product() if re.search(r"^\s*(import|from) stripe\b", path.read_text(), re.MULTILINE)
        ]
        assert [str(path.relative_to(ROOT)) for path in importers] == ["payouts/stripe/client.py"]
