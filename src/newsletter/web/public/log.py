"""The access log: what was asked and how it went, and nothing of who asked.

No address, no IP, no user agent, no query. In the path, a token is as good as a name, so what may be one is left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,79})")
_TOKEN = re.compile(r"[A-Za-z0-9_.]{24,}")
_SECRET = frozenset({"c", "comments", "me", "preferences", "u"})
"""The first words of paths in which somebody's token follows, or a moderator's."""
_MAX_PARTS = 8
_HIDDEN = "…"


def line(now_ms: int, method: str, path: str, status: int, seconds: float, size: int) -> str:
    """Return one line of the log; `size` is the bytes of the body that were sent."""
    when = datetime.fromtimestamp(now_ms // 1000, UTC)
    shown = method if method.isalpha() and len(method) <= 10 else _HIDDEN  # noqa: PLR2004 - longer than any there is
    return f"{when:%Y-%m-%dT%H:%M:%SZ} {shown} {without_tokens(path)} {status} {seconds * 1000:.1f} ms {size}"


def without_tokens(path: str) -> str:
    """Return a path as the log may show it: words as the site's own addresses are made of, all else as `…`."""
    parts = path.split("/")[1 : _MAX_PARTS + 1]
    shown = [_shown(part, is_secret=bool(place) and parts[0] in _SECRET) for place, part in enumerate(parts)]
    return "/" + "/".join(shown)


def _shown(part: str, *, is_secret: bool) -> str:
    if not part:
        return part
    return part if _WORD.fullmatch(part) and not is_secret and not _TOKEN.fullmatch(part) else _HIDDEN
