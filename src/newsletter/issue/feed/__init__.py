"""The feed of a podcast in, its episodes out.

In: the bytes of a feed, of a file of chapters, of a transcript. Out: `Feed`, with an `Episode` for each item and what
had to be left out of it; chapters; cues.
May not: touch the network; let markup, an address that is none of the web, or a control character through. Whatever
stands in a feed was written by strangers: it is at most refused, in one line.

Each library has one door: feedparser `document`, lxml `markup`, nh3 and markdownify `notes`.
"""

from newsletter.issue.feed.chapters import chapters_in_json, chapters_in_text
from newsletter.issue.feed.document import Feed, Item, read_feed
from newsletter.issue.feed.notes import notes_of
from newsletter.issue.feed.transcripts import read_transcript, write_vtt

__all__ = [
    "Feed",
    "Item",
    "chapters_in_json",
    "chapters_in_text",
    "notes_of",
    "read_feed",
    "read_transcript",
    "write_vtt",
]
