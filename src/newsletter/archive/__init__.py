"""Issues in, a folder of web pages out.

In: the issues of a workspace, the theme, the settings, the time. Out: a folder that any web host serves: a page for
each issue at `/p/SLUG/` with its pictures and events, lists of issues, tips and tools, feeds, a search, and what search
engines ask for.
May not: know a subscriber, send anything, leave a half-written site behind.

The way of a page:

    issue's file ─► digest ─► known? ─► record, text            (kept in .newsletter/archive)
                                │
                       Issue ─► article as HTML, files beside it
    records ─► plan: every file of the site, each with a key of all that it is made of
                 key as before ─► linked to the old site's file
                         other ─► made
                                   └► both sites change places
"""

from newsletter.archive.build import Built, Order, build
from newsletter.archive.deploy import Changes, Publication, deploy
from newsletter.archive.folder import MARK

__all__ = ["MARK", "Built", "Changes", "Order", "Publication", "build", "deploy"]
