"""Lists of words, in Dutch and in English, that rules know by heart."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VAGUE = """
artikel|bekijk|deze|deze link|dit|ga verder|hier|hier lezen|kijk hier|klik|klik hier|lees dit|lees hier|lees meer
|lees verder|link|meer|meer info|meer informatie|meer lezen|via deze link|website
|article|click|click here|continue|continue reading|go|here|learn more|more|more info|more information|read more
|read on|see here|see more|this|this link
"""
_FOLLOWERS = """
_hsenc _hsmi dclid fbclid gbraid gclid igsh igshid li_fat_id mc_cid mc_eid mkt_tok msclkid oly_anon_id oly_enc_id
rb_clickid ref_src s_cid trk trkemail ttclid twclid vero_id wbraid wickedid yclid
"""
_OTHERS = """
bing bluesky chatgpt.com facebook fb google instagram linkedin mastodon openai perplexity reddit rss substack t.co
threads tiktok twitter x youtube
"""
_SAYS_NOTHING = """
afbeelding beeld cover foto grafiek illustratie logo plaatje schermafbeelding tekening
chart drawing graph graphic icon illustration image photo picture screenshot
"""
_DUTCH = """
aan als bij dan dat de deze die door een en er heeft het hij ik je kan maar met naar niet nog om ook op over te uit van
voor wat wel wij worden wordt ze zijn
"""
_ENGLISH = """
about and are as at be can for from has have it not of on or our that the their there they this to was we were what
which will with would you your
"""

VAGUE = frozenset(_VAGUE.replace("\n", "").split("|"))
"""Words that say of no link where it leads."""

FOLLOWERS = frozenset(_FOLLOWERS.split())
"""Parameters of an address by which a site knows through whom somebody came."""

OTHERS = frozenset(_OTHERS.split())
"""What `utm_source` says in an address that was copied from there."""

SAYS_NOTHING = frozenset(_SAYS_NOTHING.split())
"""Words that describe no picture."""

COMMON: Mapping[str, frozenset[str]] = MappingProxyType(
    {"nl": frozenset(_DUTCH.split()), "en": frozenset(_ENGLISH.split())}
)
"""For each language the words that make up a third of any text in it, and are rare in the other."""
