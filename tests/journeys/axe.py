"""What axe finds wrong on a page for those who cannot see, point or hear: https://github.com/dequelabs/axe-core/tree/v4.14.1/doc"""

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.journeys.browser import Window
from tests.journeys.site import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
WIDTHS = {390: 844, 1280: 800}  # a telephone and a desk, with their heights
SCHEMES = ("light", "dark")
# The rules that axe runs by itself, and the one that it does not though WCAG 2.2 AA has it (2.5.8).
RUN = """async () => {
    const { violations } = await axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
        `${id} at ${target.join(" ")}: ${(failureSummary ?? "").split("\\n").slice(1, 2).join("").trim()}`));
}"""
# Colours on their way to others are neither.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => null)))"""


@dataclass(frozen=True)
class Fault:
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def bring_axe(window: Window) -> None:
    """Into each page that the window opens, before any script of its own; the policy of the page stays in force."""
    window.context.add_init_script(path=AXE)


def faults(page: Page, where: str) -> Iterator[Fault]:
    """Of the page as it stands there, at each width, in light and in dark."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            for what in page.evaluate(RUN):
                yield Fault(f"{where}, {width} wide, {scheme}", what)
