"""When sound really arrived at a page, by its own counters, written down all the time: what a bill is held against."""

from calls.metering.billing import Interval, intersect
from calls.metering.models import PaidPeriod
from calls.metering.moments import to_ms
from tests.journeys.people import Person

# Again and again, with its moment. A page that begins a new connection counts from nothing.
WATCH = """() => {
    window.journey.seen = [];
    setInterval(async () => {
        const connection = window.journey.connections.at(-1);
        const stats = [...((await connection?.getStats()) ?? new Map()).values()];
        const sound = stats.find((report) => report.type === "inbound-rtp" && report.kind === "audio");
        window.journey.seen.push([Date.now(), sound?.packetsReceived ?? 0, sound?.packetsLost ?? 0]);
    }, 100);
}"""
A_REPORT_MS = 1_000  # REPORT_S of these servers: what ceases between two reports was still good at the first of them
MARGIN_MS = 250  # of our own looking


def watch(*people: Person) -> None:
    for person in people:
        person.asks_the_page(WATCH)


def seen_by(person: Person) -> list[tuple[int, int, int]]:
    return [tuple(one) for one in person.asks_the_page("() => window.journey.seen")]


def heard_by(person: Person) -> list[Interval]:
    """When sound arrived: between two looks, the later of which found more of it."""
    seen = seen_by(person)
    return [Interval(one[0], other[0]) for one, other in zip(seen, seen[1:], strict=False) if other[1] > one[1]]


def lost_to(person: Person) -> float:
    """The share of the other's packets that never came."""
    (_, came, lost), (_, came_in_all, lost_in_all) = seen_by(person)[0], seen_by(person)[-1]
    return (lost_in_all - lost) / (came_in_all - came + lost_in_all - lost)


def time_of(period: PaidPeriod) -> Interval:
    """From the end of the countdown to the end of the period."""
    return Interval(to_ms(period.counts_from), to_ms(period.over_at))


def both_heard(one: list[Interval], other: list[Interval], within: Interval) -> list[Interval]:
    return intersect(intersect(one, other), [within])
