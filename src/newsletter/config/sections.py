"""The sections of the settings: which keys each has, what they may be, and what they are when left out."""

from __future__ import annotations

import dataclasses
import re
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.config import fields, podcast
from newsletter.config.archive import read_archive
from newsletter.config.contrast import LEAST, unreadable
from newsletter.config.discussion import read_discussion
from newsletter.config.esp import read_esp, transport
from newsletter.config.faults import RefusedError, dotted
from newsletter.config.preview import read_preview
from newsletter.config.secret import Secret
from newsletter.config.segments import condition
from newsletter.config.settings import (
    AUTHS,
    BUILT_IN_FIELDS,
    CLIENTS,
    DARK,
    DEFAULT_STORE_URL,
    DEFAULT_TIMEZONE,
    IN_MAIL,
    LANGUAGES,
    LEVELS,
    LIGHT,
    PORTS,
    SECURITIES,
    TRANSPORTS,
    Checks,
    Delivery,
    Dkim,
    Level,
    Look,
    Newsletter,
    Palette,
    PicturesInMail,
    Sample,
    Sending,
    Settings,
    Smtp,
    Subscribers,
)
from newsletter.config.site import read_site
from newsletter.config.social import MAX_SOCIAL_LINKS, SOCIAL_NAMES, SocialLink
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from newsletter.config.contrast import Unreadable
    from newsletter.config.settings import Condition
    from newsletter.config.tables import Table

_NAME = re.compile(r"(?=\S)[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]{1,40}(?<=\S)")
_RULE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SEGMENT_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_settings(root: Path, top: Table) -> Settings:
    """Return the settings that the top of the file and its tables give; the tables gather the faults."""
    newsletter = _newsletter(top.table("newsletter"))
    subscribers, segments, samples = _readers(top, newsletter.language)
    return Settings(
        root=root,
        newsletter=newsletter,
        theme=_theme(top.table("theme"), newsletter.languages),
        pictures=_pictures(top.table("pictures")),
        podcast=_podcast(top.table("podcast")),
        delivery=_delivery(top.table("delivery"), root, newsletter.from_address),
        smtp=_smtp(top.table("smtp")),
        esp=read_esp(top.table("esp")),
        dkim=_dkim(top.table("dkim"), root, newsletter.from_address),
        sending=_sending(top.table("sending")),
        preview=read_preview(top.table("preview")),
        site=read_site(top.table("site"), segments, newsletter.languages),
        archive=read_archive(top.table("archive"), root),
        discussion=read_discussion(top.table("discussion")),
        checks=_checks(top.table("checks")),
        subscribers=subscribers,
        samples=samples,
        segments=segments,
        secret_key=top.secret("secret_key", fields.secret_key, None),
        store_url=top.secret("store_url", fields.store_url, Secret(DEFAULT_STORE_URL)),
    )


def _newsletter(table: Table) -> Newsletter:
    language_of = fields.choice(*LANGUAGES)
    name = table.required("name", fields.header_text, "the newsletter's name, as readers see it")
    url = table.required("url", fields.https_url, "the address of the archive and the public pages, https://…")
    language = table.required("language", language_of, "nl or en, for issues that do not say their own")
    return Newsletter(
        name=name,
        url=url,
        description=table.value("description", fields.text, ""),
        language=language,
        languages=_languages(table, language),
        timezone=table.value("timezone", fields.time_zone, None) or fields.time_zone(DEFAULT_TIMEZONE),
        from_name=table.required("from_name", fields.header_text, "the name of the sender, as readers see it"),
        from_address=table.required("from_address", fields.sender_address, "the address that mail comes from"),
        reply_to=table.value("reply_to", fields.or_empty(fields.sender_address), ""),
        list_id=table.value("list_id", fields.list_id, f"newsletter.{urlsplit(url).hostname}"),
        postal_address=table.required("postal_address", fields.some_text, "it stands at the foot of every mail"),
        schedule=_schedule(table),
    )


def _languages(table: Table, language: str) -> tuple[str, ...]:
    expected = 'an array of languages, such as ["nl", "en"]'
    default: tuple[str, ...] = (language,)
    languages = table.value("languages", fields.array(fields.choice(*LANGUAGES), expected), default)
    if language and language not in languages:
        table.refuse("languages", RefusedError(f"newsletter.language, {quoted(language)}, among them"))
    return languages


def _schedule(table: Table) -> tuple[podcast.Slot, ...]:
    default: tuple[podcast.Slot, ...] = ()
    return tuple(sorted(table.value("schedule", fields.array(podcast.slot, podcast.SCHEDULE), default)))


