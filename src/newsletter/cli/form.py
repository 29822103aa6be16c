"""`newsletter form`: a form to subscribe with, for another website."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.cli.options import AsJson, Directory

EXAMPLES = "Example: newsletter form --language en"


def form(
    context: typer.Context,
    language: Annotated[str, typer.Option(metavar="nl|en", help="Else the newsletter's.")] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Print a form to subscribe with, as HTML to paste into any website.

    It needs no script and sets no cookie. Whoever sends it presses one more button on the newsletter's own site, as a
    program that fills in forms would not.
    """
    from newsletter.cli.output import print_json, show
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError
    from newsletter.render import render_page
    from newsletter.wording import quoted

    workspace = open_workspace(directory or context.obj)
    newsletter = workspace.settings.newsletter
    language = language or newsletter.language
    if language not in newsletter.languages:
        message = f"{quoted(language)} is not among the newsletter's languages, {', '.join(newsletter.languages)}"
        raise UsageError(message)
    html = render_page(workspace.theme, workspace.settings, "web/public/paste.html.j2", language, {})
    if as_json:
        print_json({"language": language, "html": html})
    else:
        show(html.rstrip("\n"))
