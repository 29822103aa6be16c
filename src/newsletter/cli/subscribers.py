"""`newsletter subscribers`: who gets the newsletter."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.cli import transfer
from newsletter.cli.later import PLAIN
from newsletter.cli.options import AsJson, Command, Directory, InSegment, WithStatus, WithTag

app = typer.Typer(
    help="Who gets the newsletter: import, export, add, remove, list, show, forget.",
    epilog="Example: newsletter subscribers import subscribers.csv --dry-run",
    no_args_is_help=True,
    **PLAIN,
)
app.command("import", cls=Command, epilog=transfer.IMPORT_EXAMPLES)(transfer.import_csv)
app.command("export", cls=Command, epilog=transfer.EXPORT_EXAMPLES)(transfer.export_csv)

Address = Annotated[str, typer.Argument(metavar="ADDR", help="A mail address, in any spelling.", show_default=False)]


@app.command("add", cls=Command, epilog="Example: newsletter subscribers add anna@example.org --first-name Anna")
def add(
    context: typer.Context,
    address: Address,
    first_name: Annotated[str, typer.Option(metavar="NAME", help="As a greeting says it.")] = "",
    last_name: Annotated[str, typer.Option(metavar="NAME", help="The rest of the name.")] = "",
    language: Annotated[str, typer.Option(metavar="nl|en", help="Else the newsletter's.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="May be given more than once.")] = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="How they agreed to it; kept.")] = "added by an editor",
    again: Annotated[bool, typer.Option("--again", help="They ask for mail, after having ended it.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Add one person, or what is new about them."""
    from newsletter.audience.intake import KEPT_OUT
    from newsletter.audience.membership import add as take_in
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import intake_of, named_person
    from newsletter.store import writing

    settings = settings_of(directory or context.obj)
    said = {"first_name": first_name, "last_name": last_name, "language": language}
    person = named_person(address, said, tag or (), settings, source)
    with open_database(settings) as engine, writing(engine) as connection:
        decision = take_in(connection, person, intake_of(connection, settings), again=again)
    if as_json:
        print_json({"address": person.address.text, "result": decision.kind, "reason": decision.reason})
    elif decision.reason:
        say(f"{person.address.text} was not added: {KEPT_OUT[decision.reason]}; --again if they now ask for mail")
    else:
        became = {"added": "is added", "updated": "was a subscriber, and has changed"}
        say(person.address.text, became.get(decision.kind, "was a subscriber already"))
    return 1 if decision.reason else 0


@app.command("remove", cls=Command, epilog="Example: newsletter subscribers remove anna@example.org")
def remove(
    context: typer.Context,
    address: Address,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Unsubscribe one person. They stay known, so that no import brings them back."""
    from newsletter.audience.address import read_address
    from newsletter.audience.membership import remove as unsubscribe
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import now_ms
    from newsletter.store import writing

    read = read_address(address)
    with open_database(settings_of(directory or context.obj)) as engine, writing(engine) as connection:
        result = unsubscribe(connection, read.key, now_ms())
    if as_json:
        print_json({"address": read.text, "result": result or "unknown"})
    elif result is None:
        say(read.text, "is no subscriber")
    else:
        say(read.text, "gets no more mail" if result == "unsubscribed" else "was unsubscribed already")
    return 1 if result is None else 0


@app.command("list", cls=Command, epilog="Example: newsletter subscribers list --segment nl-founders --limit 20")
def show_list(
    context: typer.Context,
    status: WithStatus = "",
    segment: InSegment = "",
    tag: WithTag = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="How many to show.")] = 50,
    after: Annotated[int, typer.Option(metavar="ID", min=0, help="Go on behind this one.")] = 0,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """List subscribers, oldest first."""
    from newsletter.audience.documents import as_document
    from newsletter.audience.subscribers import page, total
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import now_ms, print_table, wanted_of
    from newsletter.store import reading

    settings = settings_of(directory or context.obj)
    wanted, now = wanted_of(settings, status, segment, tag), now_ms()
    with open_database(settings, only_look=True) as engine, reading(engine) as connection:
        found, of = page(connection, wanted, after, limit, now), total(connection, wanted, now)
    following = found[-1].id if len(found) == limit else None
    if as_json:
        print_json({"subscribers": [as_document(one) for one in found], "total": of, "next": following})
        return
    print_table(found)
    say(f"{len(found):,} of {of:,} shown{f'; go on with --after {following}' if following else ''}")


@app.command("show", cls=Command, epilog="Example: newsletter subscribers show anna@example.org --json")
def show(
    context: typer.Context,
    address: Address,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Show all that is kept of one address, the mail they got included."""
    from newsletter.audience.address import read_address
    from newsletter.audience.documents import kept_as_document
    from newsletter.audience.membership import kept_of
    from newsletter.audience.tokens import keys_of
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import now_ms, print_kept
    from newsletter.store import reading

    read, settings = read_address(address), settings_of(directory or context.obj)
    keys = keys_of(settings.secret_key) if settings.secret_key else None
    with open_database(settings, only_look=True) as engine, reading(engine) as connection:
        kept = kept_of(connection, read.key, keys, now_ms())
    if as_json:
        print_json(kept_as_document(read.text, kept))
    elif not kept:
        say("nothing is kept of", read.text)
    else:
        print_kept(read.text, kept)
    return 0 if kept else 1


@app.command("forget", cls=Command, epilog="Example: newsletter subscribers forget anna@example.org")
def forget(
    context: typer.Context,
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Erase one person for good. Only a keyed hash stays, so that no import brings them back."""
    from newsletter.audience.address import read_address
    from newsletter.audience.membership import forget as erase
    from newsletter.audience.tokens import keys_of
    from newsletter.cli.asking import confirmed
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import now_ms
    from newsletter.store import leave_no_trace, writing

    read, settings = read_address(address), settings_of(directory or context.obj)
    keys = keys_of(settings.secret_key)
    if not confirmed(f"Erase all that is kept of {read.text}? It cannot be undone.", yes=yes):
        say("nothing was changed")
        return 1
    with open_database(settings) as engine:
        with writing(engine) as connection:
            forgotten = erase(connection, read.key, keys, now_ms())
        leave_no_trace(engine)
    if as_json:
        print_json({"address": read.text, "forgotten": forgotten})
    else:
        say(read.text, "is forgotten" if forgotten else "was not known; nothing was changed")
    return 0 if forgotten else 1
