"""What a screen reader would say in one window of a call."""

from tests.journeys.people import Person

LISTEN = """() => {
    const announcer = document.getElementById("room-announcer");
    window.journey.told = [];
    new MutationObserver(() => {
        if (announcer.textContent) window.journey.told.push(announcer.textContent);
    }).observe(announcer, { childList: true });
}"""


class Listener:
    """To what one window says aloud."""

    def __init__(self, person: Person) -> None:
        self.person, self.known = person, 0
        person.page.evaluate(LISTEN)

    def hears(self, *texts: str) -> None:
        """These and no others since the last time, in any order: of two that tell it at once either may be first."""

        def fresh() -> list[str]:
            return self.person.page.evaluate("() => window.journey.told")[self.known :]

        try:
            self.person.waits_until(lambda: len(fresh()) >= len(texts), "all of it is said")
        finally:
            assert sorted(fresh()) == sorted(texts)
        self.known += len(texts)
