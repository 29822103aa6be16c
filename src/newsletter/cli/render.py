"""`newsletter render`: one issue as HTML, as text and as a whole message."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

EXAMPLES = "Example: newsletter render asml --out out --subscriber anna@example.org"


def render(
    context: typer.Context,
    issue: IssueName,
    out: Annotated[str, typer.Option(metavar="DIR", help="Where the files go, else out in the workspace.")] = "",
    subscriber: Annotated[str, typer.Option(metavar="ADDR", help="For whom; a [[sample]] has a name too.")] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Write SLUG.html, SLUG.txt and SLUG.eml: what one reader would get.

    Ends with 1 when some [[sample]] could not get it, as a personal field has no value for them.
    """
    from datetime import datetime, time
    from pathlib import Path

    from newsletter.cli.addresses import normal_address
    from newsletter.cli.letters import TEST_TOKEN, compose, for_a_browser, sample_address
    from newsletter.cli.output import Mark, print_json, say, weight
    from newsletter.cli.workspace import open_workspace, shown
    from newsletter.render import dry_run, fill, personal_values, render_email

    workspace = open_workspace(directory or context.obj)
    path = workspace.find(issue)
    read = workspace.read(path)
    email = render_email(read, workspace.theme, workspace.settings, workspace.pictures(read, path))
    address = normal_address(subscriber) if subscriber else sample_address(workspace)
    reader = workspace.reader(address, read.language, TEST_TOKEN)
    site = workspace.settings.newsletter.url
    values = personal_values(email, reader, site)
    # Not now, but when it is meant to go out: the same issue gives the same bytes.
    date = read.send_at or datetime.combine(read.date, time(), workspace.settings.newsletter.timezone)
    message = compose(email, workspace.settings, reader, date)
    folder = Path(out) if out else workspace.root / "out"
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "html": (folder / f"{read.slug}.html", for_a_browser(fill(email.html, values), email).encode()),
        "text": (folder / f"{read.slug}.txt", fill(email.text, values).encode()),
        "eml": (folder / f"{read.slug}.eml", message.content),
    }
    for file, content in files.values():
        file.write_bytes(content)
    samples = (workspace.reader(sample.address, read.language, TEST_TOKEN) for sample in workspace.settings.samples)
    unable = {recipient.address: reason for recipient, reason in dry_run(email, samples, site)}
    if as_json:
        paths = {name: str(file) for name, (file, _) in files.items()}
        sizes = {f"{name}_bytes": len(content) for name, (_, content) in files.items()}
        subject = fill(email.subject, values)
        print_json({"issue": read.slug, "subject": subject, **paths, **sizes, "not_for": unable})
    else:
        for file, content in files.values():
            say(Mark("wrote", "green"), shown(file), Mark(weight(len(content)), "dim"))
    for address, reason in unable.items():
        say(Mark("warning:", "yellow"), f"not for {address}: {reason}")
    return 1 if unable else 0
