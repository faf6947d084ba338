"""`{{ earning.link|here }}`: an address that was kept, in the language of the page or mail that shows it."""

from django import template

from payouts.addresses import here

register = template.Library()
register.filter("here", here)
