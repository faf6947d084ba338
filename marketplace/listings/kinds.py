"""Staff change what may be sold in a category: it is written down, and whose page is in it hears of it by mail."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import override

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Profile
from payouts.mail import services as mail
from payouts.office import services as office


@transaction.atomic
def changed(*, category: Category, before: str, staff: User, now: datetime) -> None:
    """Once `category` is kept, in the same transaction. `before`: the kind it was. What people agreed on goes on as agreed."""
    reason = f"{before} -> {category.kind}: {category.kind_note}"
    office.record(staff=staff, act="category.kind", reference=f"category:{category.pk}", reason=reason, now=now)
    if category.kind == before:
        return
    closed = Category.Kind.CLOSED
    concerned = Q(category=category) & ~Q(category__parent__kind=closed)
    if closed in (before, category.kind):
        concerned |= Q(category__parent=category) & ~Q(category__kind=closed)
    public = Profile.objects.filter(concerned, published_at__isnull=False, user__is_active=True)
    for profile in public.select_related("user", "category__parent").iterator():
        key = f"category:{category.pk}:{category.kind}:{profile.user_id}:{now.isoformat()}"
        theirs = profile.category
        with override(profile.user.language):
            facts = {"category": str(theirs), "kind": theirs.kind_in_force.value, "note": theirs.note}
        mail.enqueue(member=profile.user, template="category_kind", facts=facts, key=key, now=now)
