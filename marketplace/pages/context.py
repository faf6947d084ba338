"""What every template may ask for."""


def site(request) -> dict:
    return {}
