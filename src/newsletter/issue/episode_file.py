"""The episodes that an issue shows, frozen beside it, so that it looks the same for ever and needs no network.

`episode.json` stands in an issue's folder, `NAME.episode.json` beside an issue that is one file. It holds each episode
under the word by which the issue names it. The cover and the transcript stand beside it as files of their own, a
picture and WebVTT, which other programs read too.

The file is made by the program and may be changed by hand, so every value is held to the rules of a feed again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from slugify import slugify

from newsletter.errors import IssueError
from newsletter.issue.body import is_spotless
from newsletter.issue.feed.transcripts import read_vtt
from newsletter.issue.feed.words import MAX_CHAPTERS, MAX_DURATION_S, address, clean, line
from newsletter.issue.values import parse_picture
from newsletter.model import Chapter, Cue, Episode, Finding, Person, Position, TranscriptLink
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

VERSION = 1
MAX_BYTES = 1_000_000
MAX_TRANSCRIPT_BYTES = 5_000_000
LATEST = "latest"
"""The word for the newest episode that no other issue has."""

_FOLDERS_ISSUE = "issue.md"
_RULE = "episode-file"
_AGAIN = "mend it, or write it anew: newsletter episode refresh"
_WHOLE = 10**13
_MAX_PART_CHARACTERS = 40


def episode_path(issue_path: Path) -> Path:
    """Return where the episodes of an issue stand."""
    return beside(issue_path, "", ".json")


def beside(issue_path: Path, asked: str, suffix: str) -> Path:
    """Return a file that belongs to the episode that an issue names `asked`."""
    name = "episode" if issue_path.name == _FOLDERS_ISSUE else f"{issue_path.stem}.episode"
    which = "" if asked in {"", LATEST} else f"-{_file_part(asked)}"
    return issue_path.with_name(f"{name}{which}{suffix}")


def _file_part(asked: str) -> str:
    """Return a word as a part of a file's name that no other word has."""
    slug = slugify(asked, max_length=_MAX_PART_CHARACTERS)
    return slug if slug == asked else f"{slug}-{sha256(asked.encode()).hexdigest()[:6]}".lstrip("-")


def episodes_as_json(episodes: Mapping[str, Episode], transcripts: Mapping[str, str]) -> bytes:
    """Return the content of the file; `transcripts` are the names of their files, by the word of the episode."""
    written = {asked: _as_json(episode, transcripts.get(asked, "")) for asked, episode in episodes.items()}
    return f"{json.dumps({'version': VERSION, 'episodes': written}, ensure_ascii=False, indent=2)}\n".encode()


def _as_json(episode: Episode, transcript: str) -> dict[str, object]:
    return {
        "guid": episode.guid,
        "title": episode.title,
        "date": f"{episode.date:%Y-%m-%dT%H:%M:%SZ}" if episode.date else "",
        "link": episode.link,
        "duration_s": episode.duration_s,
        "number": episode.number,
        "season": episode.season,
        "audio": {"url": episode.audio_url, "bytes": episode.audio_bytes, "type": episode.audio_type},
        "cover": {"file": episode.cover, "url": episode.cover_url},
        "people": [{"name": one.name, "role": one.role, "url": one.url} for one in episode.people],
        "chapters_url": episode.chapters_url,
        "chapters": [{"start_s": _short(one.start_s), "title": one.title, "url": one.url} for one in episode.chapters],
        "transcript": {"file": transcript, "language": episode.cues_language},
        "transcripts": [
            {"url": one.url, "type": one.media_type, "language": one.language} for one in episode.transcripts
        ],
        "notes": episode.notes.split("\n") if episode.notes else [],
    }


