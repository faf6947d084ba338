"""Bob looks at the month: the page, the file for a spreadsheet, and the PDF, opened as a picture."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from payouts.statements.models import Paper
from tests import cast
from tests.calls.metering.world import Story
from tests.journeys.earlier import half_an_hour_ago
from tests.payouts.statements.papers import words_of


@pytest.fixture
def story(site) -> Story:
    """Half an hour ago alice talked with bob: ten minutes at 2.00, 30 s of them free, 1 min paused. 17.00, and his 11.90."""
    with half_an_hour_ago() as story:
        story.go_paid(cap=3_000).after(240)
        story.pause(story.alice)
        story.after(60).resume()
        story.after(300).back_to_free()
        story.hang_up()
    return story


def picture_of(pdf: bytes, folder: Path) -> Image.Image:
    """Its first page, as a person sees it."""
    command = [shutil.which("pdftoppm") or "pdftoppm", "-r", "80", "-png", "-singlefile", "-", str(folder / "page")]
    subprocess.run(command, input=pdf, check=True)
    return Image.open(folder / "page.png").convert("L")


@pytest.mark.prove
class StatementTests:
    def test_the_month_is_the_same_on_the_page_in_the_file_and_on_paper(self, story, signed_in_person, tmp_path):
        bob, alice = signed_in_person(cast.bob()), signed_in_person(cast.alice())
        month = story.now
        bob.waits_until(Paper.objects.exists, "the number of the receipt")
        bob.page.goto("/earnings/")
        bob.page.get_by_role("link", name=f"{month:%B %Y}", exact=True).click()
        expect(bob.page.get_by_role("heading", level=1)).to_have_text(f"Statement of {month:%B %Y}")
        for sum_ in ("€17.00", "€5.10", "€11.90"):
            bob.reads(sum_)
        address = f"/earnings/statements/{month:%Y-%m}"
        get = bob.page.context.request.get
        assert "17.00,5.10,11.90" in get(f"{bob.site.url}{address}.csv").text()

        pdf = get(f"{bob.site.url}{address}.pdf").body()
        said = words_of(pdf)
        for part in (f"Statement of {month:%B %Y}", "€17.00", "€5.10", "€11.90", "Closing balance €11.90"):
            assert part in said
        picture = picture_of(pdf, tmp_path)
        ink = sum(picture.histogram()[:128]) / (picture.width * picture.height)
        assert 0.005 < ink < 0.3
        assert picture.crop((0, 0, picture.width, 40)).getextrema() == (255, 255)  # nothing runs over the margin

        receipt = f"{bob.site.url}/calls/{story.call.pk}/receipt.pdf"
        assert "Paid from credit €17.00" in words_of(alice.page.context.request.get(receipt).body())
