"""Issues in, a folder of web pages out.

In: issues, the theme, the settings. Out: `Page`s, and a folder that any web host serves: an index, one page for each
issue at `/p/SLUG/`, its pictures and events, the theme's assets.
May not: know a subscriber, send anything, leave a half-written site behind.
"""

from newsletter.archive.publish import publish
from newsletter.archive.site import Source, site_pages

__all__ = ["Source", "publish", "site_pages"]
