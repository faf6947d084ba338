"""The picture beside a link to a profile."""

from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from PIL import Image

from marketplace.experts import pictures


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def bob() -> pictures.Shown:
    return pictures.Shown(7, "Bob Leroy", "Helps with taxes", "€2.00 per minute", None, "en")


@pytest.fixture
def drawn(monkeypatch) -> list[pictures.Shown]:
    """All that was drawn."""
    asked, draw = [], pictures._draw

    def noted(shown):
        asked.append(shown)
        return draw(shown)

    monkeypatch.setattr(pictures, "_draw", noted)
    return asked


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


class DrawingTests:
    def test_is_as_large_as_networks_show_it(self, bob):
        image = Image.open(BytesIO(pictures.picture(bob)))
        assert (image.format, image.size) == ("JPEG", (1200, 630))

    @pytest.mark.parametrize(
        "text",
        ["", "W" * 120, "word " * 24, "李明", "مرحبا", "e\u0301\u0000\u202e\U0001f600", "<b>&amp;</b>", "\ud800"],
    )
    def test_of_any_text_there_is_one(self, bob, text):
        assert pictures.picture(replace(bob, name=text, headline=text, price=text))

    def test_letters_that_the_font_has_not_lose_their_accents_or_are_left_out(self):
        assert pictures._drawable("Zoë 李 Čapek\u0000").split() == ["Zoë", "Capek"]

    def test_no_line_is_longer_than_its_place(self):
        font = pictures._font(38, 400)
        for text in ("W" * 120, "word " * 24, "a short one"):
            lines = list(pictures._lines(text, font, most=3))
            assert len(lines) <= 3
            assert all(font.getlength(line) <= pictures.TEXT_WIDTH for line in lines)

    def test_a_photo_that_is_gone_by_then_is_done_without(self, bob):
        assert pictures.picture(replace(bob, portrait=Path("/nowhere/7-512.webp")))


class KeepingTests:
    def test_is_drawn_once_for_what_it_shows(self, bob, drawn):
        assert pictures.picture(bob) == pictures.picture(bob)
        assert len(drawn) == 1

    @pytest.mark.parametrize(
        "changed", [{"name": "Robert"}, {"headline": "VAT"}, {"price": ""}, {"portrait": Path("a-512.webp")}]
    )
    def test_of_something_else_it_is_another_and_the_old_one_goes(self, bob, drawn, media, changed):
        pictures.picture(bob)
        assert replace(bob, **changed).key != bob.key
        pictures.picture(replace(bob, **changed))
        assert len(drawn) == 2
        assert len(kept(media)) == 1

    def test_however_many_profiles_there_are_no_more_than_the_slots_are_kept(self, bob, media, monkeypatch):
        monkeypatch.setattr(pictures, "SLOTS", 2)
        monkeypatch.setattr(pictures, "_draw", lambda _: Image.new("RGB", (8, 8)))
        for number in range(9):
            pictures.picture(replace(bob, profile=number))
        assert len(kept(media)) == 2

    def test_forgotten_it_is_gone_and_that_of_another_stays(self, bob, media, monkeypatch):
        monkeypatch.setattr(pictures, "SLOTS", 1)
        pictures.picture(bob)
        pictures.forget(70)
        assert len(kept(media)) == 1
        pictures.forget(7)
        assert not kept(media)

    def test_while_another_is_drawn_it_waits_a_little_and_is_drawn(self, bob):
        answers = []
        waiting = Thread(target=lambda: answers.append(pictures.picture(bob)))
        with pictures._one_at_a_time:
            waiting.start()
            waiting.join(0.1)
            assert waiting.is_alive()
        waiting.join(10)
        assert answers == [pictures.picture(bob)]

    def test_but_not_for_long(self, bob, monkeypatch):
        monkeypatch.setattr(pictures, "WAIT_S", 0.1)
        began = monotonic()
        with pictures._one_at_a_time, pytest.raises(pictures.TooBusy):
            pictures.picture(bob)
        assert 0.1 <= monotonic() - began < 1
        assert pictures.picture(bob)

    def test_nor_where_others_wait_already_for_they_take_the_threads_of_all_pages(self, bob):
        began = monotonic()
        with ExitStack() as others, pictures._one_at_a_time:
            for _ in range(pictures.WAITING):
                others.enter_context(pictures._waiting)
            with pytest.raises(pictures.TooBusy):
                pictures.picture(bob)
        assert monotonic() - began < pictures.WAIT_S / 2
        assert pictures.picture(bob)

    def test_who_waited_for_the_same_one_has_that(self, bob, monkeypatch):
        drawn, begun, may_end = [], Event(), Event()

        def slow(shown):
            drawn.append(shown)
            begun.set()
            may_end.wait(10)
            return Image.new("RGB", (8, 8))

        monkeypatch.setattr(pictures, "_draw", slow)
        answers = []
        threads = [Thread(target=lambda: answers.append(pictures.picture(bob))) for _ in range(2)]
        threads[0].start()
        assert begun.wait(10)
        threads[1].start()
        threads[1].join(0.1)
        may_end.set()
        for thread in threads:
            thread.join(10)
        assert len(answers) == 2
        assert len(drawn) == 1

    def test_who_asks_meanwhile_for_one_that_is_kept_has_it(self, bob):
        pictures.picture(bob)
        with pictures._one_at_a_time:
            assert pictures.picture(bob)

    def test_those_of_a_profile_in_two_languages_are_both_kept(self, bob, drawn):
        in_french = replace(bob, language="fr", price="2,00 € par minute")
        for _ in range(2):
            pictures.picture(bob)
            pictures.picture(in_french)
        assert len(drawn) == 2

    def test_what_it_showed_before_goes_in_its_own_language_alone(self, bob, drawn, media):
        pictures.picture(bob)
        pictures.picture(replace(bob, language="fr"))
        pictures.picture(replace(bob, price="€3.00 per minute"))
        assert len(kept(media)) == 2
        pictures.forget(bob.profile)
        assert not kept(media)
