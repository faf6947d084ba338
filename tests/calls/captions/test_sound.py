"""Where a speaker's sound is cut into windows."""

import pytest

from calls.captions.sound import LOUD, Cutter, level_of
from tests.calls.captions.sounds import as_wav, from_wav, length, pieces, silence, tone


def cut(sound: bytes, seconds: float = 0.25) -> tuple[list[bytes], bytes | None]:
    """The windows that came while it was spoken, and the one that was left at its end."""
    cutter = Cutter()
    windows = [window for piece in pieces(sound, seconds) for window in cutter.take(piece)]
    return windows, cutter.end()


class CutterTests:
    def test_a_window_ends_at_the_silence_after_the_words(self):
        said = tone(2)
        windows, left = cut(silence(3) + said + silence(2))
        assert len(windows) == 1 and left is None
        assert said in windows[0]
        assert 2.5 <= length(windows[0]) <= 3, "no more of the silence than the first consonant and the end need"

    def test_two_sentences_are_two_windows(self):
        windows, left = cut(tone(2) + silence(1) + tone(3) + silence(1))
        assert [round(length(window)) for window in windows] == [2, 4] and left is None

    def test_a_breath_between_words_ends_nothing(self):
        windows, left = cut(tone(1) + silence(0.3) + tone(1))
        assert windows == [] and length(left) == pytest.approx(2.3)

    def test_a_short_word_comes_once_it_was_still_for_a_while(self):
        windows, _ = cut(tone(0.3) + silence(1))
        assert len(windows) == 1

    def test_who_does_not_pause_is_cut_at_the_quietest_moment_and_nothing_is_lost(self):
        said = tone(4) + tone(0.1, loudness=LOUD * 2) + tone(4)
        windows, left = cut(said)
        assert [round(length(window), 1) for window in windows] == [4.0]
        assert b"".join(windows) + left == said

    def test_no_window_is_longer_than_five_seconds_and_none_is_lost(self):
        said = tone(32)
        windows, left = cut(said)
        assert max(map(length, windows)) <= 5
        assert b"".join(windows) + left == said

    def test_where_nobody_speaks_there_is_no_window(self):
        assert cut(silence(60)) == ([], None)
        assert cut(b"\0" * 64_000) == ([], None)

    @pytest.mark.parametrize("seconds", [0.01, 0.1, 0.25, 1, 2])
    def test_it_does_not_matter_in_which_pieces_it_comes(self, seconds):
        sound = silence(1) + tone(2) + silence(1) + tone(7) + silence(1)
        assert cut(sound, seconds) == cut(sound)

    def test_a_file_of_sound_comes_through_as_it_was(self):
        said = tone(2)
        windows, _ = cut(from_wav(as_wav(said + silence(1))))
        assert windows[0].startswith(said)


class LevelTests:
    def test_silence_and_speech_lie_on_either_side(self):
        assert level_of(silence(0.02)) < LOUD < level_of(tone(0.02, loudness=600))
        assert level_of(b"") == 0
        assert level_of(b"\x00\x80" * 320) == 32_768
