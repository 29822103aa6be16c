"""The frozen data that the rooms hand on to each other.

Nothing here does any work, and everything is imported from here:

    findings   what is told about a file, at its place
    issue      an issue, as its editor wrote it
    personal   text that still waits for a reader
    episodes, pictures      what an issue shows
    mail       an issue as mail, and who gets it
    outcome    what became of one message
"""

from newsletter.model.episodes import Chapter, Cue, Episode, Person, TranscriptLink
from newsletter.model.findings import Finding, Position, Severity, Silencing
from newsletter.model.issue import Block, Body, Form, Issue, Part, Value
from newsletter.model.mail import Email, Recipient
from newsletter.model.outcome import Outcome, Scope, Verdict
from newsletter.model.personal import Conditional, Context, Hole, PersonalField, Segment, Segments
from newsletter.model.pictures import Embedded, NamedPicture, Picture, Pictures, PictureUse

__all__ = [
    "Block",
    "Body",
    "Chapter",
    "Conditional",
    "Context",
    "Cue",
    "Email",
    "Embedded",
    "Episode",
    "Finding",
    "Form",
    "Hole",
    "Issue",
    "NamedPicture",
    "Outcome",
    "Part",
    "Person",
    "PersonalField",
    "Picture",
    "PictureUse",
    "Pictures",
    "Position",
    "Recipient",
    "Scope",
    "Segment",
    "Segments",
    "Severity",
    "Silencing",
    "TranscriptLink",
    "Value",
    "Verdict",
]
