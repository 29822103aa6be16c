"""Transcripts: SRT, WebVTT, JSON and HTML in, cues out; and cues as WebVTT, the form in which they are kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape, unescape
from typing import TYPE_CHECKING

from newsletter.issue.feed.words import clean, line, offset_s
from newsletter.model import Cue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAX_CUES = 20_000
MAX_CUE_CHARACTERS = 5000

_BREATH_S = 1.0
"""Two cues with no more between them are said in one go."""
_LONGEST_S = 20.0
_TIMES = re.compile(r"\s*([\d:.,]+)\s*-->\s*([\d:.,]+)(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?[^<>]*>")
_SPEAKER = re.compile(r"([^\W\d_][\w .'’-]{0,40}):\s+(?=\S)")
_PIECES = re.compile(r"(<[^<>]*>)")
_BEGIN = re.compile(r"<(?:cite|time|p)\b", re.IGNORECASE)
_END = re.compile(r"</(cite|time|p)\s*>", re.IGNORECASE)
_NO_CUE = ("WEBVTT", "NOTE", "STYLE", "REGION")


def read_transcript(data: bytes, media_type: str) -> tuple[Cue, ...]:
    """Read a transcript by what it is said to be, or else by what it looks like.

    Raises:
        ValueError: nothing that is said can be found in it; the message is to stand behind its address.
    """
    text = clean(data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n"))
    read = _reader(media_type.partition(";")[0].strip().lower(), text)
    try:
        cues = tuple(_joined(_with_speaker(cue) for cue in read(text) if cue.text))[:MAX_CUES]
    except RecursionError:
        cues = ()
    if not cues:
        raise ValueError("holds no transcript that can be read (SRT, WebVTT, JSON or HTML)")
    return cues


def read_vtt(data: bytes) -> tuple[Cue, ...]:
    """Return the cues that `write_vtt` wrote, as they were.

    Raises:
        ValueError: there are none.
    """
    cues = tuple(cue for cue in _in_cues(data.decode("utf-8-sig", "replace").replace("\r\n", "\n")) if cue.text)
    if not cues:
        raise ValueError("holds no cues of WebVTT")
    return cues[:MAX_CUES]


def _reader(media_type: str, text: str) -> Callable[[str], Iterator[Cue]]:
    begins = text.lstrip()[:200]
    if begins.startswith("{") or media_type.endswith("json"):
        return _in_json
    if "-->" in text and not begins.startswith("<"):
        return _in_cues
    return _in_html if "html" in media_type or begins.startswith("<") else _in_cues


def _in_cues(text: str) -> Iterator[Cue]:
    """Read SRT and WebVTT, which differ in signs that do not matter here."""
    for block in re.split(r"\n[ \t]*\n", text):
        rows = block.strip("\n").split("\n")
        place = next((index for index, row in enumerate(rows[:2]) if "-->" in row), None)
        if place is None or (rows[0].startswith(_NO_CUE) and place == 0):
            continue
        times = _TIMES.fullmatch(rows[place])
        start, end = (offset_s(times[1]), offset_s(times[2])) if times else (None, None)
        if start is None or end is None:
            continue
        said = " ".join(rows[place + 1 :])[:MAX_CUE_CHARACTERS]
        voice = _VOICE.search(said)
        words = unescape(_TAG.sub("", said))
        yield _cue(start, end, words, unescape(voice[1]) if voice else "")


def _in_json(text: str) -> Iterator[Cue]:
    try:
        document = json.loads(text)
    except ValueError:
        return
    segments = document.get("segments") if isinstance(document, dict) else document
    for segment in segments if isinstance(segments, list) else ():
        if isinstance(segment, dict):
            yield from _segment(segment)


def _segment(segment: dict[str, object]) -> Iterator[Cue]:
    start, end = offset_s(segment.get("startTime")), offset_s(segment.get("endTime"))
    if start is not None:
        words = str(segment.get("body") or segment.get("text") or "")
        yield _cue(start, end if end is not None else start, words, str(segment.get("speaker") or ""))


def _in_html(text: str) -> Iterator[Cue]:
    """Read `<cite>Who:</cite><time>0:12</time><p>What</p>`; a page without times gives its words, all at the start."""
    from newsletter.issue.feed.notes import text_of  # noqa: PLC0415 - 80 ms, and few transcripts are pages

    inner: list[str] = []
    speaker, start = "", 0.0
    for piece in _PIECES.split(text):
        ended = _END.fullmatch(piece)
        if ended is None:
            inner = [] if _BEGIN.match(piece) else [*inner, piece]
            continue
        words, inner = " ".join(text_of("".join(inner)).split()), []
        if ended[1].lower() == "cite":
            speaker = words.rstrip(": ")
        elif ended[1].lower() == "time":
            start = offset_s(words) or start
        else:
            yield _cue(start, start, words, speaker)


def _cue(start: float, end: float, words: str, speaker: str) -> Cue:
    return Cue(start, max(start, end), line(words, MAX_CUE_CHARACTERS), line(speaker, 60))


def _with_speaker(cue: Cue) -> Cue:
    """Return a cue whose text begins with a name and a colon with that for its speaker."""
    named = None if cue.speaker else _SPEAKER.match(cue.text)
    return replace(cue, speaker=named[1], text=cue.text[named.end() :]) if named else cue


def _joined(cues: Iterator[Cue]) -> Iterator[Cue]:
    """Join what one speaker says in a breath: some services write a cue for every word or two."""
    held: Cue | None = None
    for cue in cues:
        is_same = held and cue.speaker in {held.speaker, ""} and 0 <= cue.start_s - held.end_s < _BREATH_S
        if held and is_same and cue.end_s - held.start_s <= _LONGEST_S and held.text[-1] not in ".!?…":
            held = Cue(held.start_s, cue.end_s, f"{held.text} {cue.text}", held.speaker)
            continue
        if held:
            yield held
        held = cue
    if held:
        yield held


def write_vtt(cues: Sequence[Cue]) -> str:
    """Write cues as WebVTT, of which `read_vtt` makes the same ones again."""
    return "\n".join(["WEBVTT", "", *(part for cue in cues for part in _written(cue))])


def _written(cue: Cue) -> tuple[str, str, str]:
    voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
    return f"{_clock(cue.start_s)} --> {_clock(cue.end_s)}", f"{voice}{escape(cue.text, quote=False)}", ""


def _clock(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"
