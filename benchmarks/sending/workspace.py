"""The newsletter that is sent when sending is measured: an issue of 50 KB with four personal fields, and readers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.measure.processes import run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = Path(sys.executable).with_name("newsletter")
SLUG = "notes"
TIPS = 13
FIELDS = ("first_name", "company", "city", "job_title")
SAMPLE = ("Firstname0", "Company0", "City0", "Work0")
"""What the fields are for the sample reader, told apart from all other words."""

_HEAD = """\
---
subject: "Notes for {{ subscriber.first_name | default('you') }}"
preheader: "What to do with them."
date: 2026-11-24
status: ready
---
Good morning {{ subscriber.first_name | default("reader") }} of {{ subscriber.company | default("home") }},

In {{ subscriber.city | default("your town") }} it is early for a {{ subscriber.job_title | default("reader") }}.
"""
_TIP = """
::: tip {{#tip-{number}}} Ask for evidence that you can look up, part {number}
{words}

Then [look it up](https://aireport.email/{number}).
:::
"""
_WORDS = "Type beside your document: *put behind each claim the literal sentence on which you base it*. "


def make_workspace(folder: Path, readers: int) -> None:
    """Make the newsletter, and bring its readers in.

    Raises:
        FailedError: one of the commands for it fails.
    """
    run([COMMAND, "init", folder, "--language", "en"], ROOT)
    for issue in (folder / "issues").iterdir():
        issue.unlink()
    tips = (_TIP.format(number=number, words=3 * _WORDS) for number in range(TIPS))
    (folder / "issues" / f"2026-11-24-{SLUG}.md").write_text(_HEAD + "".join(tips), "utf-8")
    _set(folder / "newsletter.toml")
    environment = f"NEWSLETTER_SECRET_KEY={'k' * 43}\nNEWSLETTER_SMTP_SECURITY=none\nNEWSLETTER_SMTP_HOST=127.0.0.1\n"
    (folder / ".env").write_text(environment, "utf-8")
    (folder / ".env").chmod(0o600)
    with (folder / "list.csv").open("w", encoding="utf-8") as file:
        file.write(f"email,{','.join(FIELDS)}\n")
        file.writelines(_lines(readers))
    run([COMMAND, "-C", folder, "subscribers", "import", folder / "list.csv"], ROOT)


def _set(toml: Path) -> None:
    before, _, _ = toml.read_text("utf-8").partition("[[sample]]")
    text = before.replace("#fields = []", 'fields = ["company", "city", "job_title"]')
    values = "".join(f'{name} = "{value}"\n' for name, value in zip(FIELDS, SAMPLE, strict=True))
    toml.write_text(f'{text}[[sample]]\naddress = "reader@example.org"\n{values}', "utf-8")


def _lines(readers: int) -> Iterator[str]:
    for number in range(readers):
        address = f"reader{number}@mail{number % 1000}.example.org"
        yield f"{address},Anna{number % 300},Company {number % 1000},Town {number % 77},Engineer {number % 9}\n"


def rendered(folder: Path) -> bytes:
    """Return the message of the sample reader."""
    run([COMMAND, "-C", folder, "render", SLUG], ROOT)
    return (folder / "out" / f"{SLUG}.eml").read_bytes()


def add_dkim(folder: Path) -> None:
    """Have the mail signed, with RSA of 2048 bits."""
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "dkim.pem").write_bytes(pem)
    (folder / "dkim.pem").chmod(0o600)
    toml = folder / "newsletter.toml"
    text = toml.read_text("utf-8").replace('#selector = ""', 'selector = "b"')
    toml.write_text(text.replace('#key_file = ""', 'key_file = "dkim.pem"'), "utf-8")
