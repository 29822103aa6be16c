"""The look: where templates come from, and how one is rendered. The door to Jinja.

A theme is a chain of folders, the newsletter's own before the shipped one; each file is taken from the first that has
it. Templates ending in `.txt.j2` or `.md.j2` are plain text; in all others every value is escaped.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2 import TemplateError as JinjaError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from newsletter.config.settings import LANGUAGES
from newsletter.errors import TemplateError
from newsletter.i18n import catalogue, format_date, format_duration, format_period, format_zone
from newsletter.issue import Kind, load_kinds
from newsletter.model import Finding, Position
from newsletter.render.lines import hang, underline, wrap
from newsletter.render.on_web import sponsored
from newsletter.render.places import mark_places
from newsletter.render.slots import button_px
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from datetime import date


_FAULTS = (JinjaError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What a template can raise by what is written in it."""


class _MarkPlaces(Extension):
    """Notes in each MJML tag where it stands, so that a fault is told at its template's line."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja gives it
        return mark_places(source, f"templates/{name}") if name and name.endswith(".mjml.j2") else source


_is_markup = select_autoescape(disabled_extensions=("txt.j2", "md.j2"), default=True)
_CALL = ("name", "lparen", "string", "rparen")
"""The tokens of `_("Subscribe")`."""


class _TranslatedOnce(Extension):
    """Translates a text that stands in a template, `_("Subscribe")`, when the template is read, not each time."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Put the translation, which is markup in markup as all of them are, where its call stands."""
        translate = catalogue(self.environment.language).gettext  # type: ignore[attr-defined]  # of `_environment`
        begun: list[Token] = []
        for token in stream:
            begun.append(token)
            if [one.type for one in begun] != list(_CALL[: len(begun)]) or begun[0].value != "_":
                yield from begun
                begun.clear()
            elif len(begun) == len(_CALL):
                yield Token(token.lineno, "string", translate(begun[2].value) % {})
                if _is_markup(stream.name):
                    yield from (Token(token.lineno, "pipe", "|"), Token(token.lineno, "name", "safe"))
                begun.clear()
        yield from begun


class _Undefined(StrictUndefined):
    """Says what there is, where a template asks a block, the issue or the newsletter for what they do not have."""

    @property
    def _undefined_message(self) -> str:
        asked, name = self._undefined_obj, str(self._undefined_name)
        if isinstance(asked, SimpleNamespace):
            return f'there is no "{name}" here{did_you_mean(name, vars(asked))}'
        return str(super()._undefined_message)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets a template lay out what it is given, and not run what it likes."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Tell whether a template may read an attribute; our own views hold nothing but data."""
        if type(obj) is SimpleNamespace and not attr.startswith("_"):
            return True
        return super().is_safe_attribute(obj, attr, value)


@dataclass(frozen=True, slots=True)
class Shared:
    """What many templates get alike, such as the newsletter's name, and a number that stands for all of it."""

    values: Mapping[str, object]
    number: int


def shared(values: Mapping[str, object]) -> Shared:
    """Return values that many templates get alike; equal ones have the same number."""
    if len(_numbers) > _MAX_KEPT:
        _numbers.clear()
    key = _key(values)
    return Shared(values, _numbers.setdefault(key, next(_next_number)))


_PLAIN = frozenset({Markup, int, bool})
_MAX_KEPT = 2048
_numbers: dict[Hashable, int] = {}
_next_number = count()
_kept: dict[Hashable, str] = {}


