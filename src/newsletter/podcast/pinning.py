"""Episodes written down beside an issue: the file of them, their transcripts and their covers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.issue.episode_file import beside, episode_path, episodes_as_json
from newsletter.issue.feed.transcripts import write_vtt
from newsletter.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from newsletter.model import Episode
    from newsletter.podcast.making_whole import Whole


def pin(issue_path: Path, whole: Mapping[str, Whole]) -> dict[Path, bytes]:
    """Return the files that keep episodes beside an issue, by the words that name them; the last names the others."""
    files: dict[Path, bytes] = {}
    transcripts: dict[str, str] = {}
    episodes: dict[str, Episode] = {}
    for asked, one in whole.items():
        episode = one.episode
        if one.cover:
            cover = beside(issue_path, asked, one.cover_suffix)
            files[cover] = one.cover
            episode = replace(episode, cover=cover.name)
        if episode.cues:
            transcript = beside(issue_path, asked, ".vtt")
            files[transcript] = write_vtt(episode.cues).encode()
            transcripts[asked] = transcript.name
        episodes[asked] = episode
    files[episode_path(issue_path)] = episodes_as_json(episodes, transcripts)
    return files


def write_pinned(files: Mapping[Path, bytes]) -> None:
    """Write the files that `pin` returned, each whole or not at all, and the one that names the others last."""
    for path, content in files.items():
        write_whole(path, content, 0o644)


def put_away(issue_path: Path, old: Mapping[str, Episode], files: Mapping[Path, bytes]) -> None:
    """Delete the covers and transcripts of earlier pinned episodes that nothing names any more."""
    for asked, episode in old.items():
        names = [episode.cover, beside(issue_path, asked, ".vtt").name if episode.cues else ""]
        for path in (issue_path.with_name(name) for name in names if name):
            if path not in files and path.name.startswith(episode_path(issue_path).stem):
                path.unlink(missing_ok=True)
