"""What lies in the workspace: its settings, its key, its templates, and the packages that they ask for."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from newsletter.archive import search
from newsletter.checks.writing.dictionaries import LANGUAGES, knows
from newsletter.config.providers import ESP
from newsletter.doctor.database import is_served
from newsletter.doctor.examined import error, ok, warning
from newsletter.errors import FaultsError, IssueError
from newsletter.issue import House, parse_issue
from newsletter.render import open_theme, render_article, render_email

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.config import Settings
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.outside import Outside
    from newsletter.issue import Kind
    from newsletter.model import Finding
    from newsletter.render import Theme

_SETTINGS, _KEY, _TEMPLATES, _PACKAGES, _SPELLER = "settings", "secret key", "templates", "packages", "speller"
_FEW_DIFFERENT = 10
"""Characters in a key: a random one of 32 has some 20 to 30 different ones, and a typed one fewer."""
_MAKE_A_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
_SOME_DAY = date(2026, 1, 1)


def examine_settings(settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
    """Say that the settings could be read, which they were; and whether the key can be guessed."""
    read = [name for name in ("newsletter.toml", ".env") if (settings.root / name).is_file()]
    return ok(_SETTINGS, f"{' and '.join(read)} {'have' if len(read) > 1 else 'has'} no fault"), _key(settings)


def _key(settings: Settings) -> Examined:
    if settings.secret_key is None:
        found = "NEWSLETTER_SECRET_KEY is not set, and it signs the links by which readers leave"
        return error(_KEY, found, "make one, and put it in .env:", _MAKE_A_KEY)
    if len(set(settings.secret_key.reveal())) < _FEW_DIFFERENT:
        mend = "make one at random, before the first send, as links in mail that was sent go by it:"
        return warning(
            _KEY, "NEWSLETTER_SECRET_KEY is long enough, and looks as if it could be guessed", mend, _MAKE_A_KEY
        )
    return ok(_KEY, "NEWSLETTER_SECRET_KEY is set, and long enough")


def examine_templates(settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
    """Read every template, and render the example of every block as mail, text and page."""
    if findings := _template_faults(settings):
        told = "; ".join(f"{finding.position}: {finding.message}" for finding in findings)
        return (error(_TEMPLATES, told, "mend them: no issue with such a block can be sent"),)
    whose = (
        "the newsletter's own and the shipped ones" if (settings.root / "templates").is_dir() else "the shipped ones"
    )
    return (ok(_TEMPLATES, f"{whose} can be read, and blocks come out as mail, text and page"),)


def _template_faults(settings: Settings) -> Sequence[Finding]:
    """Return what is wrong with the templates, each fault once: how they are written, or else what comes of them."""
    try:
        theme = open_theme(settings.root)
    except FaultsError as faults:
        return faults.findings
    return tuple(theme.syntax_faults()) or tuple(dict.fromkeys(_rendered(theme, settings)))


def _rendered(theme: Theme, settings: Settings) -> Iterator[Finding]:
    """Yield what goes wrong with the examples; those that need a picture beside them are only read."""
    plain = replace(settings, theme=replace(settings.theme, logo="", logo_dark=""))
    for kind in theme.kinds.values():
        try:
            issue = parse_issue(_example(kind), kind.name, "example", _house(theme, settings))
            if not issue.pictures:
                render_email(issue, theme, plain)
                render_article(issue, theme, plain, "")
        except IssueError:
            continue  # the example alone is wrong, and readers never see it
        except FaultsError as faults:
            yield from faults.findings


def _example(kind: Kind) -> bytes:
    front = f'subject: "x"\npreheader: "x"\ndate: {_SOME_DAY:%Y-%m-%d}\n'
    return f"---\n{front}---\n{kind.example}\n".encode()


def _house(theme: Theme, settings: Settings) -> House:
    newsletter = settings.newsletter
    return House(newsletter.language, newsletter.languages, newsletter.timezone, theme.kinds, tuple(settings.segments))


def examine_packages(settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
    """See that the optional packages are there that the settings ask for, and the dictionaries."""
    rows = [
        error(_PACKAGES, f"{what} needs one more package", "install it:", f"pip install 'newsletter[{extra}]'")
        for what, extra, module in _wanted(settings)
        if importlib.util.find_spec(module) is None
    ]
    if not search.is_installed():
        rows.append(
            warning(
                _PACKAGES,
                "without Pagefind the archive has no search",
                "install it:",
                "pip install 'newsletter[search]'",
            )
        )
    if not rows:
        rows.append(ok(_PACKAGES, "all that the settings ask for are there"))
    spoken = [language for language in settings.newsletter.languages if language in LANGUAGES]
    for language in spoken:
        knows(language, "a")  # raises where its dictionary cannot be read
    return *rows, ok(_SPELLER, f"there is a dictionary for {' and '.join(spoken)}")


def _wanted(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield what asks for an extra, its name, and a module that comes with it."""
    if settings.delivery.transport.startswith(ESP):
        yield f'delivery.transport "{settings.delivery.transport}"', "esp", "anymail"
    if is_served(settings):
        yield "NEWSLETTER_STORE_URL", "postgres", "psycopg"
