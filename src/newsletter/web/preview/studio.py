"""The workspace as the process that renders sees it: what is asked of it, and what it answers."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.checks import refuse_unknown_rules
from newsletter.config import load_without_secrets
from newsletter.config.preview import Preview
from newsletter.errors import FaultsError, IssueError, NewsletterError, UsageError
from newsletter.issue import House, read_issue, slug_of
from newsletter.issue.find import list_issues
from newsletter.render import open_theme, prepare_logos, prepare_pictures, render_page
from newsletter.render.links import ASSETS
from newsletter.web.preview.checking import Checking
from newsletter.web.preview.looks import Sitting, look
from newsletter.web.preview.protocol import FILE, FINDINGS, HOUSE, LOOK, MISSING, OVERVIEW, PROBLEM, Answer, as_answer
from newsletter.web.preview.readers import readers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, tzinfo
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Finding, Issue, Pictures
    from newsletter.render import Theme
    from newsletter.web.preview.looks import Compose
    from newsletter.web.preview.readers import Reader

STYLE = "assets/style.css"


@dataclass(frozen=True, slots=True)
class Opened:
    """The workspace: what stays the same until settings or templates change."""

    settings: Settings
    theme: Theme
    house: House
    readers: tuple[Reader, ...]
    checking: Checking


def open_workspace(root: Path, token: str) -> Opened:
    """Open the workspace at `root`; no secret of it is read. `token` stands for each reader in the links.

    Raises:
        ConfigError: newsletter.toml has faults.
        TemplateError: a block's schema is wrong.
    """
    settings = load_without_secrets(root)
    refuse_unknown_rules(settings)
    newsletter, theme = settings.newsletter, open_theme(root)
    house = House(newsletter.language, newsletter.languages, newsletter.timezone, theme.kinds, tuple(settings.segments))
    checking = Checking(theme, settings, lambda path: read_issue(path, shown(root, path), house))
    return Opened(settings, theme, house, readers_of(settings, token), checking)


def shown(root: Path, path: Path) -> str:
    """Return a path as a page shows it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is handed in from outside, as this room may not know it, or must not ask for it."""

    compose: Compose
    token: str
    """Stands for each reader in the links."""
    now: Callable[[tzinfo], datetime]


class Studio:
    """Answers what the server asks; the workspace is kept open between two questions."""

    def __init__(self, root: Path, also: Path | None, stage: Stage) -> None:
        """`also` is an issue that stands elsewhere than in `issues/`."""
        self._root = root
        self._also = also
        self._stage = stage
        self._epoch = -1
        self._workspace: Opened | None = None
        self._editor = Preview().editor
        """What opens a file; where the settings cannot be read, what did before."""
        self._shown_pictures: dict[str, Pictures] = {}
        """By the name of each issue that was looked at: what its mail showed last, which may have faults by now."""

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """Return the answer to a request; what a person can mend is a problem, and anything else is raised."""
        try:
            workspace = self._opened(request["epoch"])
            if request["do"] == LOOK:
                return self._look(workspace, request)
            if request["do"] == FILE:
                return self._file(workspace, request["path"])
            if request["do"] == FINDINGS:
                return self._findings(workspace, request["issue"])
            if request["do"] == HOUSE:
                return as_answer(HOUSE, self._house(workspace))
            return as_answer(OVERVIEW, {"issues": list(self._overview(workspace))})
        except FaultsError as error:
            return as_answer(PROBLEM, {"message": "", "findings": self._told(error.findings), "editor": self._editor})
        except NewsletterError as error:
            return as_answer(PROBLEM, {"message": str(error), "findings": []})
        except OSError as error:  # a file that went away while it was read, or that nobody may read
            message = ": ".join(filter(None, (error.filename, error.strerror)))
            return as_answer(PROBLEM, {"message": message, "findings": []})

    def _opened(self, epoch: int) -> Opened:
        """Return the workspace, opened anew where the server saw settings or templates change."""
        if self._workspace is None or epoch != self._epoch:
            self._workspace = None
            self._workspace = open_workspace(self._root, self._stage.token)
            self._editor = self._workspace.settings.preview.editor
            self._epoch = epoch
        return self._workspace

    def _look(self, workspace: Opened, request: Mapping[str, Any]) -> Answer:
        path = self._path_of(request["issue"])
        issue = self._read(workspace, path)
        reader = next((one for one in workspace.readers if one.key == request["reader"]), workspace.readers[0])
        sitting = Sitting(issue, reader.recipient, workspace.theme, workspace.settings)
        pictures = prepare_pictures(issue, path.parent, workspace.settings)
        self._shown_pictures[issue.slug] = pictures
        seen = look(sitting, pictures, request["shows"], request["client"], self._stage.compose)
        readers = [{"key": one.key, "kind": one.kind, "name": one.name} for one in workspace.readers]
        seen |= {"readers": readers, "reader": reader.key, "file": str(path), "command": self._command(path, issue)}
        return as_answer(LOOK, seen | {"editor": workspace.settings.preview.editor})

    def _findings(self, workspace: Opened, name: str) -> Answer:
        path = self._path_of(name)
        now = self._stage.now(workspace.settings.newsletter.timezone)
        found = workspace.checking.findings(path, self._paths(), now)
        return as_answer(FINDINGS, {"findings": self._told(tuple(found))})

    def _command(self, path: Path, issue: Issue) -> str:
        """Return what a person types to get this issue as a test."""
        name = issue.path if path == self._also else issue.slug
        return f"newsletter send {name} --test "

    def _path_of(self, name: str) -> Path:
        """Return the file of the issue that is called so; only those that there are can be asked for.

        Raises:
            UsageError: there is none of that name, now.
        """
        for path in self._paths():
            if name in {_slug(path), shown(self._root, path), str(path)}:
                return path
        message = (
            f'there is no issue "{name}" any more: its file was renamed, moved or deleted. '
            "It is shown again as soon as it is back"
        )
        raise UsageError(message)

    def _paths(self) -> list[Path]:
        """Return the files of all issues, newest first."""
        also = [self._also] if self._also and self._also.is_file() else []
        return also + list_issues(self._root)[::-1]

    def _read(self, workspace: Opened, path: Path) -> Issue:
        return read_issue(path, shown(self._root, path), workspace.house)

    def _house(self, workspace: Opened) -> dict[str, object]:
        newsletter, theme = workspace.settings.newsletter, workspace.settings.theme
        logos = [str(self._root / name) for name in (theme.logo, theme.logo_dark) if name]
        return {"language": newsletter.language, "logos": logos}

    def _overview(self, workspace: Opened) -> Iterator[dict[str, object]]:
        for path in self._paths():
            row: dict[str, object] = {"name": _slug(path) or shown(self._root, path), "path": shown(self._root, path)}
            try:
                issue = self._read(workspace, path)
            except IssueError as error:
                yield row | {"errors": len(error.findings), "warnings": 0}
                continue
            count = workspace.checking.count(path)
            row |= {"errors": count.errors, "warnings": count.warnings} if count else {}
            yield row | {
                "subject": issue.subject,
                "date": issue.date.isoformat() if issue.form.on_web else "",
                "status": issue.status,
                "language": issue.language,
            }

    def _told(self, findings: tuple[Finding, ...]) -> list[dict[str, object]]:
        """Return findings as a page shows them, each with its line of the file, where there is one."""
        return [
            {
                "path": finding.position.path,
                "line": finding.position.line,
                "column": finding.position.column,
                "message": finding.message,
                "rule": finding.rule,
                "severity": finding.severity,
                **self._source(finding.position.path, finding.position.line),
            }
            for finding in findings
        ]

    def _source(self, shown: str, line: int) -> dict[str, str]:
        """Return the file that a finding is about, and the line in it; nothing for what is no file of the workspace."""
        path = self._root / shown
        if not path.is_file() or not (path == self._also or path.resolve().is_relative_to(self._root.resolve())):
            return {}
        lines = path.read_text("utf-8", "replace").splitlines()[line - 1 : line] if line else []
        return {"file": str(path), "source": lines[0] if lines else ""}

    def _file(self, workspace: Opened, path: str) -> Answer:
        """Return a file of the archive that a mail or a page shows: a picture, a logo, the style sheet."""
        folder, _, name = path.rpartition("/")
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        content = None
        if folder == ASSETS:
            content = _asset(workspace, path, name)
        elif folder.startswith("p/"):
            pictures = self._pictures_of(workspace, folder.removeprefix("p/"))
            content = next((picture.content for _, picture in pictures.entries if picture.file == name), None)
        return Answer(MISSING, b"") if content is None else Answer(FILE, content, media_type)

    def _pictures_of(self, workspace: Opened, slug: str) -> Pictures:
        if slug not in self._shown_pictures:
            path = self._path_of(slug)
            issue = self._read(workspace, path)
            self._shown_pictures[slug] = prepare_pictures(issue, path.parent, workspace.settings)
        return self._shown_pictures[slug]


def _asset(workspace: Opened, path: str, name: str) -> bytes | None:
    theme, settings = workspace.theme, workspace.settings
    if path in theme.list(ASSETS):
        return theme.read(path)
    if path == STYLE:
        return render_page(theme, settings, "web/style.css.j2", settings.newsletter.language, {}).encode()
    logos = prepare_logos(settings)
    return next((logo.content for logo in (logos.logo, logos.logo_dark) if logo and logo.file == name), None)


def _slug(path: Path) -> str:
    """Return an issue's permanent name; empty for a file whose name cannot be one."""
    try:
        return slug_of(path)
    except IssueError:
        return ""
