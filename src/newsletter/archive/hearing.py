"""A pinned episode into what the archive keeps of it: its page as HTML, its transcript, and what feeds say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.archive.excerpt import excerpt
from newsletter.archive.record import Heard
from newsletter.issue.feed.transcripts import write_vtt
from newsletter.model import PictureUse
from newsletter.render import render_episode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.archive.kept import Kept
    from newsletter.config import Settings
    from newsletter.model import Block, Issue, Pictures
    from newsletter.render import Theme


def heard_in(issue: Issue, theme: Theme, settings: Settings, pictures: Pictures, kept: Kept) -> Iterator[Heard]:
    """Keep the page and the transcript of each episode that an issue shows, and yield what is known of it.

    Raises:
        IssueError, TemplateError: as `render_article`.
    """
    for block in issue.blocks:
        episode = block.episode
        if episode is None:
            continue
        yield Heard(
            guid=episode.guid,
            title=episode.title,
            number=episode.number,
            season=episode.season,
            date=episode.date.astimezone(settings.newsletter.timezone).isoformat() if episode.date else "",
            duration_s=episode.duration_s,
            link=episode.link,
            audio_url=episode.audio_url,
            audio_bytes=episode.audio_bytes,
            audio_type=episode.audio_type,
            summary=excerpt(block, issue, settings),
            page=kept.write(render_episode(issue, block, theme, settings, pictures).encode()),
            cover=_cover(block, theme, pictures),
            people=tuple((person.name, person.role, person.url) for person in episode.people),
            chapters=tuple((chapter.start_s, chapter.title, chapter.url) for chapter in episode.chapters),
            transcript=kept.write(write_vtt(episode.cues).encode()) if episode.cues else "",
            transcript_language=episode.cues_language,
        )


def _cover(block: Block, theme: Theme, pictures: Pictures) -> str:
    """Return the file of the cover, without a button on it; empty where there is none, or it lies elsewhere."""
    attribute = theme.kinds[block.kind].attributes.get("cover")
    name = str(block.attributes.get("cover", ""))
    use = PictureUse(name, attribute.width_px) if attribute else None
    return next((picture.file for known, picture in pictures.entries if known == use), "")
