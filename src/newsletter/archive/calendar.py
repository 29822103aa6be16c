"""An event as a file for calendars: the only door to icalendar. RFC 5545; as RFC 5546 section 3.2.1 publishes one.

Times are in UTC, which every calendar shows in its owner's own zone, and which needs no description of a zone.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vCalAddress

from newsletter.issue.kinds import START
from newsletter.render.text import LinkList, to_text
from newsletter.render.view import reply_to
from newsletter.render.web import public_line

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.model import Block, Issue

_UNWRAPPED = 1000
"""Columns: a calendar wraps a description itself."""
_PRODUCT = "-//newsletter//events//EN"


def calendar_file(block: Block, issue: Issue, settings: Settings) -> bytes:
    """Return the `.ics` file of one block that has a `start`, and perhaps an `end`, a `place` and a `url`.

    The same issue gives the same bytes. The event is known by its block's id, so a calendar that has it already
    takes a later file as its correction.

    Raises:
        IssueError: a personal field is wrong; at its line.
    """
    newsletter = settings.newsletter

    def said(name: str) -> str:
        return public_line(str(block.attributes.get(name, "")), issue, settings)

    page = f"{newsletter.url}/p/{issue.slug}/#{block.id}"
    event = Event()
    event.add("uid", f"{block.id}@{urlsplit(newsletter.url).hostname}")
    event.add("dtstamp", datetime.combine(issue.date, time(), UTC))
    event.add("summary", public_line(block.title, issue, settings).strip())
    for name, key in ((START, "dtstart"), ("end", "dtend")):
        moment = block.attributes.get(name)
        if isinstance(moment, datetime):
            event.add(key, moment.astimezone(UTC))
    event.add("url", said("url") or page)
    for key, words in (("location", said("place")), ("description", _description(block, issue, settings))):
        if words:
            event.add(key, words)
    organizer = vCalAddress(f"mailto:{reply_to(newsletter)}")
    organizer.params["CN"] = newsletter.name
    event.add("organizer", organizer)
    calendar = Calendar()
    for key, value in (("prodid", _PRODUCT), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(key, value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _description(block: Block, issue: Issue, settings: Settings) -> str:
    links = LinkList()
    text = to_text(block.body.tokens, links, _UNWRAPPED)
    return public_line("\n\n".join(filter(None, (text, links.render()))), issue, settings)
