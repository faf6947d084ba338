"""What nearly every tutorial has and must never come into the product (STRIPE: old parameters, another way of charging)."""

import re
from pathlib import Path

import pytest

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

    def test_the_library_is_imported_in_one_module(self):
        importers = [
            path for path in product() if re.search(r"^\s*(import|from) stripe\b", path.read_text(), re.MULTILINE)
        ]
        assert [str(path.relative_to(ROOT)) for path in importers] == ["payouts/stripe/client.py"]
