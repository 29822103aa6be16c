"""Rules on pictures: what is said of them in words, what they weigh, whether everybody can see them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.checks.rule import Remark
from newsletter.checks.vocabulary import SAYS_NOTHING
from newsletter.render.pictures import dark_share
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material
    from newsletter.model import Position

MOST_ALT_CHARACTERS = 250
MOST_PICTURE_BYTES = 1_000_000
MOST_DARK_SHARE = 0.6
LEAST_TEXT_CHARACTERS = 200
NOT_EVERYWHERE = {
    ".avif": "AVIF", ".bmp": "BMP", ".heic": "HEIC", ".svg": "SVG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WebP",
}  # fmt: skip

_FILE_NAME = re.compile(
    r"\S+\.(?:png|jpe?g|gif|webp|svg|avif)|(?:img|dsc|image|screenshot|foto)[-_ ]?\d+", re.IGNORECASE
)
_NOT_A_WORD = re.compile(r"[\W_]+")


def picture_alt_name(material: Material) -> Iterator[Remark]:
    """Who cannot see the picture gets these words instead, and a file's name or "image" tells nothing.

    Say in a sentence what there is to see, and why it is there.
    """
    for name, words, position in _described(material):
        plain = _NOT_A_WORD.sub("", words).casefold()
        stem = _NOT_A_WORD.sub("", PurePosixPath(urlsplit(name).path).stem).casefold()
        if plain in SAYS_NOTHING or plain == stem or _FILE_NAME.fullmatch(words.strip()):
            yield Remark(position, f"{quoted(words)} does not say what there is to see in the picture {quoted(name)}")


def picture_alt_length(material: Material) -> Iterator[Remark]:
    """A screen reader reads it in one go, without a way back.

    Say the most important thing in a sentence or two, and put the rest into the text, where it helps everybody.
    """
    for name, words, position in _described(material):
        if len(words) > MOST_ALT_CHARACTERS:
            message = (
                f"the picture {quoted(name)} is described in {len(words)} characters; {MOST_ALT_CHARACTERS} are enough"
            )
            yield Remark(position, message)


def picture_weight(material: Material) -> Iterator[Remark]:
    """Pictures are scaled and compressed, but moving ones stay as they are. On a telephone they cost time and money.

    Make it shorter, smaller or slower; or show a still picture, and link it to the moving one.
    """
    weights = {use.name: len(picture.content) for use, picture in material.pictures.entries}
    for named in material.issue.pictures:
        weight = weights.get(named.use.name, 0)
        if weight > MOST_PICTURE_BYTES:
            yield Remark(named.position, f"{named.called} weighs {weight / 1_000_000:.1f} MB; 1 MB is a lot in a mail")


def picture_format(material: Material) -> Iterator[Remark]:
    """Some mail programs do not show this format: Outlook on Windows no WebP or AVIF, Gmail no SVG.

    Link to a .png or .jpg, or put the file beside the issue.
    """
    for link in material.links:
        suffix = PurePosixPath(urlsplit(link.target).path).suffix.lower() if link.is_picture else ""
        if suffix in NOT_EVERYWHERE:
            message = (
                f"the picture {quoted(link.written)} is {NOT_EVERYWHERE[suffix]}, which some mail programs do not show"
            )
            yield Remark(link.position, message)


def picture_dark(material: Material) -> Iterator[Remark]:
    """What is drawn in dark ink on nothing stands on black for readers whose screen is dark, and is not seen.

    Save it with a white ground, or with a light line around its shapes.
    """
    shares = {use.name: dark_share(picture) for use, picture in material.pictures.entries}
    for named in material.issue.pictures:
        if shares.get(named.use.name, 0) > MOST_DARK_SHARE:
            yield Remark(named.position, f"{named.called} is dark ink on nothing, which nobody sees on a dark screen")


def picture_only(material: Material) -> Iterator[Remark]:
    """Many readers have pictures off, and filters take a mail of pictures with hardly any text for spam.

    Say in words what the pictures say.
    """
    characters = sum(len(line.text.replace(" ", "")) for line in material.prose)
    first = next((link for link in material.links if link.is_picture), None)
    if first and characters < LEAST_TEXT_CHARACTERS:
        message = f"beside its pictures the issue has {characters} letters; without them hardly anything is left of it"
        yield Remark(first.position, message)


def _described(material: Material) -> Iterator[tuple[str, str, Position]]:
    """Yield the name of each picture, the words that describe it, and where they stand."""
    for link in material.links:
        if link.is_picture and not link.attribute:
            yield link.written, link.words, link.words_at
    for block in material.issue.blocks:
        alt = str(block.attributes.get("alt", ""))
        name = next((str(block.attributes[key]) for key in ("src", "cover") if key in block.attributes), "")
        if alt.strip() and "alt" in block.places:
            yield name, alt, block.places["alt"]
