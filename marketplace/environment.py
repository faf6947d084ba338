"""Reading the settings' variables, each by its type. A value that is none of it stops the start with one line."""

import os
import re
from urllib.parse import urlsplit


class BadSetting(SystemExit):
    """Stops the program with one readable line instead of a traceback."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Setting {name}: {problem}")


def env_str(name: str, default: str = "") -> str:
    """The variable; empty counts as not set, so that .env.example can be used as it is."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool = False) -> bool:
    value = env_str(name).lower()
    if value in ("", "0", "1", "true", "false", "yes", "no"):
        return default if value == "" else value in ("1", "true", "yes")
    raise BadSetting(name, f"{value!r} is neither 1 nor 0")


def env_int(name: str, default: int, *, low: int = 0, high: int = 10**9) -> int:
    value = env_str(name, str(default))
    if not re.fullmatch("-?[0-9]{1,10}", value) or not low <= int(value) <= high:
        raise BadSetting(name, f"{value!r} is not a whole number from {low} to {high}")
    return int(value)


def env_address(name: str, default: str = "", *, schemes: tuple[str, ...]) -> str:
    """An address of one of `schemes`, with a host (unix: a path) and, where it names one, a port that is a number."""
    value = env_str(name, default)
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in schemes and bool(parts.path if parts.scheme == "unix" else parts.hostname)
        is_address = is_address and parts.port != 0
    except ValueError:
        is_address = False
    if value and not is_address:
        raise BadSetting(name, f"is not an address such as {schemes[0]}://host:port")  # not shown: may hold a password
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]
