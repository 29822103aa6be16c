"""The table of the rules. One that does not stand here is not looked at."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.checks import dates, headings, items, links, mail, pairs, pictures, subject, words
from newsletter.checks.clients import rules as clients
from newsletter.checks.rule import Rule
from newsletter.checks.writing import rules as writing
from newsletter.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

_INBOX = (
    Rule("subject-length", _WARNING, "The subject is cut off, or too short to say anything.", subject.subject_length),
    Rule("subject-wordless", _WARNING, "The subject has no word in it.", subject.subject_wordless),
    Rule("subject-shouting", _WARNING, "The subject is all capitals, or has marks in a row.", subject.subject_shouting),
    Rule("subject-reply", _WARNING, "The subject pretends to answer the reader.", subject.subject_reply),
    Rule("subject-repeated", _WARNING, "The subject is that of another issue.", subject.subject_repeated),
    Rule("preheader-missing", _WARNING, "There is no preheader.", subject.preheader_missing),
    Rule("preheader-length", _WARNING, "The preheader leaves room unused, or is cut off.", subject.preheader_length),
    Rule("preheader-subject", _WARNING, "The preheader repeats the subject.", subject.preheader_subject),
    Rule("preheader-repeated", _WARNING, "The preheader is that of another issue.", subject.preheader_repeated),
)
_LINKS = (
    Rule("link-http", _WARNING, "An address begins with http://.", links.link_http),
    Rule("link-local", _ERROR, "A link leads to where readers cannot come.", links.link_local),
    Rule("link-empty", _ERROR, "A link has no words.", links.link_empty),
    Rule("link-nowhere", _ERROR, "A link leads to a place in the issue that is not there.", links.link_nowhere),
    Rule("link-vague", _WARNING, "A link's words do not say where it leads.", links.link_vague),
    Rule("link-ambiguous", _WARNING, "The same words lead to two places.", links.link_ambiguous),
    Rule("link-disguised", _ERROR, "A link's words are another address than its own.", links.link_disguised),
    Rule("link-tracking", _WARNING, "An address follows your readers for somebody else.", links.link_tracking),
    Rule("link-dead", _ERROR, "A link leads to nothing (with --online).", links.link_dead),
    Rule("link-moved", _WARNING, "What a link leads to has moved for good (with --online).", links.link_moved),
    Rule("link-unsure", _WARNING, "A link did not answer as a page does (with --online).", links.link_unsure),
)
_PICTURES = (
    Rule("picture-alt-name", _WARNING, "A picture's description says nothing.", pictures.picture_alt_name),
    Rule("picture-alt-length", _WARNING, "A picture's description is too long.", pictures.picture_alt_length),
    Rule("picture-weight", _WARNING, "A picture is heavy.", pictures.picture_weight),
    Rule("picture-format", _WARNING, "Some mail programs do not show a picture.", pictures.picture_format),
    Rule("picture-dark", _WARNING, "A picture cannot be seen on a dark screen.", pictures.picture_dark),
    Rule("picture-only", _WARNING, "There is hardly any text beside the pictures.", pictures.picture_only),
)
_WORDS = (
    Rule("heading-first", _WARNING, "A heading is of the first level.", headings.heading_first),
    Rule("heading-level", _WARNING, "A heading skips a level.", headings.heading_level),
    Rule("heading-empty", _WARNING, "A heading has no words.", headings.heading_empty),
    Rule("placeholder", _ERROR, "Something is still to be written.", words.placeholder),
    Rule("placeholder-bracket", _WARNING, "A place to fill in was left in the text.", words.placeholder_bracket),
    Rule("placeholder-address", _ERROR, "An address is one that is kept for examples.", words.placeholder_address),
    Rule("hidden-character", _WARNING, "There is a character that nobody sees.", words.hidden_character),
    Rule("html-tag", _WARNING, "HTML stands in the text, and readers see the tags.", mail.html_tag),
    Rule("language", _WARNING, "The words are in another language than the issue says.", words.language),
)
_ITEMS = (
    Rule("item-id", _ERROR, "Another issue has a record with this id.", items.item_id),
    Rule("item-covered", _WARNING, "A tip or a tool was in an earlier issue.", items.item_covered),
    Rule("event-link", _WARNING, "An event has no link.", items.event_link),
    Rule("episode-old", _WARNING, "The podcast has a newer episode.", items.episode_old),
    Rule("sponsor-label", _ERROR, "A sponsor's message is not labelled as one.", mail.sponsor_label),
    Rule("sponsor-rel", _WARNING, "A sponsor's link on the page is not marked as paid for.", mail.sponsor_rel),
)
_DAYS = (
    Rule("date-file", _WARNING, "The file is named after another day.", dates.date_file),
    Rule("date-send-at", _WARNING, "It goes out on another day than it bears.", dates.date_send_at),
    Rule("date-schedule", _WARNING, "It is not of a day or a time of the schedule.", dates.date_schedule),
    Rule("send-at-past", _WARNING, "The time to send it is over, and it is a draft.", dates.send_at_past),
    Rule("date-weekday", _WARNING, "A weekday and a date do not go together.", dates.date_weekday),
    Rule("pair-differs", _WARNING, "An issue in two languages differs between them.", pairs.pair_differs),
)
_MAIL = (
    Rule("unsubscribe-link", _ERROR, "A part of the mail has no link to unsubscribe.", mail.unsubscribe_link),
    Rule("field-unfilled", _ERROR, "A personal field has no value for a sample reader.", mail.field_unfilled),
    Rule("field-fallback", _WARNING, "A personal field has no value for some readers.", mail.field_fallback),
    Rule("mail-size", _WARNING, "The mail is nearly as large as Gmail shows.", mail.mail_size),
    Rule("mail-clipped", _ERROR, "The mail is larger than Gmail shows.", mail.mail_clipped),
    Rule("mail-frame", _ERROR, "The HTML lacks what every mail needs.", mail.mail_frame),
    Rule("mail-style", _WARNING, "A style sheet is too large, or is loaded from elsewhere.", mail.mail_style),
    Rule("outlook-width", _WARNING, "Outlook is shown tables wider than the mail.", mail.outlook_width),
    Rule("text-share", _WARNING, "The plain text says much less than the HTML.", mail.text_share),
)
_CLIENTS = (
    Rule("client-support", _WARNING, "Some mail programs do not show what readers would miss.", clients.client_support),
    Rule("contrast", _ERROR, "Words of the mail can hardly be read, light or dark.", clients.contrast),
)
_WRITING = (
    Rule("spelling", _WARNING, "A word stands in no dictionary.", writing.spelling),
    Rule("word-repeated", _WARNING, "A word stands twice, one behind the other.", writing.word_repeated),
    Rule("space-doubled", _WARNING, "Two spaces stand where one is enough.", writing.space_doubled),
    Rule("sentence-length", _WARNING, "A sentence is too long.", writing.sentence_length),
    Rule("quote-straight", _WARNING, "A quote is shown straight.", writing.quote_straight),
    Rule("address-mixed", _WARNING, "A Dutch text says both je and u.", writing.address_mixed),
)

GROUPS: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "The inbox": _INBOX,
        "Links": _LINKS,
        "Pictures": _PICTURES,
        "Words": _WORDS,
        "Items": _ITEMS,
        "Days": _DAYS,
        "The mail": _MAIL,
        "The mail programs": _CLIENTS,
        "The writing": _WRITING,
    }
)
"""The rules by what they are about."""

RULES: tuple[Rule, ...] = tuple(rule for group in GROUPS.values() for rule in group)
