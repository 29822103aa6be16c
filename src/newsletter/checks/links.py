"""Rules on where links lead, and on what readers see of them."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from newsletter.checks.rule import Remark
from newsletter.checks.vocabulary import FOLLOWERS, OTHERS, VAGUE
from newsletter.issue import PLACEHOLDER
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material
    from newsletter.checks.prose import Link

PREVIEW_HOSTS = re.compile(
    r"(?:^|\.)(?:ngrok\.io|ngrok-free\.app|trycloudflare\.com|loca\.lt|gitpod\.io|github\.dev|webcontainer\.io)$"
    r"|--[\w-]+\.netlify\.app$|-git-[\w-]+\.vercel\.app$"
)
"""Where something is shown to its makers for a while."""
LEAST_WORDS = 2
"""One word, such as a name, may well lead to several places."""
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_LOOKS_LIKE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def link_http(material: Material) -> Iterator[Remark]:
    """What is read over http: can be read and changed on its way, and mail programs warn of it.

    Nearly every site has https: by now; try it.
    """
    for link in material.links:
        if link.target.startswith("http://") and not _is_local(_host(link)):
            message = f"{_called(link)} begins with http://; write https://, which nearly every site has"
            yield Remark(link.position, message)


def link_local(material: Material) -> Iterator[Remark]:
    """The link leads to your own machine, to a network that readers are not in, or to a preview that goes away.

    Link to the published page.
    """
    for link in material.links:
        host = _host(link)
        if host and (_is_local(host) or PREVIEW_HOSTS.search(host)):
            yield Remark(link.position, f"{_called(link)} leads to {host}, which readers cannot reach")


def link_empty(material: Material) -> Iterator[Remark]:
    """There are no words between [ and ], so readers see nothing to choose, and screen readers spell the address.

    Write words between [ and ], or delete the link.
    """
    for link in _in_words(material):
        if not link.words.strip():
            yield Remark(link.words_at, f"{_called(link)} has no words between [ and ], so nobody sees it")


def link_nowhere(material: Material) -> Iterator[Remark]:
    """The link leads to a place in this issue that is not there.

    Give the block that is meant an id, `{#name}`, and link to `#name`; or link to the page that is meant.
    """
    ids = {part.id for block in material.issue.blocks for part in block.parts}
    ids |= {block.id for block in material.issue.blocks}
    for link in material.links:
        if link.target.startswith("#") and link.target[1:] not in ids - {""}:
            yield Remark(link.position, f"{_called(link)} leads nowhere: no block of this issue has that id")


def link_vague(material: Material) -> Iterator[Remark]:
    """Who skims a mail, or has its links read out, hears only "here, here, here".

    Link the words that say what is behind it: not "read more [here]" but "read [the whole report]".
    """
    for link in _in_words(material):
        if _is_vague(link):
            yield Remark(
                link.words_at, f"the words {quoted(link.words)} do not say where the link leads; link those that do"
            )


def link_ambiguous(material: Material) -> Iterator[Remark]:
    """The same words that lead to two places: mostly one of the two was copied, and its address forgotten.

    Mend the address, or say in the words how the two differ. The items of lists are let pass, as they say more around
    the words, and a name may well return in them.
    """
    first: dict[str, Link] = {}
    told: set[str] = set()
    for link in _in_words(material):
        words = _folded(link.words)
        is_item = _ITEM.match(material.lines[link.words_at.line - 1])
        if words.count(" ") < LEAST_WORDS - 1 or is_item or link.is_bare or _is_vague(link):
            continue
        before = first.setdefault(words, link)
        if words not in told and _same_place(before.target) != _same_place(link.target):
            told.add(words)
            where = f"in line {before.position.line} the words {quoted(link.words)} lead to {quoted(before.written)}"
            yield Remark(link.words_at, f"{where}, and here to {quoted(link.written)}")


def link_disguised(material: Material) -> Iterator[Remark]:
    """Words that are one address and lead to another are how people are robbed; mail programs warn of them.

    Write the address that the link leads to, or words.
    """
    for link in _in_words(material):
        words = link.words.strip()
        if link.is_bare or not _LOOKS_LIKE_ADDRESS.fullmatch(words):
            continue
        shown = _host_of(words if "://" in words else f"https://{words}")
        if shown and _domain(shown) != _domain(_host(link)) and _host(link):
            yield Remark(
                link.words_at, f"the words {quoted(words)} are an address, and the link leads to {_host(link)}"
            )


def link_tracking(material: Material) -> Iterator[Remark]:
    """The address was copied with a mark of who copied it, by which a site follows your readers in your name.

    Cut the parameter out; the page is the same. A sponsor's own address is left alone.
    """
    for link in material.links:
        if link.kind == "sponsor" or "?" not in link.target:
            continue
        for name, value in parse_qsl(urlsplit(link.target).query):
            if name.lower() in FOLLOWERS or (name.lower() == "utm_source" and value.lower() in OTHERS):
                yield Remark(link.position, f"{_called(link)} follows your readers by {quoted(name)}; cut that out")
                break


def link_dead(material: Material) -> Iterator[Remark]:
    """With `--online` each link is asked. This one answers that there is nothing, or nobody answers at its name.

    Mend the address, or leave the link out.
    """
    for link in material.links:
        answer = material.answers.get(asked_at(link))
        if answer and answer.is_dead:
            yield Remark(link.position, f"{_called(link)} leads to nothing: it {answer.reason}")


def link_moved(material: Material) -> Iterator[Remark]:
    """With `--online` each link is asked. This page has moved for good, and its old address may stop working.

    Write the new address.
    """
    for link in material.links:
        answer = material.answers.get(asked_at(link))
        if answer and answer.moved_to:
            yield Remark(link.position, f"{_called(link)} has moved for good, to {quoted(answer.moved_to)}")


def link_unsure(material: Material) -> Iterator[Remark]:
    """With `--online` each link is asked. This one did not say yes; some sites answer people only.

    Open it in a browser.
    """
    for link in material.links:
        answer = material.answers.get(asked_at(link))
        if answer and answer.is_unsure:
            yield Remark(
                link.position, f"{_called(link)} did not answer as a page does: it {answer.reason}; open it yourself"
            )


def asked_at(link: Link) -> str:
    """Return the address that is asked whether it answers; empty for a link that is not asked."""
    is_asked = link.target.startswith(("https://", "http://")) and not PLACEHOLDER.search(link.target)
    return link.target.partition("#")[0] if is_asked and not _is_local(_host(link)) else ""


def _in_words(material: Material) -> Iterator[Link]:
    return (link for link in material.links if not link.is_picture and not link.attribute)


def _called(link: Link) -> str:
    return f"the {'picture' if link.is_picture else 'link'} {quoted(link.written)}"


def _host(link: Link) -> str:
    return "" if PLACEHOLDER.match(link.target) else _host_of(link.target)


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_local(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_LOCAL))


def _domain(host: str) -> str:
    """Return the last two names of a host, which those of one owner mostly share."""
    return ".".join(host.lower().split(".")[-2:])


def _is_vague(link: Link) -> bool:
    return _folded(link.words) in VAGUE


def _folded(words: str) -> str:
    return " ".join(_WORD.findall(words.casefold()))


def _same_place(address: str) -> str:
    return address.partition("#")[0].rstrip("/").casefold()
