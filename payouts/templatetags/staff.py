"""`{{ task.kind|said }}`: what a code is called on pages of staff."""

from django import template

from payouts.staff import words

register = template.Library()
register.filter("said", words.said)
