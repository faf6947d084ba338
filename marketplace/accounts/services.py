from marketplace.accounts.models import User


def display_name(user: User) -> str:
    """What others read; allauth asks for it in its mails and pages."""
    return user.name or user.email
