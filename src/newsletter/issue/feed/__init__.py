"""The feed of a podcast in, its episodes out.

In: the bytes of a feed, of a file of chapters, of a transcript. Out: `Feed`, with an `Episode` for each item and what
had to be left out of it; chapters; cues.
May not: touch the network; let markup, an address that is none of the web, or a control character through. Whatever
stands in a feed was written by strangers: it is at most refused, in one line.

Each library has one door: feedparser `document`, lxml `markup`, nh3 and markdownify `notes`. They take 150 ms to
import, which an issue whose episode is pinned need not wait for; so nothing is imported here.
"""
