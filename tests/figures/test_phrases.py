"""Every phrase of the list is read as it says, or refused in one line."""

import pytest

import evmarket as em
from tests.figures.phrases import PHRASES, REFUSED

NAMES = ("value", "low", "high", "opens", "kind", "relation", "base", "of")
READ = [row for row in PHRASES if row[1] is not REFUSED]
UNREAD = [text for text, expected in PHRASES if expected is REFUSED]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text for text, _ in READ])
def test_phrase_is_read(text, expected):
    figure = em.Figure(text)
    wanted = {
        name: want
        for name, want in zip(NAMES, expected, strict=False)
        if want is not None
    }
    opens = "(" * figure.low_open + ")" * figure.high_open
    found = {
        name: opens if name == "opens" else getattr(figure, name) for name in wanted
    }
    assert found == wanted


@pytest.mark.parametrize("text", UNREAD, ids=UNREAD)
def test_phrase_is_refused(text):
    with pytest.raises(ValueError) as error:
        em.Figure(text)
    message = str(error.value)
    assert message and len(message.splitlines()) == 1


def test_no_phrase_is_listed_twice():
    assert len({text for text, _ in PHRASES}) == len(PHRASES)
