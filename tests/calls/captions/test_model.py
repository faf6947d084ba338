"""The real model, from its package: it hears words."""

import pytest

from calls.captions import pool
from tests.calls.captions.conftest import speak
from tests.calls.captions.sounds import numbers_in, pieces, resampled, silence, spoken
from tests.calls.captions.test_socket import captions_of
from tests.calls.signalling.wires import live_pair

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.captions]
FIRST_WORDS_S = 60  # the model is loaded with them


@pytest.fixture
def the_model(captions_on):
    yield
    pool.end()


async def test_one_two_three_four(alice, bob, now, the_model):
    _, _, call = await live_pair(alice, bob, now)
    hers = await captions_of(alice, call.room.code)
    await speak(hers, *pieces(resampled(spoken("One, two, three, four.")) + silence(1)))
    hers.patience_s = FIRST_WORDS_S
    assert numbers_in((await hers.hear("caption"))["text"]) == ["one", "two", "three", "four"]


async def test_a_hum_has_no_words(the_model):
    assert await pool.write(silence(4)) == ""
