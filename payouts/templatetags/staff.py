"""On pages of staff. `{{ task.kind|said }}`: what a code is called; `{{ task.key|number }}`: of what the key was made from."""

from django import template

from payouts.staff import words

register = template.Library()
register.filter("said", words.said)
register.filter("number", lambda key: key.rpartition(":")[2])
