"""The same site as the others make: pages of issues, lists of fifty, tags, a feed of twenty."""

AUTHOR = "Haskell Weekly"
SITENAME = "Haskell Weekly"
SITEURL = "https://haskellweekly.example"
PATH = "content"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
THEME = "theme"
DEFAULT_PAGINATION = 50
ARTICLE_URL = ARTICLE_SAVE_AS = "p/{slug}/index.html"
SLUGIFY_SOURCE = "basename"
FEED_ALL_RSS = "feed.xml"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
RSS_FEED_SUMMARY_ONLY = False
FEED_MAX_ITEMS = 20
DIRECT_TEMPLATES = ["index", "tags"]
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = ""
MARKDOWN = {"output_format": "html5", "extension_configs": {"markdown.extensions.extra": {}}}
