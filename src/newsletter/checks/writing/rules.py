"""Rules on the writing. They are about words alone, so all they give is advice."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from newsletter.checks.rule import Remark
from newsletter.checks.writing import style
from newsletter.checks.writing.address import addresses_in
from newsletter.checks.writing.passages import INBOX, PROSE, passages_of
from newsletter.checks.writing.spelling import better_word, is_among, names_in, strangers_in, without_ending
from newsletter.checks.writing.words import words_in
from newsletter.wording import counted, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material
    from newsletter.checks.writing.passages import Passage

_ADDRESS = re.compile(r"https?://[^\s<>\")]+|[\w.+-]+@[\w.-]+")
_MOST_STRANGERS = 1 / 4
"""Of the words: with more, the issue is in another language."""
_NOT_OURS = frozenset({"quote", "sponsor"})
"""The kinds of blocks in which somebody else speaks."""
_kept: dict[tuple[str, str], tuple[Passage, ...]] = {}


def spelling(material: Material) -> Iterator[Remark]:
    """A slip of the pen makes readers doubt the rest.

    Mend the word; or add it to the newsletter's own, in the file that `dictionary` in `[checks]` names: one word on a
    line, in lower case for one that may begin with a capital too. Code, addresses and names are left out.
    """
    language, passages = material.issue.language, _passages(material)
    strangers = [(passage, stranger) for passage in passages for stranger in strangers_in(passage.text, language)]
    if len(strangers) > _MOST_STRANGERS * sum(1 for passage in passages for _ in words_in(passage.text)):
        return  # it is in another language than it says, which is another rule's matter
    right = material.own_words | _names(material, Counter(stranger.word for _, stranger in strangers))
    for passage, stranger in strangers:
        if is_among(stranger.word, right):
            continue
        better = better_word(stranger.word, language)
        if stranger.begins and not better:
            continue
        hint = f" (did you mean {quoted(better)}?)" if better else ""
        mend = f"if it is right, add it to {material.settings.checks.dictionary}"
        yield Remark(passage.at(stranger.index), f"no dictionary knows {quoted(stranger.word)}{hint}; {mend}")


def _names(material: Material, strangers: Counter[str]) -> set[str]:
    """Return what is a name in an issue: what has a capital within a sentence, or time and again, or in an address."""
    newsletter = material.settings.newsletter
    names = {word for passage in _passages(material) for word in names_in(passage.text)}
    names |= {without_ending(word) for word, times in strangers.items() if times > 1 and word[0].isupper()}
    spoken = (newsletter.name, newsletter.from_name, newsletter.url, *_ADDRESS.findall("\n".join(material.lines)))
    return names | {word[0].lower() for text in spoken for word in words_in(text)}


def word_repeated(material: Material) -> Iterator[Remark]:
    """Where a sentence was changed, a word is easily left twice; the eye skips it at the end of a line.

    Delete one of them.
    """
    for passage in _passages(material):
        for index, message in style.repeated_words(passage.text, passage.raw, material.issue.language):
            yield Remark(passage.at(index), message)


def space_doubled(material: Material) -> Iterator[Remark]:
    """Two spaces are seen in the plain text, and left behind where words were taken out.

    Delete one of them.
    """
    for passage in _passages(material):
        for index, message in style.doubled_spaces(passage.text, passage.raw):
            yield Remark(passage.at(index), message)


def sentence_length(material: Material) -> Iterator[Remark]:
    """Of a long sentence the beginning is forgotten at its end, on a telephone above all.

    Make two of it. `sentence_words` in `[checks]` says how long one may be.
    """
    for passage in _passages(material):
        if passage.part == PROSE:
            for index, message in style.long_sentences(passage.text, material.settings.checks.sentence_words):
                yield Remark(passage.at(index), message)


def quote_straight(material: Material) -> Iterator[Remark]:
    """In the text of an issue straight quotes become typographic by themselves; in the inbox they stay what they are.

    Write “ and ” in the subject and the preheader. In the text, a quote without a partner stays straight: close it.
    """
    for passage in _passages(material):
        found = (
            style.straight_quotes(passage.text)
            if passage.part == INBOX
            else style.lone_quotes(passage.text, material.issue.language)
        )
        for index, message in found:
            yield Remark(passage.at(index), message)


def address_mixed(material: Material) -> Iterator[Remark]:
    """A text that says *je* here and *u* there was written by two people, or changed halfway.

    Choose one. What stands in quotes, in a `quote` or a `sponsor` is left out.
    """
    if material.issue.language != "nl":
        return
    found = [
        (passage.at(index), word, form)
        for passage in _passages(material)
        if passage.kind not in _NOT_OURS
        for index, word, form in addresses_in(passage.text)
    ]
    forms = Counter(form for _, _, form in found).most_common()
    if len(forms) > 1:
        (usual, times), *_ = forms
        for position, word, form in found:
            if form != usual:
                yield Remark(position, f"{quoted(word)} here, and {quoted(usual)} {counted(times, 'time')} elsewhere")


def _passages(material: Material) -> tuple[Passage, ...]:
    """Return the passages of an issue; kept until another is asked for, as every rule here looks at them."""
    key = (material.issue.path, material.issue.source_sha256)
    found = _kept.get(key)
    if found is None:
        found = tuple(passages_of(material))
        _kept.clear()
        _kept[key] = found
    return found
