"""Links to where a newsletter or a podcast is elsewhere: their names, and how these are spelt."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

SOCIAL_NAMES = MappingProxyType(
    {
        name.lower(): name
        for name in (
            "Apple Podcasts", "Bluesky", "Discord", "Facebook", "GitHub", "Instagram", "LinkedIn", "Mastodon",
            "Overcast", "Pinterest", "Pocket Casts", "Reddit", "RSS", "Signal", "Spotify", "Substack", "Telegram",
            "Threads", "TikTok", "Twitch", "Vimeo", "WhatsApp", "X", "YouTube",
        )
    }
)  # fmt: skip
"""How the names in `[theme.social]` are spelt, whatever the case in which they are written."""

MAX_SOCIAL_LINKS = 8


@dataclass(frozen=True, slots=True)
class SocialLink:
    """Where readers find the newsletter elsewhere: one line of `[theme.social]`."""

    name: str
    """As readers see it, such as `LinkedIn`."""
    url: str
