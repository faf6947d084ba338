"""Errors as Stripe words them."""

from typing import Any


class ApiError(Exception):
    """Becomes the answer `{"error": {...}}` with `status`."""

    def __init__(
        self, status: int, code: str, message: str, *, param: str = "", type_: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": type_, "message": message}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param


class Declined(ApiError):
    """A card said no: unlike after other errors, what it left (an intent that waits for another card) stays."""


def missing(kind: str, id_: str, param: str = "id") -> ApiError:
    return ApiError(404, "resource_missing", f"No such {kind.rsplit('.', 1)[-1]}: '{id_}'", param=param)


def invalid(message: str, *, code: str = "", param: str = "") -> ApiError:
    return ApiError(400, code, message, param=param)