def _theme(table: Table, languages: tuple[str, ...]) -> Look:
    default = Look()
    return Look(
        logo=table.value("logo", fields.or_empty(fields.inner_path), default.logo),
        logo_dark=table.value("logo_dark", fields.or_empty(fields.inner_path), default.logo_dark),
        font=table.value("font", fields.font, default.font),
        radius_px=table.value("radius_px", fields.whole_number(0, 32), default.radius_px),
        footer=_footer(table, languages),
        social=_links(table.table("social")),
        light=_palette(table.table("light"), LIGHT),
        dark=_palette(table.table("dark"), DARK),
    )


def _footer(table: Table, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the footer's text for each language: one text for all of them, or a table with one for each."""
    if not isinstance(table.values.get("footer"), dict):
        text = table.value("footer", fields.footer_text, "")
        return tuple((language, text) for language in languages if text)
    texts = table.table("footer")
    meaning = "newsletter.languages has it, so the footer needs a text in it"
    return tuple((language, texts.required(language, fields.footer_text, meaning)) for language in languages)


def _links(table: Table) -> tuple[SocialLink, ...]:
    found: dict[str, SocialLink] = {}
    for place, key in enumerate(table.values):
        name = _spelt(key)
        url = table.value(key, fields.link_url, "")
        if place >= MAX_SOCIAL_LINKS:
            table.refuse(key, RefusedError(f"at most {MAX_SOCIAL_LINKS} links"))
        elif not _NAME.fullmatch(name):
            table.refuse(key, RefusedError("a name of 1 to 40 characters before it, as readers will see it"))
        elif name in found:
            table.refuse(key, RefusedError(f"one link to {name}, and there is another above it"))
        found.setdefault(name, SocialLink(name, url))
    return tuple(found.values())


def _spelt(key: str) -> str:
    """Return the name of a social network as it spells it itself; any other name as it is."""
    return SOCIAL_NAMES.get(re.sub(r"[\s_-]+", " ", key).lower(), key)


def _palette(table: Table, default: Palette) -> Palette:
    names = [field.name for field in dataclasses.fields(Palette)]
    palette = Palette(**{name: table.value(name, fields.colour, getattr(default, name)) for name in names})
    if not any(table.was_refused(name) for name in names):
        for pair in unreadable(palette):
            _refuse_unreadable(table, palette, pair)
    return palette


def _refuse_unreadable(table: Table, palette: Palette, pair: Unreadable) -> None:
    """Tell of it where newsletter.toml chose a colour: at the ink, or else at the ground."""

    def shown(name: str) -> str:
        return f'{dotted((*table.path, name))} "{getattr(palette, name)}"'

    measured = f"a contrast of {LEAST} or more, and it is {pair.ratio:.1f}"
    if table.has(pair.ink):
        mend = f', such as "{pair.better}"' if pair.better else ""
        grounds = " and ".join(shown(name) for name in pair.grounds)
        table.refuse(pair.ink, RefusedError(f"a colour that can be read on {grounds}{mend}: {measured}"))
    else:
        ground = next(name for name in pair.grounds if table.has(name))
        table.refuse(ground, RefusedError(f"a ground that {shown(pair.ink)} can be read on: {measured}"))


def _pictures(table: Table) -> PicturesInMail:
    return PicturesInMail(in_mail=table.value("in_mail", fields.choice(*IN_MAIL), PicturesInMail().in_mail))


def _podcast(table: Table) -> podcast.Podcast:
    default = podcast.Podcast()
    return podcast.Podcast(
        feed=table.value("feed", fields.or_empty(podcast.feed), default.feed),
        moment=table.value("moment", podcast.moment, default.moment),
        apps=_links(table.table("apps")),
    )


def _delivery(table: Table, root: Path, from_address: str) -> Delivery:
    return Delivery(
        transport=table.value("transport", transport, TRANSPORTS[0]),
        directory=root / table.value("directory", fields.inner_path, "out/mail"),
        envelope_sender=table.value("envelope_sender", fields.sender_address, from_address),
    )


def _smtp(table: Table) -> Smtp:
    host = table.value("host", fields.host, "localhost")
    security = table.value("security", fields.choice(*SECURITIES), "starttls")
    if security == "none" and not fields.is_loopback(host):
        expected = f"tls or starttls: only a server on this machine can do without, and {quoted(host)} is not"
        table.refuse("security", RefusedError(expected))
    return Smtp(
        host=host,
        port=table.value("port", fields.port, PORTS[security]),
        security=security,
        username=table.value("username", fields.text, ""),
        password=table.secret("password", fields.secret, None),
        timeout_s=table.value("timeout_s", fields.whole_number(1, 600), 300),
        auth=table.value("auth", fields.choice(*AUTHS), AUTHS[0]),
        oauth2_token=table.secret("oauth2_token", fields.secret, None),
        connections=table.value("connections", fields.whole_number(1, 100), 4),
        messages_per_connection=table.value("messages_per_connection", fields.whole_number(1, 100_000), 100),
        rate_per_second=table.value("rate_per_second", fields.number(0, 100_000), 0.0),
        pipeline_depth=table.value("pipeline_depth", fields.whole_number(1, 10), 8),
    )


def _dkim(table: Table, root: Path, from_address: str) -> Dkim:
    domain = table.value("domain", fields.domain, from_address.rpartition("@")[2])
    selector, key_file = _key(table, root, "")
    ed25519_selector, ed25519_key_file = _key(table, root, "ed25519_")
    return Dkim(domain, selector, key_file, ed25519_selector, ed25519_key_file)


def _key(table: Table, root: Path, prefix: str) -> tuple[str, Path | None]:
    """Read the selector and the file of one key: both of them, or neither."""
    names = (f"{prefix}selector", f"{prefix}key_file")
    selector = table.value(names[0], fields.or_empty(fields.selector), "")
    path = table.value(names[1], fields.or_empty(fields.path), "")
    for given, missing, name in ((selector, path, names[0]), (path, selector, names[1])):
        if given and not missing:
            other = names[1] if name == names[0] else names[0]
            table.refuse(name, RefusedError(f"{dotted((*table.path, other))} beside it: a signature needs both"))
    return selector, root / path if selector and path else None


def _sending(table: Table) -> Sending:
    default = Sending()
    return Sending(
        retry_after_s=table.value("retry_after_s", fields.waits, default.retry_after_s),
        give_up_after_s=table.value("give_up_after_s", fields.whole_number(0, 604_800), default.give_up_after_s),
        most_unknown_percent=table.value("most_unknown_percent", fields.number(0, 100), default.most_unknown_percent),
    )


def _checks(table: Table) -> Checks:
    """Read the levels of the rules; which rules there are, the checks themselves know."""
    default = Checks()
    expected = f"an array with some of {', '.join(CLIENTS)}"
    clients = table.value("clients", fields.array(fields.choice(*CLIENTS), expected), default.clients)
    sentence_words = table.value("sentence_words", fields.whole_number(10, 200), default.sentence_words)
    dictionary = table.value("dictionary", fields.inner_path, default.dictionary)
    levels: dict[str, Level] = {}
    for key in table.values:
        if key in table.known or not _RULE.fullmatch(key):
            continue
        if name := table.value(key, fields.choice(*LEVELS), ""):
            levels[key] = Level(name, table.place(key))
    return Checks(MappingProxyType(levels), clients, sentence_words, dictionary)


def _readers(top: Table, language: str) -> tuple[Subscribers, Mapping[str, Condition], tuple[Sample, ...]]:
    table = top.table("subscribers")
    expected = (
        'an array of names in lower-case letters, digits and underscores, such as ["company"], '
        f"without the built-in {', '.join(BUILT_IN_FIELDS)}"
    )
    extra = table.value("fields", fields.array(fields.subscriber_field, expected), Subscribers().fields)
    segments = _segments(top.table("segments"), extra, fields_known=not table.was_refused("fields"))
    samples = []
    for sample in top.tables_of("sample"):
        # Where the fields themselves are wrong, nobody can say which keys of a sample are unknown.
        sample.is_open = table.was_refused("fields")
        samples.append(_sample(sample, language, extra))
    return Subscribers(extra), segments, tuple(samples)


def _segments(table: Table, extra: tuple[str, ...], *, fields_known: bool) -> Mapping[str, Condition]:
    # Where the fields themselves are wrong, nobody can say which names in a condition are unknown.
    table.is_open = not fields_known
    parse = condition((*BUILT_IN_FIELDS, *extra))
    found: dict[str, Condition] = {}
    for name in table.values if fields_known else ():
        read = table.value(name, parse, None)
        if not _SEGMENT_NAME.fullmatch(name) or name == "all":
            expected = "a name of lower-case letters, digits and hyphens for it, other than all, which is everybody"
            table.refuse(name, RefusedError(expected))
        elif read is not None:
            found[name] = read
    return MappingProxyType(found)


def _sample(table: Table, language: str, extra: tuple[str, ...]) -> Sample:
    names = [name for name in BUILT_IN_FIELDS if name not in {"address", "language"}]
    said = {name: table.value(name, fields.text, None) for name in (*names, *extra)}
    return Sample(
        address=table.required("address", fields.reader_address, "the address of this made-up reader"),
        language=table.value("language", fields.choice(*LANGUAGES), language),
        fields=MappingProxyType({name: value for name, value in said.items() if value is not None}),
    )
