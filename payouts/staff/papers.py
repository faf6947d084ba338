"""A member's papers as staff list them: page by page through an index, however many there are."""

import re
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.statements.models import Paper

KIND_OF = {prefix: kind for kind, prefix in Paper.PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """`charge`: of a receipt, and of its credit notes, what was paid."""

    paper: Paper
    charge: Earning | None


def rows(papers: list[Paper]) -> list[Row]:
    charges = earnings.of_references(references={paper.reference for paper in papers})
    return [Row(paper, charges.get(paper.reference)) for paper in papers]


def owner_of(asked: str) -> AbstractBaseUser | None:
    """Whose e-mail address it is, or whose paper has this number."""
    number = re.fullmatch(r"([A-Z]+)-([0-9]{4})-([0-9]{1,18})", asked.upper(), re.ASCII)
    if number is None or number[1] not in KIND_OF:
        return get_user_model().objects.filter(email__iexact=asked).first()
    named = {"kind": KIND_OF[number[1]], "year": int(number[2]), "number": int(number[3])}
    paper = Paper.objects.filter(**named).select_related("owner").first()
    return paper.owner if paper else None
