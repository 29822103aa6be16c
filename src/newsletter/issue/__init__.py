"""One Markdown file in, one `Issue` out.

In: the text of an issue, the kinds of blocks that the templates define, the newsletter's languages.
Out: a frozen `Issue`: front matter typed by its schema, blocks typed by theirs, bodies parsed into Markdown
tokens, personal fields hidden behind placeholders. Or an `IssueError` with every fault, each at its
`file:line:column`.
May not: render, touch the network, the database or the terminal.
"""

from newsletter.issue.holes import PLACEHOLDER
from newsletter.issue.kinds import Attribute, Kind, load_kinds
from newsletter.issue.markdown import parse_once
from newsletter.issue.names import slug_of
from newsletter.issue.parse import House, parse_issue, read_issue

__all__ = [
    "PLACEHOLDER",
    "Attribute",
    "House",
    "Kind",
    "load_kinds",
    "parse_issue",
    "parse_once",
    "read_issue",
    "slug_of",
]