def _key(value: object) -> Hashable:
    """Return what is equal for values that a template cannot tell apart, and for no others."""
    kind = value.__class__
    if kind is str:
        return value
    if kind is SimpleNamespace:
        return tuple((name, _key(one)) for name, one in vars(value).items())
    # Safe text and other text are equal, and so are 1 and True; templates print them differently.
    if kind in _PLAIN:
        return kind, value
    if isinstance(value, Mapping):
        return tuple((name, _key(one)) for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(map(_key, value))
    if isinstance(value, datetime):  # one moment is another hour elsewhere
        return value.isoformat(), str(value.tzinfo)
    return kind, value


@dataclass(frozen=True, slots=True)
class Theme:
    """The folders of a theme, first the one that wins, and the kinds of blocks they define."""

    folders: tuple[Path, ...]
    kinds: Mapping[str, Kind]
    stamp: str = ""
    """Of its files when it was opened. After a change it is opened anew: templates that were read are kept."""

    def render_kept(self, name: str, language: str, shared: Shared, own: Mapping[str, object]) -> str:
        """Render one template with `shared` and `own`, or return what came of the same ones before.

        Raises:
            TemplateError: as `render`.
        """
        key = (self.folders, self.stamp, name, language, shared.number, _key(own))
        if key not in _kept:
            if len(_kept) > _MAX_KEPT:
                _kept.clear()
            _kept[key] = self.render(name, language, {**shared.values, **own})
        return _kept[key]

    def render(self, name: str, language: str, context: Mapping[str, object]) -> str:
        """Render one template.

        Raises:
            TemplateError: a template is missing, is wrong, or asks for a value that it does not get.
        """
        try:
            return _environment(self.folders, self.stamp, language).get_template(name).render(context)
        except TemplateSyntaxError as error:
            raise TemplateError([_syntax_fault(error, self.folders, name)]) from error
        except _FAULTS as error:
            position = _template_frame(error, self.folders) or Position(f"templates/{name}")
            message = str(error) or type(error).__name__
            if isinstance(error, TemplateNotFound):
                message = f"there is no template {quoted(message)}"
            raise TemplateError([Finding(position, message, "template-value")]) from error

    def syntax_faults(self) -> Iterator[Finding]:
        """Yield the faults for which a template cannot even be read, over all files of the theme that win."""
        environment = _environment(self.folders, self.stamp, LANGUAGES[0])
        for name in environment.list_templates(extensions=["j2"]):
            try:
                environment.get_template(name)
            except TemplateSyntaxError as error:
                yield _syntax_fault(error, self.folders, name)

    def has(self, name: str) -> bool:
        """Tell whether any of the folders has this file."""
        return any((folder / name).is_file() for folder in self.folders)

    def list(self, folder: str) -> list[str]:
        """Return the names of the files in one folder of the theme, from all its places."""
        found = {path.name for place in self.folders for path in (place / folder).glob("*") if path.is_file()}
        return [f"{folder}/{name}" for name in sorted(found)]

    def read(self, name: str) -> bytes:
        """Return a file of the theme as it is."""
        for folder in self.folders:
            if (folder / name).is_file():
                return (folder / name).read_bytes()
        raise TemplateError([Finding(Position(f"templates/{name}"), "no such file", "template-missing")])


def shipped_theme() -> Path:
    """Return the folder of the theme that comes with the program."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent.parent / "templates"


def open_theme(root: Path) -> Theme:
    """Return the theme of the workspace at `root`.

    Raises:
        TemplateError: a block's schema is wrong.
    """
    own, shipped = root / "templates", shipped_theme()
    folders = (own, shipped) if own.is_dir() and own.resolve() != shipped.resolve() else (shipped,)
    return Theme(folders, load_kinds(reversed(folders)), _stamp(folders))


def _stamp(folders: tuple[Path, ...]) -> str:
    """Return a digest of which files there are, their sizes and when they were changed."""
    files = ((path, path.stat()) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return sha256("\n".join(f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in files).encode()).hexdigest()


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...], stamp: str, language: str) -> _Sandbox:  # noqa: ARG001 - part of the key
    environment = _Sandbox(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        auto_reload=False,
        autoescape=_is_markup,
        undefined=_Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", _MarkPlaces, _TranslatedOnce],
    )
    environment.extend(language=language)
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # by its extension

    def day(value: date) -> str:
        return format_date(value, language)

    def duration(seconds: int) -> str:
        return format_duration(seconds, language)

    def period(start: datetime, end: datetime | Literal[""] = "") -> str:
        return format_period(start, end or None, language)

    def zone(moment: datetime) -> str:
        return format_zone(moment, language)

    def quoted(text: str) -> str:
        return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))

    environment.filters |= {"day": day, "duration": duration, "period": period, "zone": zone, "button_px": button_px}
    environment.filters |= {"wrap": wrap, "hang": hang, "underline": underline, "quoted": quoted}
    environment.filters |= {"sponsored": sponsored}
    return environment


def _syntax_fault(error: TemplateSyntaxError, folders: tuple[Path, ...], name: str) -> Finding:
    shown = _shown(error.filename, folders) or f"templates/{error.name or name}"
    return Finding(Position(shown, error.lineno), error.message or "syntax error", "template-syntax")


def _template_frame(error: BaseException, folders: tuple[Path, ...]) -> Position | None:
    """Find the innermost template in a traceback, as Jinja rewrites it to the template's own lines."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        shown = _shown(frame.filename, folders)
        if shown:
            return Position(shown, frame.lineno or 0)
    return None


def _shown(filename: str | None, folders: tuple[Path, ...]) -> str:
    """Return a template's file as messages name it; empty for a file that is no template."""
    for folder in folders:
        if filename and Path(filename).is_relative_to(folder):
            return f"templates/{Path(filename).relative_to(folder).as_posix()}"
    return ""
