"""`newsletter serve`: the public site, on which readers subscribe, read and leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Settings

EXAMPLES = "Example: newsletter serve --port 8080 --proxy 127.0.0.1"
_PAGES_PATIENCE_S = 10.0
"""How long a page waits for another writer: a mail program that unsubscribes its reader may ask but once."""
_POSTMANS_PATIENCE_S = 1.0
"""The engine has a patience of its own, and meanwhile hears that it is to end."""
_MOST_BUGS = 20
_NOWHERE = {
    "directory": "mails go into a folder, and reach nobody: see delivery.transport in newsletter.toml",
    "null": "mails go nowhere: see delivery.transport in newsletter.toml",
}


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(metavar="ADDR", help="To listen at, else as configured.")] = "",
    port: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=65535, help="0 takes any free one; else as configured.")
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", metavar="ADDR", help="A server before it that says who asks; else as configured."),
    ] = None,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Serve the public site: subscribe, confirm, preferences, unsubscribe, and the archive, until ^C.

    It also sends the mails that follow from it, such as the one that asks to confirm. Put a web server with a
    certificate before it; the docs show how.
    """
    import secrets
    import signal
    import sys

    from newsletter.cli.failure import INTERRUPTED
    from newsletter.cli.output import Mark, print_json, say
    from newsletter.cli.workspace import open_workspace
    from newsletter.web.public.server import Plan, address_of, listen
    from newsletter.web.public.server import serve as serve_site

    workspace = open_workspace(directory or context.obj)
    settings = _with_options(workspace.settings, host, port, proxy)
    _see_archive(settings.archive.out, directory or context.obj)
    with (
        listen(settings.site.host, settings.site.port if port is None else port) as listening,
        workspace.store(patience_s=_PAGES_PATIENCE_S) as engine,
        workspace.store(patience_s=_POSTMANS_PATIENCE_S) as postmans_engine,
    ):
        address = address_of(listening)

        def ready() -> None:
            if as_json:
                print_json({"url": address})
                sys.stdout.flush()
            say(address, Mark("(^C ends it)", "dim"))
            if note := _NOWHERE.get(settings.delivery.transport):
                say(Mark("note:", "yellow"), note)

        plan = Plan(
            settings=settings,
            theme=workspace.theme,
            engine=engine,
            postmans_engine=postmans_engine,
            lease=lambda: secrets.token_hex(8),
            log=say,
            warn=_warn,
            bug=_Bugs().write_down,
        )
        ended_by = serve_site(plan, listening, ready)
    return INTERRUPTED if ended_by == signal.SIGINT else 0


def _with_options(settings: Settings, host: str, port: int | None, proxies: list[str] | None) -> Settings:
    """Return the settings with what the options say instead."""
    from dataclasses import replace

    from newsletter.config import proxy_address

    site = settings.site
    return replace(
        settings,
        site=replace(
            site,
            host=host or site.host,
            port=port or site.port,
            proxies=tuple(proxy_address(one, "--proxy") for one in proxies) if proxies else site.proxies,
        ),
    )


def _see_archive(out: Path, directory: str) -> None:
    """Build the archive where there is none yet; one that is there is served as it is."""
    from newsletter.cli.building import Wanted, build_and_report

    if not (out / "index.html").is_file():
        build_and_report(Wanted(directory, None, "", {}), as_json=False)


def _warn(trouble: str) -> None:
    from newsletter.cli.output import Mark, say

    if trouble:
        say(Mark("warning:", "yellow"), trouble)
    else:
        say("mails can be sent again")


class _Bugs:
    """Writes down what nobody expected, each in a file; only the first ones, as anybody may cause the same again."""

    def __init__(self) -> None:
        self._written = 0

    def write_down(self, error: BaseException) -> None:
        """Write down one, or say that there was one more."""
        from newsletter.cli.failure import report_bug
        from newsletter.cli.output import Mark, say

        if self._written < _MOST_BUGS:
            self._written += 1
            report_bug(error, ["serve"], as_json=False)
        else:
            say(Mark("error:", "red"), f"a bug once more: {type(error).__name__}")
