"""`newsletter archive`: the issues as web pages."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.cli.later import PLAIN
from newsletter.cli.options import AsJson, Command, Directory

app = typer.Typer(
    help="Build the web archive, and look at it.",
    epilog="Example: newsletter archive build",
    no_args_is_help=True,
    **PLAIN,
)


@app.command(
    "build",
    cls=Command,
    short_help="Build the site, as far as it changed.",
    epilog="Example: newsletter archive build --out out/site",
)
def build(
    context: typer.Context,
    out: Annotated[str, typer.Option(metavar="DIR", help="Where the site goes, else as configured.")] = "",
    base_url: Annotated[
        str, typer.Option(metavar="URL", help="Where it will stand, else newsletter.url.", show_default=False)
    ] = "",
    drafts: Annotated[bool, typer.Option("--drafts", help="With drafts, for a look.")] = False,
    future: Annotated[bool, typer.Option("--future", help="With issues whose day has not come.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build again after each change, until ^C.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read and make everything anew.")] = False,
    search: Annotated[bool, typer.Option("--search/--no-search", help="With the index of the search.")] = True,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Build the site: what changed is made anew, and the site takes the old one's place in one step."""
    from pathlib import Path

    from newsletter.cli.building import Wanted, build_and_report, build_on_change
    from newsletter.errors import UsageError

    if watch and as_json:
        message = "--watch goes on for ever, and --json prints one document; leave one of them out"
        raise UsageError(message)
    wanted = Wanted(
        directory=directory or context.obj,
        out=Path(out) if out else None,
        base_url=base_url,
        options={"with_drafts": drafts, "with_future": future, "from_scratch": full, "with_search": search},
    )
    build_and_report(wanted, as_json=as_json)
    if watch:
        build_on_change(wanted)


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


@app.command(
    "publish",
    cls=Command,
    short_help="Build it, and put it on the web.",
    epilog="Example: newsletter archive publish --dry-run",
)
def publish(
    context: typer.Context,
    to: Annotated[
        str, typer.Option(metavar="TARGET", help="Where to, else as archive.publish says.", show_default=False)
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change there.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Even if most of what is there is none of this site, and goes.")
    ] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Build the site, and put it where readers find it: a git branch, a server, a bucket."""
    from newsletter.cli.building import Wish, publish_site

    wish = Wish(directory or context.obj, to, only_look=dry_run, may_replace=replace)
    publish_site(wish, as_json=as_json)
