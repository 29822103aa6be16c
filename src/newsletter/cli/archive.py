"""`newsletter archive`: the issues as web pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Command, Directory

if TYPE_CHECKING:
    from newsletter.archive import Source
    from newsletter.cli.workspace import Workspace
    from newsletter.model import Finding

app = typer.Typer(
    help="Build the web archive, and look at it.",
    epilog="Example: newsletter archive build",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command("build", cls=Command, epilog="Example: newsletter archive build --out out/site")
def build(
    context: typer.Context,
    out: Annotated[str, typer.Option(metavar="DIR", help="Where the site goes, else as configured.")] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Build the site: a page for each issue that is ready, an index, pictures and styles."""
    from pathlib import Path

    from newsletter.archive import publish, site_pages
    from newsletter.cli.output import Mark, print_json, say
    from newsletter.cli.workspace import open_workspace, shown
    from newsletter.wording import counted

    workspace = open_workspace(directory or context.obj)
    sources, drafts = _sources(workspace)
    folder = Path(out) if out else workspace.settings.archive.out
    size = publish(site_pages(sources, workspace.theme, workspace.settings), folder)
    if as_json:
        slugs = [source.issue.slug for source in sources]
        print_json({"out": str(folder), "issues": slugs, "drafts": drafts, "bytes": size})
        return
    left_out = f", {counted(drafts, 'draft')} left out" if drafts else ""
    say(
        Mark("built", "green"),
        shown(folder),
        Mark(f"{counted(len(sources), 'issue')}{left_out}, {size / 1000:.0f} kB", "dim"),
    )


@app.command("serve", cls=Command, epilog="Example: newsletter archive serve --port 8100")
def serve(
    context: typer.Context,
    out: Annotated[str, typer.Option(metavar="DIR", help="The built site, else as configured.")] = "",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0 takes any free one.")] = 8100,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Show the built site on this machine only, until ^C."""
    import sys
    from pathlib import Path

    from newsletter.cli.local_site import open_site
    from newsletter.cli.output import print_json, say
    from newsletter.cli.workspace import open_workspace, shown
    from newsletter.errors import UsageError

    folder = Path(out) if out else open_workspace(directory or context.obj).settings.archive.out
    if not (folder / "index.html").is_file():
        message = f"there is no site in {shown(folder)} yet; build it with: newsletter archive build"
        raise UsageError(message)
    with open_site(folder, port) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        if as_json:
            print_json({"url": address})
            sys.stdout.flush()
        say(address, " (^C ends it)")
        server.serve_forever()


def _sources(workspace: Workspace) -> tuple[list[Source], int]:
    """Read every issue that is ready; all faults of all issues are told at once."""
    from newsletter.archive import Source
    from newsletter.errors import IssueError

    findings: list[Finding] = []
    sources: list[Source] = []
    drafts = 0
    for path in workspace.all_issues():
        try:
            issue = workspace.read(path)
        except IssueError as error:
            findings += error.findings
            continue
        if issue.status == "draft":
            drafts += 1
        else:
            sources.append(Source(issue, path))
    if findings:
        raise IssueError(findings)
    return sources, drafts
