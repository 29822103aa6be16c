"""What the documentation shows is true: its links, its commands, and the pages that are made of the program itself.

`pytest tests/test_docs.py --update-golden` writes four pages of docs/reference anew, and the list of the decisions.
"""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from newsletter.checks import GROUPS, RULES
from newsletter.cli.later import Later
from newsletter.cli.main import command_line, run_with
from newsletter.config.providers import KEYS, OPTIONAL_KEYS, variable
from newsletter.delivery.esp.merging import SYNTAXES
from newsletter.delivery.esp.providers import PROVIDERS
from newsletter.issue.kinds import load_kinds
from newsletter.issue.values import PARSERS
from tests.checks.pairs import PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks import Rule
    from newsletter.delivery.esp.providers import Provider
    from newsletter.issue import Attribute, Kind

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^(`{3,}).*?^\1$\n?", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MADE_BY = "<!-- Made by tests/test_docs.py, which knows it from the program; `--update-golden` writes it anew. -->"

BLOCKS = f"""\
# The blocks
{MADE_BY}

Each kind of block, as its schema in `templates/email/blocks/KIND/schema.toml` says it.
[The issue format](issue-format.md) says how a block is written, [Add a block](../how-to/add-a-block.md) how a kind of
your own is made.

Every block also takes an id (`#name`), classes (`.name`), `on="email"` or `on="web"`, to be shown only there, and
`if="…"`, to be shown only to the readers for whom [it holds](issue-format.md#text-and-blocks).

"""
COMMANDS = f"""\
# Commands
{MADE_BY}

ISSUE is a path, a name such as `asml`, `latest` (the newest that is not after today) or `next` (the first after today).
With `--json`, one JSON document stands on standard output and nothing else; messages go to standard error.

| exit status | |
| --- | --- |
| 0 | done |
| 1 | done, with something to look at: findings; readers who were refused, or are in doubt; lines that were left out |
| 2 | wrong usage, configuration, issue or file; nothing was sent or imported |
| 3 | a bug; a file with what happened is named |
| 130 | interrupted |

"""


CHECKS = f"""\
# The checks
{MADE_BY}

`newsletter check` looks for each of these in an issue, and tells it at its line and column. `plan` and `send` look too:
with an error nothing is sent, a warning is shown. What keeps an issue from being read or rendered at all, such as an
unknown block, is always told, and is not listed here.

How much a rule weighs in your newsletter, a line in newsletter.toml says:

```toml
[checks]
link-vague = "off"              # not told at all
preheader-missing = "error"     # nothing is sent
mail-clipped = "warning"        # told, and sent all the same
```

Three settings stand there too: `clients`, the mail programs in which readers must miss nothing; `sentence_words`, how
long a sentence may be; and `dictionary`, a file with words that are right in your newsletter, one on a line.

At one place, a comment turns a rule off; it needs a reason, and no reader sees it. At the end of a line it is about
that line; on a line of its own, about the block or the paragraph that follows. In the front matter it is about the
whole issue. A comment that turns off nothing is told as `silenced-nothing`, a warning.

```markdown
---
# check: off mail-size because it is the issue of the whole year
---
Lees het [hier](https://rapport.nl/2026). <!-- check: off link-vague because the sponsor wants it so -->
```

"""


PROVIDER_PAGE = f"""\
# Providers of mail
{MADE_BY}

What each provider can do, as the table in `src/newsletter/delivery/esp/providers.py` has it.
[Send through a provider](../how-to/send-by-a-provider.md) says how one is set up. It was read in what the last column
of the second table names, and tried with servers on one machine that answer as the providers say they do; limits that
an account of yours has are its own.

*Merges*: the mail is told once, with the values of many readers beside it. *Lists*: one request holds many mails, each
whole. *Own headers*: readers of one request can have different ones. *Known again*: for so long a request that comes
again is not done again, so that a doubt can be settled by asking once more. *Says whom*: an answer says of each reader
whether his mail was taken. *Pictures*: they can travel in the mail (`pictures.in_mail = "embedded"`).

Where a provider has neither, or takes no headers for each reader of a request, each mail goes in a request of its own:
a mail without its own `List-Unsubscribe` would be worse than a slow one.

"""


def table(*rows: tuple[str, ...]) -> str:
    """A table in Markdown; the first row is its head."""
    lines = ["|".join(["", *(f" {cell} " if cell else " " for cell in row), ""]) for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def attribute_row(attribute: Attribute) -> tuple[str, ...]:
    choices = " or ".join(f"`{choice}`" for choice in attribute.choices)
    required = "required" if attribute.required else ""
    default = f"`{attribute.default}`" if attribute.default else ""
    return f"`{attribute.name}`", choices or attribute.type, required, default, attribute.help


def kind_section(kind: Kind) -> str:
    title = {"required": "Title required", "optional": "Title optional", "none": "No title"}[kind.title]
    body = {"required": "text required", "optional": "text optional", "none": "no text"}[kind.body]
    record = " A record: it has an id, made of its title where none is given." if kind.record else ""
    parts = [f"## {kind.name}", kind.summary, f"{title}, {body}.{record}", fenced(kind.example, "markdown")]
    if kind.attributes:
        head = ("attribute", "type", "", "default", "")
        parts.append(table(head, *(attribute_row(attribute) for attribute in kind.attributes.values())))
    return "\n\n".join(parts)


def blocks_page() -> str:
    kinds = load_kinds([ROOT / "templates"])
    words = {name: str(parse.__doc__).partition("\n")[0] for name, parse in PARSERS.items() if name != "choice"}
    types = [(f"`{name}`", text.removeprefix("Take ").removesuffix(".")) for name, text in words.items()]
    sections = [
        *(kind_section(kind) for kind in kinds.values()),
        f"## Types\n\n{table(('type', 'what it is'), *types)}",
    ]
    return BLOCKS + "\n\n".join(sections) + "\n"


def check_section(rule: Rule) -> str:
    pair = PAIRS[rule.id]
    why = inspect.getdoc(rule.find) or ""
    has, has_not = (fenced(text, pair.language) for text in (pair.has, pair.has_not))
    shown = [f"It is told of\n\n{has}", f"and not of\n\n{has_not}"] if pair.has != pair.has_not else []
    return "\n\n".join([f"### {rule.id}", f"{rule.summary} {str(rule.severity).capitalize()}.", why, *shown])


def checks_page() -> str:
    head = table(("rule", "", "it tells"), *((f"[`{r.id}`](#{r.id})", str(r.severity), r.summary) for r in RULES))
    groups = (f"## {title}\n\n" + "\n\n".join(check_section(rule) for rule in rules) for title, rules in GROUPS.items())
    return CHECKS + "\n\n".join([head, *groups]) + "\n"


def command_tree(command: object = None, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the words of every command with what stands below its help."""
    command = command.load() if isinstance(command, Later) else command or command_line
    yield words, str(getattr(command, "epilog", "") or "")
    for name, inner in getattr(command, "commands", {}).items():
        yield from command_tree(inner, (*words, name))


def commands_page(capsys: pytest.CaptureFixture[str]) -> str:
    sections = []
    for words, _ in command_tree():
        line = " ".join(("newsletter", *words))
        assert run_with([*words, "--help"]) == 0
        shown = fenced(f"$ {line} --help\n{capsys.readouterr().out}", "console")
        sections.append(f"## {line}\n\n{shown}")
    return COMMANDS + "\n\n".join(sections) + "\n"


def yes(*, is_so: bool) -> str:
    return "yes" if is_so else ""


def provider_rows(provider: Provider) -> tuple[str, ...]:
    can = provider.capabilities
    known = f"{can.idempotency_ttl_s / 3600:g} h" if can.idempotency_ttl_s else ""
    most = f"{can.max_batch:,}" if can.max_batch > 1 else ""
    size = f", {can.max_batch_bytes // 1_000_000} MB" if can.max_batch_bytes else ""
    marks = (can.inline_merge, can.distinct_batch, can.per_recipient_headers)
    last = (can.partial_refusals, can.inline_pictures)
    return (
        f"`{can.name}`",
        *(yes(is_so=each) for each in marks),
        most + size,
        known,
        *(yes(is_so=each) for each in last),
    )


def provider_words(name: str, provider: Provider) -> tuple[str, ...]:
    keys = [variable(name, key) for key in (*KEYS[name], *OPTIONAL_KEYS.get(name, ()))]
    tracking = "off, in each request" if provider.has_tracking_switch else "as your account has it"
    withheld = [f"takes no {header} of yours" for header in sorted(provider.withheld)]
    told = filter(None, (*withheld, provider.caution, provider.note))
    note = " ".join(f"{each[0].upper()}{each[1:]}." for each in told)
    return provider.label, "<br>".join(f"`{key}`" for key in keys), tracking, note, provider.source


def providers_page() -> str:
    head = ("transport", "merges", "lists", "own headers", "in a request", "known again", "says whom", "pictures")
    can = table(head, *map(provider_rows, PROVIDERS.values()))
    words = table(
        ("provider", "keys in `.env`", "opens and clicks", "to know", "read in"),
        *(provider_words(name, provider) for name, provider in PROVIDERS.items()),
    )
    return f"{PROVIDER_PAGE}{can}\n\n## Keys, headers, tracking\n\n{words}\n"


def test_the_page_of_providers_is_what_the_table_says(*, update_golden: bool) -> None:
    assert {name for name, one in PROVIDERS.items() if one.capabilities.inline_merge} == set(SYNTAXES)
    assert set(PROVIDERS) == set(KEYS)
    hold("providers.md", providers_page(), update=update_golden)


def hold(name: str, found: str, *, update: bool) -> None:
    path = ROOT / "docs" / "reference" / name
    if update:
        path.write_text(found, "utf-8")
    assert path.read_text("utf-8") == found, "to write it anew: pytest tests/test_docs.py --update-golden"


def test_the_page_of_blocks_is_what_the_schemas_say(*, update_golden: bool) -> None:
    hold("blocks.md", blocks_page(), update=update_golden)


def test_the_page_of_checks_is_what_the_rules_say(*, update_golden: bool) -> None:
    hold("checks.md", checks_page(), update=update_golden)


def test_the_page_of_commands_is_what_they_say_themselves(
    *, update_golden: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    hold("commands.md", commands_page(capsys), update=update_golden)


def test_the_decisions_are_numbered_one_after_the_other_and_listed(*, update_golden: bool) -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(folder.glob("[0-9]*.md"))
    assert [int(page.name.partition("-")[0]) for page in pages] == list(range(1, len(pages) + 1))

    titles = [page.read_text("utf-8").partition("\n")[0] for page in pages]
    assert [title.partition(".")[0] for title in titles] == [f"# {number}" for number in range(1, len(pages) + 1)]

    lines = [
        f"{title.removeprefix('# ').replace('. ', '. [', 1)}]({page.name})"
        for page, title in zip(pages, titles, strict=True)
    ]
    introduction = (folder / "README.md").read_text("utf-8").partition("\n1. ")[0]
    hold("../decisions/README.md", "\n".join([introduction, *lines, ""]), update=update_golden)


def prose(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "``", FENCE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    """The fragments that lead to a page's headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(page: Path) -> None:
    dead = []
    for link in LINK.findall(prose(page)):
        name, _, fragment = link.partition("#")
        target = (page.parent / name) if name else page
        if re.match(r"(https?|mailto):", link):
            continue
        if not target.exists() or (fragment and fragment not in anchors(target)):
            dead.append(link)
    assert dead == []


def shown_commands() -> list[str]:
    """Every command of ours that stands in the documentation, after a `$` or in a line's own code, and in our help."""
    found: dict[str, None] = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        prompts = re.findall(r"^\$ (.+)$", text, re.MULTILINE)
        lines = [part for prompt in prompts for part in prompt.split("&&")]
        lines += re.findall(r"`(newsletter [^`\n…]+)`", FENCE.sub("", text))
        found |= dict.fromkeys(line.strip() for line in lines if line.strip().startswith("newsletter "))
    examples = (re.search(r"newsletter .+", epilog) for _, epilog in command_tree())
    return [*found, *(example[0] for example in examples if example and example[0] not in found)]


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_that_is_shown_is_understood(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder most of them find no newsletter, but none finds itself unknown."""
    monkeypatch.chdir(tmp_path)
    status = run_with(shlex.split(line, comments=True)[1:])
    said = capsys.readouterr().err
    assert status in {0, 2}, said
    assert "Try: newsletter" not in said


def test_the_documentation_shows_commands() -> None:
    """So that none is missed because the way they are written has changed."""
    names = {line.split()[1] for line in shown_commands()}
    assert {"init", "render", "send", "archive"} <= names
    assert len(shown_commands()) > 10
