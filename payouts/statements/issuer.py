"""Who issues papers: the operator, as the settings name them."""

from django.conf import settings


def issuer() -> dict[str, str]:
    """An address has its lines parted by semicolons."""
    lines = [line.strip() for line in settings.LEGAL_ADDRESS.split(";") if line.strip()]
    return {"name": settings.LEGAL_NAME, "address": "\n".join(lines), "tax_number": settings.TAX_NUMBER}