def _short(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds


def read_episodes(path: Path, shown: str) -> Mapping[str, Episode]:
    """Return the pinned episodes by the words that name them; none where there is no file. `shown` names it.

    Raises:
        IssueError: every fault in the file.
    """
    data = _bytes(path, shown)
    document = _document(data, shown) if data else {}
    reader = _Reader(path, shown)
    episodes = {asked: reader.episode(asked, values) for asked, values in document.items()}
    if reader.findings:
        raise IssueError(reader.findings)
    return MappingProxyType(episodes)


def pinned_guids(path: Path, shown: str) -> list[str]:
    """Return the guids of the pinned episodes, without reading more than has to be; none where there is no file.

    Raises:
        IssueError: the file is none of episodes.
    """
    data = _bytes(path, shown)
    episodes = _document(data, shown).values() if data else ()
    return [str(values["guid"]) for values in episodes if isinstance(values, dict) and "guid" in values]


def _bytes(path: Path, shown: str) -> bytes:
    """Return what stands in the file; nothing where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise IssueError([Finding(Position(shown), f"cannot be read: {error.strerror}", _RULE)]) from error


def _document(data: bytes, shown: str) -> Mapping[str, object]:
    """Return what stands under `episodes`."""
    place = Position(shown)
    try:
        document = json.loads(data) if len(data) <= MAX_BYTES else None
    except json.JSONDecodeError as error:
        place = Position(shown, error.lineno, error.colno)
        raise IssueError([Finding(place, f"is not JSON ({error.msg}); {_AGAIN}", _RULE)]) from error
    except (ValueError, RecursionError):  # no UTF-8; lists in lists without end
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("episodes"), dict):
        raise IssueError([Finding(place, f"holds no episodes; {_AGAIN}", _RULE)])
    if document.get("version") != VERSION:
        found = quoted(str(document.get("version")))
        message = f"is of version {found}, and this program reads version {VERSION}; use a newer one, or {_AGAIN}"
        raise IssueError([Finding(place, message, _RULE)])
    episodes: dict[str, object] = document["episodes"]
    return episodes


class _Reader:
    """Reads the episodes of one file, and collects every fault by the name of its value."""

    def __init__(self, path: Path, shown: str) -> None:
        self.findings: list[Finding] = []
        self._path = path
        self._shown = shown

    def episode(self, asked: str, written: object) -> Episode:
        values = _Values(written, f"episodes.{asked}", self._fault)
        audio, cover, transcript = (values.table(key) for key in ("audio", "cover", "transcript"))
        cues_file = transcript.text("file", _file_name)
        return Episode(
            guid=values.text("guid", _line, required=True),
            title=values.text("title", _line, required=True),
            date=_moment(values),
            link=values.text("link", address, required=True),
            duration_s=values.number("duration_s", MAX_DURATION_S) or 0,
            number=values.number("number", _WHOLE),
            season=values.number("season", _WHOLE),
            audio_url=audio.text("url", address),
            audio_bytes=audio.number("bytes", _WHOLE) or 0,
            audio_type=audio.text("type", _line),
            cover=cover.text("file", _picture),
            cover_url=cover.text("url", address),
            notes=self._notes(values),
            people=tuple(
                Person(one.text("name", _line, required=True), one.text("role", _line), one.text("url", address))
                for one in values.tables("people")
            ),
            chapters=tuple(
                Chapter(one.seconds("start_s"), one.text("title", _line, required=True), one.text("url", address))
                for one in values.tables("chapters")
            )[:MAX_CHAPTERS],
            chapters_url=values.text("chapters_url", address),
            transcripts=tuple(
                TranscriptLink(
                    one.text("url", address, required=True), one.text("type", _line), one.text("language", _line)
                )
                for one in values.tables("transcripts")
            ),
            cues=self._cues(cues_file, values.name),
            cues_language=transcript.text("language", _line),
        )

    def _fault(self, name: str, message: str) -> None:
        self.findings.append(Finding(Position(self._shown), f"{name}: {message}", _RULE))

    def _notes(self, values: _Values) -> str:
        notes = values.lines("notes")
        if notes and not is_spotless(notes, ""):
            self._fault(f"{values.name}.notes", "break a rule that an issue's text has to keep")
        return notes

    def _cues(self, name: str, where: str) -> tuple[Cue, ...]:
        if not name:
            return ()
        path = self._path.with_name(name)
        try:
            with path.open("rb") as file:
                return read_vtt(file.read(MAX_TRANSCRIPT_BYTES))
        except OSError as error:
            self._fault(f"{where}.transcript.file", f"{quoted(name)} cannot be read: {error.strerror}")
        except ValueError as error:
            self._fault(f"{where}.transcript.file", f"{quoted(name)} {error}")
        return ()


class _Values:
    """One table of the file, with the name by which a fault calls it."""

    def __init__(self, written: object, name: str, fault: Callable[[str, str], None]) -> None:
        self.name = name
        self._fault = fault
        self._values: dict[str, object] = written if isinstance(written, dict) else {}
        if not isinstance(written, dict):
            fault(name, "expected a table, { … }")

    def text(self, key: str, fitted: Callable[[str], str], *, required: bool = False) -> str:
        """Return a text that is as `fitted` makes it."""
        value = self._values.get(key, "")
        if not isinstance(value, str) or fitted(value) != value or (required and not value):
            expected = _EXPECTED[fitted]
            self._fault(f"{self.name}.{key}", f"found {quoted(str(value))}, expected {expected}")
            return ""
        return value

    def number(self, key: str, most: int) -> int | None:
        """Return a whole number; None where there is none."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            self._fault(f"{self.name}.{key}", f"found {quoted(str(value))}, expected a whole number up to {most}")
            return None
        return value

    def seconds(self, key: str) -> float:
        """Return a place in the episode."""
        value = self._values.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MAX_DURATION_S:
            self._fault(f"{self.name}.{key}", f"found {quoted(str(value))}, expected seconds from the start")
            return 0.0
        return value

    def lines(self, key: str) -> str:
        """Return a text that stands there line by line."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, str) and clean(row) == row for row in value):
            self._fault(f"{self.name}.{key}", "expected an array of lines without control characters")
            return ""
        return "\n".join(value)

    def table(self, key: str) -> _Values:
        """Return a table in the table."""
        return _Values(self._values.get(key, {}), f"{self.name}.{key}", self._fault)

    def tables(self, key: str) -> Iterator[_Values]:
        """Yield the tables of an array."""
        value = self._values.get(key, [])
        if not isinstance(value, list):
            self._fault(f"{self.name}.{key}", "expected an array, [ … ]")
            value = []
        for number, one in enumerate(value):
            yield _Values(one, f"{self.name}.{key}[{number}]", self._fault)


def _line(text: str) -> str:
    return line(text, 500)


def _picture(name: str) -> str:
    try:
        return parse_picture(name) if "/" not in name else ""
    except ValueError:
        return ""


def _file_name(name: str) -> str:
    return name if name.endswith(".vtt") and "/" not in name and "\\" not in name else ""


def _moment(values: _Values) -> datetime | None:
    text = values.text("date", _as_moment)
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _as_moment(text: str) -> str:
    try:
        return text if datetime.fromisoformat(text).tzinfo else ""
    except ValueError:
        return ""


_EXPECTED: Mapping[Callable[[str], str], str] = {
    address: "a whole address, such as https://example.org/41",
    _line: "one line of text without control characters",
    _picture: "the name of a picture that stands beside this file",
    _file_name: "the name of a .vtt file that stands beside this one",
    _as_moment: "a moment such as 2026-11-24T05:00:00Z",
}
