"""Slips of the pen are found; names, code, other words of the trade and of other languages are left alone."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from newsletter.checks.writing import dictionaries, pack
from newsletter.checks.writing.spelling import better_word, is_among, names_in, strangers_in
from newsletter.checks.writing.words import read_words


def found(text: str, language: str = "nl") -> list[str]:
    return [stranger.word for stranger in strangers_in(text, language)]


@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [
        ("nl", "verkijgen", "verkrijgen"),
        ("nl", "electriciteit", "elektriciteit"),
        ("nl", "geschikheid", "geschiktheid"),
        ("nl", "creëeren", "creëren"),
        ("nl", "gebeurdt", "gebeurd"),
        ("nl", "techiek", "techniek"),
        ("nl", "allereest", "allereerst"),
        ("en", "recieve", "receive"),
        ("en", "competetion", "competition"),
        ("en", "seperate", "separate"),
    ],
)
def test_a_slip_of_the_pen_is_found_and_the_word_that_was_meant(language: str, wrong: str, right: str) -> None:
    assert found(f"x {wrong} y", language) == [wrong]
    assert better_word(wrong, language) == right


@pytest.mark.parametrize(
    "text",
    [
        "een glasvezelkabel, een investeringsbubbel, foto's, baby’s, 's avonds, zo'n auto",
        "Wietse zag OpenAI, GPU's, EUV-machines, een AI-race en McDonald's in de VS",
        "hij sprak met Gary Klein over Stargate",
        "een machine learning workflow met chatbots, podcasts en prompts",
        "datagovernance, algoritmegovernance, feedbackloops",
        "zorg- en welzijnsorganisaties, bijv. in 2026, 3e keer, 20km",
        "house.txt, @wietse, #aireprt, lezing@aireprt.email, en/of, C:\\tmpx",
        "Привет 你好 x y z",
        "css en html",
        "pre-release",
        "een vertaalapp, de techwereld, chat-achtige vensters",
        "dat is níet jóuw idee",
        "Hoera :tada: en :sparkles:",
    ],
)
def test_what_is_right_in_a_dutch_text(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "colour and color, organise and organize",
        "a codebase, a dataframe and someone else’s bytecode",
        "it’s we’re don't",
    ],
)
def test_what_is_right_in_an_english_text(text: str) -> None:
    assert found(text, "en") == []


def test_an_english_text_is_not_dutch() -> None:
    assert found("this is een machine", "en") == ["een"]
    assert found("dit is the machine", "nl") == []


def test_a_capital_at_the_beginning_may_be_a_name_or_not() -> None:
    assert [(one.word, one.begins) for one in strangers_in("Verkijgen is moeilijk. Ollama ook.", "nl")] == [
        ("Verkijgen", True),
        ("Ollama", True),
    ]
    assert better_word("Verkijgen", "nl") == "Verkrijgen"
    assert names_in("Hier draait Ollama. Dat is van Meta's lama. Mooi.") == {"Ollama", "Meta"}


def test_too_far_is_not_what_was_meant() -> None:
    assert better_word("xqzzyw", "en") == ""
    assert better_word("Nicolò", "nl") == ""
    assert better_word("Andreas", "en") == ""


def test_words_that_are_right_here() -> None:
    own = read_words("premium-lezer  # hoe wij ze noemen\nOllama\n\n# niets\n")
    assert own == {"premium-lezer", "Ollama"}
    assert is_among("Premium-lezer", own)
    assert is_among("Ollama’s", own)
    assert not is_among("ollama", own)


def test_every_word_of_our_own_list_is_needed() -> None:
    more = dictionaries.more_words()
    assert len(more) > 30
    assert [word for word in sorted(more) if word != word.lower()] == []
    # A Dutch text may have English words too, so what English knows needs no place here.
    assert [word for word in more if dictionaries._spells("en", word)] == []  # noqa: SLF001


def test_dictionaries_are_packed_with_quick_suggestions() -> None:
    assert pack.fast("SET UTF-8\nMAXCPDSUGS 1\nNOSPLITSUGS\nTRY abc\n") == (
        "SET UTF-8\nMAXNGRAMSUGS 0\nMAXCPDSUGS 0\nNOSPLITSUGS\nTRY abc\n"
    )
    assert pack.joined(["2\ncolor/S\nmap\n", "2\ncolour/S\nmap\n"]) == "3\ncolor/S\nmap\ncolour/S\n"


def test_a_dictionary_is_packed_of_its_rules_and_its_lists(tmp_path: Path) -> None:
    for name, text in (("x.aff", "SET UTF-8\n"), ("x.dic", "1\ncolor\n"), ("y.dic", "1\ncolour\n")):
        (tmp_path / name).write_text(text, "utf-8")
    pack.main(["en", *(str(tmp_path / name) for name in ("x.aff", "x.dic", "y.dic"))], tmp_path)
    packed = [gzip.decompress((tmp_path / f"en.{suffix}.gz").read_bytes()).decode() for suffix in ("aff", "dic")]
    assert packed == [pack.fast("SET UTF-8\n"), "2\ncolor\ncolour\n"]


@pytest.mark.parametrize("language", dictionaries.LANGUAGES)
def test_the_dictionaries_that_ship_were_packed_so(language: str) -> None:
    folder = Path(dictionaries.__file__).with_name(dictionaries.FOLDER)
    rules = gzip.decompress((folder / f"{language}.aff.gz").read_bytes()).decode()
    assert pack.fast(rules) == rules
    words = gzip.decompress((folder / f"{language}.dic.gz").read_bytes()).decode().splitlines()
    assert int(words[0]) > 40_000
