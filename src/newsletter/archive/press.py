"""Pages made of templates: each is planned with a key of all that goes into it, and printed when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from newsletter.archive.folder import Planned
from newsletter.archive.stamp import digest
from newsletter.render import render_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import SimpleNamespace

    from newsletter.archive.kept import Kept
    from newsletter.config import Settings
    from newsletter.model import Pictures
    from newsletter.render import Theme


@dataclass(frozen=True, slots=True)
class Press:
    """What all pages of one build are made with."""

    theme: Theme
    settings: Settings
    kept: Kept
    stamp: str
    logos: Pictures
    common: Mapping[str, Any] = field(default_factory=dict)
    """What every template gets, beside what is its own."""
    seen: dict[str, SimpleNamespace] = field(default_factory=dict)
    """What templates see of each issue in a list, by its slug."""

    @property
    def site(self) -> str:
        """The address of the archive, without a slash at its end."""
        return self.settings.newsletter.url

    @property
    def language(self) -> str:
        """Of the pages that belong to no issue."""
        return self.settings.newsletter.language

    def page(
        self, path: str, template: str, context: Mapping[str, Any], *, language: str = "", article: str = ""
    ) -> Planned:
        """Plan one page; `article` is the digest of kept HTML that it shows.

        `root` in the context is for a page that is shown at addresses other than its own.
        """
        folder = path.removesuffix("index.html")
        own = {"root": "../" * folder.count("/"), "canonical": f"{self.site}/{folder}", "path": folder}
        whole = {**self.common, **own, **context}
        language = language or self.language
        key = digest(self.stamp, template, language, article, repr(whole))
        return Planned(path, key, partial(self._print, template, language, whole, article))

    def _print(self, template: str, language: str, context: Mapping[str, Any], article: str) -> bytes:
        text = {"article": Markup(self.kept.read(article).decode())} if article else {}  # noqa: S704 - our own HTML
        page = render_page(self.theme, self.settings, template, language, {**context, **text}, self.logos)
        return page.encode()

    def file(self, path: str, make: Callable[[], bytes], *depends_on: str | bytes) -> Planned:
        """Plan a file that is made of nothing but the settings, the theme, and what is named."""
        return Planned(path, digest(self.stamp, path, *depends_on), make)

    def copies(self, files: Sequence[tuple[str, str]]) -> list[Planned]:
        """Plan copies of kept files: each a path, and the digest of the content."""
        return [Planned(path, digest(name), partial(self.kept.read, name)) for path, name in files]
