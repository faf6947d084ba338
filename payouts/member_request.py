"""For the type checker: a request behind @login_required has a member, never an anonymous visitor."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class MemberRequest(HttpRequest):
    user: AbstractBaseUser  # type: ignore[assignment]
