from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class UserManager(BaseUserManager["User"]):
    def create_guest(self, name: str, **fields) -> "User":
        """Nobody signs in with this row: it has no address and no password."""
        guest = self.model(email=None, name=name, is_guest=True, **fields)
        guest.set_unusable_password()
        guest.save()
        return guest

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A member: any signed-in person. Every member can call; any member can become an expert.

    Or a guest (guests.py), who has a name and no account: never the user of a request. Making an account turns the same row
    into a member once the address is verified; until then it may hold the address and the password that were chosen.
    """

    email = models.EmailField(gettext_lazy("e-mail"), unique=True, null=True, blank=True)
    name = models.CharField(gettext_lazy("name"), max_length=60)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    is_guest = models.BooleanField(gettext_lazy("guest"), default=False, editable=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    session_stamp = models.CharField(max_length=32, default="", editable=False)  # another one ends every session

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=Q(is_guest=True) | Q(email__isnull=False), name="user_member_has_an_address"
            ),
            models.CheckConstraint(
                condition=Q(is_guest=False) | Q(is_staff=False, is_superuser=False), name="user_guest_has_no_rights"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name or self.email or ""

    @property
    def shown_name(self) -> str:
        """What others read: that a guest is one stands beside the name, for anybody can type any."""
        if not self.is_guest:
            return self.name
        return _("{name} (guest)").format(name=self.name) if self.name else _("Guest")

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's, of the password; where there is a stamp, of that too: none leaves sessions as they are."""
        plain = super()._get_session_auth_hash(secret=secret)
        if not self.session_stamp:
            return plain
        return salted_hmac("session_stamp", plain + self.session_stamp, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]
