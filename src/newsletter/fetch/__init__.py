"""What stands at an address on the web, fetched with care. The only door to httpx.

In: an address that somebody else wrote, how much may come of it and how long it may take, and which hosts were named.
Out: what stands there, as `Fetched`; or a `FetchError` of one line. Both say nothing of a user name in the address.
Of many addresses: whether they answer. Of one server: what it answers once, as it comes; and, of a server of
ours (`relay`), an answer handed on piece by piece.
May not: speak anything but http and https, reach an address that is not of the open web unless its host was named,
keep a cookie, obey a proxy from the environment, or know what the bytes mean.
"""

from newsletter.fetch.asking import Asked, ask_all
from newsletter.fetch.fetching import Exchanged, Fetched, Known, Limits, Web, exchange, fetch, shown_url
from newsletter.fetch.kept import keep, read_kept

__all__ = [
    "Asked",
    "Exchanged",
    "Fetched",
    "Known",
    "Limits",
    "Web",
    "ask_all",
    "exchange",
    "fetch",
    "keep",
    "read_kept",
    "shown_url",
]
