"""What is found in words without a dictionary, and what is not."""

from __future__ import annotations

import pytest

from newsletter.checks.writing.address import addresses_in
from newsletter.checks.writing.style import doubled_spaces, lone_quotes, long_sentences, repeated_words, straight_quotes
from newsletter.checks.writing.words import sentences_in


def blanked(raw: str) -> str:
    """Return a text as rules get it: what stands between backquotes is blank."""
    pieces = raw.split("`")
    pieces[1::2] = [" " * (len(piece) + 2) for piece in pieces[1::2]]
    return "".join(pieces)


@pytest.mark.parametrize(
    ("raw", "language", "found"),
    [
        ("Dit is de de machine", "nl", [(10, '"de" stands here twice; delete one')]),
        ("Dit is de\nde machine", "nl", [(10, '"de" stands here twice; delete one')]),
        ("De de machine", "nl", [(3, '"de" stands here twice; delete one')]),
        ("See the **the** machine", "en", [(10, '"the" stands here twice; delete one')]),
        (
            "niet niet niet",
            "nl",
            [(5, '"niet" stands here twice; delete one'), (10, '"niet" stands here twice; delete one')],
        ),
        ("Ik hoor dat je je afvraagt of dat dat kan", "nl", []),
        ("Spreek het in in de app en neem het op op tijd", "nl", []),
        ("He had had enough of what it is is", "en", []),
        ("de `x` de", "nl", []),
        ("de, de", "nl", []),
        ("een. Een", "nl", []),
        ("Duran Duran speelt", "nl", []),
        ("10 10", "nl", []),
        ("de-de", "nl", []),
    ],
)
def test_words_that_stand_twice(raw: str, language: str, found: list[tuple[int, str]]) -> None:
    assert list(repeated_words(blanked(raw), raw, language)) == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("een  twee", [(3, "two spaces; one is enough")]),
        ("een    twee", [(3, "4 spaces; one is enough")]),
        ("Zin.  Nog een", [(4, "two spaces; one is enough")]),
        ("een twee", []),
        ("-   een", []),
        ("1.  een", []),
        (">   een", []),
        ("##  een", []),
        ("   een", []),
        ("een  \ntwee", []),
        ("| een   | twee  x |", []),
        ("een `a  b` twee", []),
        ("- een\n-   twee  drie", [(14, "two spaces; one is enough")]),
    ],
)
def test_spaces_that_stand_twice(raw: str, found: list[tuple[int, str]]) -> None:
    assert list(doubled_spaces(blanked(raw), raw)) == found


def test_a_sentence_of_more_words_than_may_be() -> None:
    text = "Kort. Dit zijn\nnu zes foto's samen! Dit zijn er vijf."
    message = "a sentence of 6 words; of more than 5 few readers know the beginning at the end; make two of it"
    assert long_sentences(text, 5) == ((6, message),)
    assert long_sentences(text, 6) == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Een. Twee? “Drie!” Vier", ["Een.", " Twee?", " “Drie!”", " Vier"]),
        ("Dat is o.a. bijv. 3.5 van dr. A. Jansen. En", ["Dat is o.a. bijv. 3.5 van dr. A. Jansen.", " En"]),
        ("house.txt is **klein.** Ja", ["house.txt is **klein.**", " Ja"]),
        ("   ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [sentence for _, sentence in sentences_in(text)] == sentences


def test_straight_quotes() -> None:
    message = 'a straight quote (") is shown as it is here; write “ and ”'
    assert straight_quotes('Wat "AI" is') == ((4, message), (7, message))
    assert straight_quotes("Wat “AI” is, en zo'n scherm van 27\"") == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('Hij zei "dit en ging', [8]),
        ('"Dit", zei hij, "is\nalles.', [16]),
        ('Een scherm van 27", zei "hij"', []),
        ('"Dit" en “dat”', []),
        ("Zo'n ding", []),
    ],
)
def test_quotes_without_a_partner(text: str, places: list[int]) -> None:
    message = 'this quote (") has no partner, so it stays straight; close it, or delete it'
    assert list(lone_quotes(text, "nl")) == [(place, message) for place in places]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Je kunt jouw plan met uw baas bespreken", [("Je", "je"), ("jouw", "je"), ("uw", "u")]),
        ("U kunt uzelf", [("U", "u"), ("uzelf", "u")]),
        ("Hij zei “wat wilt u” en 'u bent' tegen \"uw\"", []),
        ("> u zegt dit\nen zij", []),
        ("een U-bocht, een je-vorm, 20 u. en jullie", [("u", "u")]),
    ],
)
def test_words_that_speak_to_the_reader(text: str, found: list[tuple[str, str]]) -> None:
    assert [(word, form) for _, word, form in addresses_in(text)] == found
