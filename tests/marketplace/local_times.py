"""Whether a page leaves every date to the visitor's own time zone (page/times.js), or tells everybody the server's."""

import re

LOCAL = re.compile(r"<time [^>]*data-local=[^>]*>.*?</time>")
DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2,8} \d{4}|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d\d:\d\d")


def days_for_everybody_alike(page: str) -> list[str]:
    return DAY.findall(LOCAL.sub("", page))
