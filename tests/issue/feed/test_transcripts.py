from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.feed.transcripts import read_transcript, read_vtt, write_vtt
from newsletter.issue.feed.words import line
from newsletter.model import Cue

SRT = """\
1\r
00:00:00,500 --> 00:00:04,000\r
Wietse: Hallo, mijn <i>kabel</i>\r
is stuk.\r
\r
2\r
00:00:04,000 --> 00:00:06,000\r
Alexander: Ach nee.\r
"""
VTT = """\
WEBVTT - Praat

NOTE een opmerking --> geen tijd

STYLE
::cue { color: red }

begin
00:00.500 --> 00:04.000 align:start position:0%
<v.luid Wietse>Hallo, mijn kabel is stuk.</v>

00:04.000 --> 00:06.000
<v Alexander>Ach <b>nee</b>.

onzin --> onzin
Dit staat nergens.

00:07.000 --> onzin
Dit ook niet.
"""
JSON = json.dumps(
    {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Wietse", "startTime": 0.5, "endTime": 4, "body": "Hallo, mijn kabel is stuk."},
            {"speaker": "Alexander", "startTime": 4, "endTime": 6, "body": "Ach nee."},
            {"speaker": "Nooit", "body": "Zonder tijd"},
            "onzin",
        ],
    }
)
HTML = """\
<html><body><cite>Wietse:</cite><time>0:00</time><p>Hallo, mijn <b>kabel</b> is stuk.</p>
<cite>Alexander:</cite> <time>0:04</time> <p>Ach nee.</p></body></html>
"""
SAID = (Cue(0.5, 4, "Hallo, mijn kabel is stuk.", "Wietse"), Cue(4, 6, "Ach nee.", "Alexander"))


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (SRT, "application/x-subrip"),
        (SRT, "text/plain"),
        (VTT, "text/vtt; charset=utf-8"),
        (VTT, ""),
        (JSON, "application/json"),
        (JSON, "text/html"),
    ],
)
def test_a_transcript_is_read_in_each_of_its_forms(text: str, media_type: str) -> None:
    assert read_transcript(text.encode(), media_type) == SAID


def test_a_page_says_when_something_begins_and_not_when_it_ends() -> None:
    assert read_transcript(HTML.encode(), "text/html") == (
        Cue(0, 0, "Hallo, mijn kabel is stuk.", "Wietse"),
        Cue(4, 4, "Ach nee.", "Alexander"),
    )
    assert read_transcript(b"<p>Alleen woorden</p>", "") == (Cue(0, 0, "Alleen woorden"),)


def test_words_of_one_breath_are_put_together() -> None:
    words = [{"startTime": n / 2, "endTime": n / 2 + 0.4, "body": f"woord{n}"} for n in range(4)]
    words += [{"startTime": 9, "body": "later"}, {"startTime": 9.5, "endTime": 9.8, "speaker": "B", "body": "ander"}]

    cues = read_transcript(json.dumps({"segments": words}).encode(), "application/json")

    assert cues == (Cue(0, 1.9, "woord0 woord1 woord2 woord3"), Cue(9, 9, "later"), Cue(9.5, 9.8, "ander", "B"))


@pytest.mark.parametrize(
    "data",
    [b"", b"Alleen woorden", b"{}", b"{", b'{"segments": 1}', b'{"segments": [{"startTime": 1}]}', b"[" * 100_000,
     b"<html></html>", b"WEBVTT\n\n", b"1 --> 2", b'{"a":' * 100_000],
)  # fmt: skip
def test_what_holds_none_is_told(data: bytes) -> None:
    why = r"^holds no transcript that can be read \(SRT, WebVTT, JSON or HTML\)$"
    with pytest.raises(ValueError, match=why):
        read_transcript(data, "text/vtt")


def test_nothing_of_a_page_becomes_markup() -> None:
    (cue,) = read_transcript(b"<p>a <script>alert(1)</script> &lt;b&gt; {{ x }}</p>", "text/html")

    assert cue.text == "a <b> {{ x }}"


lines = st.text(max_size=60).map(line)


@given(
    st.lists(
        st.builds(
            lambda start, length, text, speaker: Cue(start / 1000, (start + length) / 1000, text, speaker),
            st.integers(0, 10_000_000),
            st.integers(0, 100_000),
            lines.filter(bool),
            lines.map(lambda text: text.replace(">", "")[:50].strip()),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_was_written_is_read_again_as_it_was(cues: list[Cue]) -> None:
    assert read_vtt(write_vtt(cues).encode()) == tuple(cues)


def test_a_file_that_was_spoilt_is_told() -> None:
    with pytest.raises(ValueError, match=r"^holds no cues of WebVTT$"):
        read_vtt(b"WEBVTT\n\n")
