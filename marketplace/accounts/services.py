from secrets import token_urlsafe

from marketplace.accounts.models import User


def display_name(user: User) -> str:
    """What others read; allauth asks for it in its mails and pages."""
    return str(user)


def speak(*, person: User, language: str) -> None:
    """Mails and notices come in it from now on. `language` is one of settings.LANGUAGES."""
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])


def deactivate(*, member: User) -> None:
    """Nobody signs in with this account any more, and whoever is signed in is out. Its row stays: papers name it."""
    member.is_active, member.session_stamp = False, token_urlsafe(16)
    member.save(update_fields=["is_active", "session_stamp"])
