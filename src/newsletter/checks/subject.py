"""Rules on what an inbox shows: the subject, and the preheader beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.checks.rule import Remark
from newsletter.issue import PLACEHOLDER
from newsletter.wording import counted, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material

MOST_SUBJECT_CHARACTERS = 78
LEAST_SUBJECT_CHARACTERS = 6
LEAST_PREHEADER_CHARACTERS = 40
MOST_PREHEADER_CHARACTERS = 140
LEAST_SHOUTED_WORDS = 3

_REPLY = re.compile(r"(?:re|fw|fwd|aw|antw|doorst|vs|sv)\s*:", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKS = re.compile(r"[!?]{2,}")


def subject_length(material: Material) -> Iterator[Remark]:
    """RFC 5322 (section 2.1.1) asks for lines of at most 78 characters, and a telephone shows some 40 of them.

    Say first what the issue is about; the preheader has room for the rest.
    """
    length = max((len(letter.subject) for letter in material.letters), default=len(_words(material.issue.subject)))
    if length > MOST_SUBJECT_CHARACTERS:
        message = (
            f"a subject of {counted(length, 'character')}; of more than {MOST_SUBJECT_CHARACTERS} the end is cut off"
        )
        yield Remark(material.at("subject"), message)
    elif len(_words(material.issue.subject)) < LEAST_SUBJECT_CHARACTERS:
        message = f"the subject {quoted(material.issue.subject)} is too short to say what the issue is about"
        yield Remark(material.at("subject"), message)


def subject_wordless(material: Material) -> Iterator[Remark]:
    """A subject of emoji or signs alone is read out as their names, and looks like spam.

    Put words to it.
    """
    subject = material.issue.subject
    if not _LETTER.search(subject):
        yield Remark(material.at("subject"), f"the subject {quoted(subject)} has no word in it; add what it is about")


def subject_shouting(material: Material) -> Iterator[Remark]:
    """Capitals and rows of exclamation marks are read as shouting, by people and by spam filters.

    Write it as a sentence.
    """
    subject = _words(material.issue.subject)
    words = _WORD.findall(subject)
    if len(words) >= LEAST_SHOUTED_WORDS and all(word.isupper() for word in words):
        yield Remark(material.at("subject"), f"the subject {quoted(subject)} is all capitals; write it as a sentence")
    elif marks := _MARKS.search(subject):
        yield Remark(material.at("subject"), f'the subject has "{marks[0]}" in it; one mark says the same')


def subject_reply(material: Material) -> Iterator[Remark]:
    """`Re:` and `Fwd:` say that the reader wrote first. That deceives him, and in some countries the law forbids it.

    Leave it out.
    """
    if found := _REPLY.match(material.issue.subject.strip()):
        message = f'the subject begins with "{found[0]}", as if it answered the reader; leave that out'
        yield Remark(material.at("subject"), message)


def subject_repeated(material: Material) -> Iterator[Remark]:
    """Two issues of one subject look like the same mail, and many mail programs stack them as one conversation.

    Say what is new in this one.
    """
    yield from _repeated(material, "subject")


def preheader_missing(material: Material) -> Iterator[Remark]:
    """Without a preheader the inbox shows whatever comes first in the mail, such as the name of the newsletter.

    Add `preheader: "…"`: one sentence that goes on where the subject ends. It is needed to send.
    """
    if not material.issue.preheader:
        message = "there is no preheader, which stands beside the subject in the inbox; add `preheader: …`"
        yield Remark(material.at("preheader"), message)


def preheader_length(material: Material) -> Iterator[Remark]:
    """An inbox shows 40 to 140 characters of it. Behind a shorter one it shows the first words of the mail.

    Use the room, and say what matters first.
    """
    length = len(_words(material.issue.preheader))
    if length > MOST_PREHEADER_CHARACTERS:
        message = f"a preheader of {length} characters; an inbox shows {MOST_PREHEADER_CHARACTERS} at most"
        yield Remark(material.at("preheader"), message)
    elif 0 < length < LEAST_PREHEADER_CHARACTERS:
        message = (
            f"a preheader of {counted(length, 'character')}; there is room for {LEAST_PREHEADER_CHARACTERS} or more"
        )
        yield Remark(material.at("preheader"), message)


def preheader_subject(material: Material) -> Iterator[Remark]:
    """A preheader that says what the subject says wastes the second line that a reader sees.

    Go on where the subject ends.
    """
    subject, preheader = _folded(material.issue.subject), _folded(material.issue.preheader)
    if preheader and preheader == subject:
        yield Remark(material.at("preheader"), "the preheader says the same as the subject; go on where that ends")


def preheader_repeated(material: Material) -> Iterator[Remark]:
    """The preheader of another issue is mostly one that was forgotten when its file was copied.

    Write one for this issue.
    """
    yield from _repeated(material, "preheader")


def _repeated(material: Material, key: str) -> Iterator[Remark]:
    mine = _folded(getattr(material.issue, key))
    for other in material.others:
        if mine and _folded(getattr(other, key)) == mine:
            yield Remark(material.at(key), f"the {key} is also that of {other.path} ({other.date}); write its own")
            return


def _words(text: str) -> str:
    return PLACEHOLDER.sub("", text).strip()


def _folded(text: str) -> str:
    """Return a text as it is compared: without case, signs and spaces."""
    return "".join(_LETTER.findall(_words(text).casefold()))
