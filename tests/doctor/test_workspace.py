"""What lies in the workspace: settings, key, templates, packages, files, database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from newsletter.doctor.database import examine_database
from newsletter.doctor.files import examine_modes
from newsletter.doctor.workspace import examine_packages, examine_settings, examine_templates
from newsletter.store import open_store, writing
from newsletter.store.journal import advance, note
from newsletter.store.migrations import STEPS
from tests.doctor.surroundings import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.doctor.surroundings import Surroundings
    from tests.postgresql import Server

MAKE_A_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


def test_settings_without_a_fault_and_a_good_key(around: Surroundings) -> None:
    assert around.examined(examine_settings, NEWSLETTER_SECRET_KEY=KEY) == {
        "settings": ("ok", "newsletter.toml has no fault", ""),
        "secret key": ("ok", "NEWSLETTER_SECRET_KEY is set, and long enough", ""),
    }
    (around.root / ".env").write_text("")
    assert around.examined(examine_settings)["settings"][1] == "newsletter.toml and .env have no fault"


def test_a_missing_key_and_one_that_is_typed_are_told(around: Surroundings) -> None:
    assert around.examined(examine_settings)["secret key"] == (
        "error",
        "NEWSLETTER_SECRET_KEY is not set, and it signs the links by which readers leave",
        f"make one, and put it in .env: {MAKE_A_KEY}",
    )
    assert around.examined(examine_settings, NEWSLETTER_SECRET_KEY="abc123" * 6)["secret key"] == (
        "warning",
        "NEWSLETTER_SECRET_KEY is long enough, and looks as if it could be guessed",
        f"make one at random, before the first send, as links in mail that was sent go by it: {MAKE_A_KEY}",
    )


def template(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_templates_that_can_be_used(around: Surroundings) -> None:
    shipped = around.examined(examine_templates)
    template(around.root, "email/blocks/note/text.txt.j2", "{{ block.title }}\n")
    own = around.examined(examine_templates)

    words = "can be read, and blocks come out as mail, text and page"
    assert shipped == {"templates": ("ok", f"the shipped ones {words}", "")}
    assert own == {"templates": ("ok", f"the newsletter's own and the shipped ones {words}", "")}
    assert not (around.root / ".newsletter").exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "web/directory.html.j2",
            "<ul>\n{% for one in all %}\n",
            (
                "templates/web/directory.html.j2:2: Unexpected end of template. Jinja was looking for the following "
                "tags: 'endfor' or 'else'. The innermost block that needs to be closed is 'for'."
            ),
        ),
        (
            "email/blocks/note/email.mjml.j2",
            '<mj-section><mj-column>\n<mj-text colour="red">x</mj-text></mj-column></mj-section>\n',
            'templates/email/blocks/note/email.mjml.j2:2: mj-text has no attribute "colour" (did you mean "color"?)',
        ),
        (
            "email/blocks/note/text.txt.j2",
            "{{ block.titel }}\n",
            'templates/email/blocks/note/text.txt.j2:1: there is no "titel" here (did you mean "title"?)',
        ),
        (
            "email/blocks/note/web.html.j2",
            "<div>{{ block.titel }}</div>\n",
            'templates/email/blocks/note/web.html.j2:1: there is no "titel" here (did you mean "title"?)',
        ),
        (
            "email/blocks/note/schema.toml",
            "summary = 3\n",
            "templates/email/blocks/note/schema.toml:",
        ),
    ],
)
def test_a_template_that_cannot_be_used_is_told_at_its_line(
    name: str, text: str, told: str, around: Surroundings
) -> None:
    template(around.root, name, text)

    verdict, found, mend = around.examined(examine_templates)["templates"]

    assert (verdict, mend) == ("error", "mend them: no issue with such a block can be sent")
    assert found.startswith(told)


def test_an_example_that_is_wrong_itself_keeps_nobody_from_sending(around: Surroundings) -> None:
    template(around.root, "email/blocks/odd/schema.toml", 'summary = "Odd."\nexample = """\n::: odd {x=1}\n:::\n"""\n')
    for name in ("email.mjml.j2", "text.txt.j2", "web.html.j2"):
        template(around.root, f"email/blocks/odd/{name}", "")

    assert around.examined(examine_templates)["templates"][0] == "ok"


def test_packages_that_the_settings_ask_for(around: Surroundings) -> None:
    assert around.examined(examine_packages, NEWSLETTER_STORE_URL="postgresql://db.example/n") == {
        "packages": ("ok", "all that the settings ask for are there", ""),
        "speller": ("ok", "there is a dictionary for nl", ""),
    }


def test_files_that_are_nobody_elses_business(around: Surroundings) -> None:
    assert around.examined(examine_modes)["files"] == ("ok", "there is none yet that is secret", "")

    (around.root / ".env").write_text("")
    (around.root / ".env").chmod(0o600)
    (around.root / ".newsletter").mkdir(mode=0o755)
    (around.root / ".newsletter" / "ledger-1.json").touch(0o600)
    told = "nobody else gets at .env, .newsletter/ledger-1.json"
    assert around.examined(examine_modes)["files"] == ("ok", told, "")


def test_files_that_others_can_read_are_told_with_the_command(around: Surroundings, tmp_path: Path) -> None:
    key = tmp_path / "a key.pem"
    for path, mode in ((around.root / ".env", 0o644), (around.root / "newsletter.db-wal", 0o660), (key, 0o604)):
        path.write_text("")
        path.chmod(mode)
    toml = f'[dkim]\nselector = "nl"\nkey_file = "{key}"\n'

    assert around.examined(examine_modes, toml)["files"] == (
        "error",
        "other users of this machine get at .env (644), a key.pem (604), newsletter.db-wal (660)",
        "shut them out: chmod go= .env 'a key.pem' newsletter.db-wal",
    )


def test_the_folder_of_mails_is_private_too(around: Surroundings) -> None:
    (around.root / "out" / "mail").mkdir(parents=True, mode=0o755)

    assert around.examined(examine_modes)["files"][1] == "other users of this machine get at out/mail (755)"
    assert around.examined(examine_modes, NEWSLETTER_TRANSPORT="null")["files"][0] == "ok"


def test_a_database_of_postgresql_has_no_file(around: Surroundings) -> None:
    assert around.examined(examine_modes, NEWSLETTER_STORE_URL="postgresql://db.example/n")["files"][0] == "ok"


def database(around: Surroundings) -> Path:
    path = around.root / "newsletter.db"
    open_store(f"sqlite:///{path}", around.root, fresh_id="a-test").dispose()
    return path


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """All files below a folder, with what would tell of a change."""
    found = {path: path.stat() for path in sorted(folder.rglob("*"))}
    return {str(path): (stat.st_mode, stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


def test_a_sound_database_is_looked_at_and_not_changed(around: Surroundings) -> None:
    path = database(around)
    path.chmod(0o644)
    around.settings()
    before = listing(around.root)

    assert around.examined(examine_database) == {
        "database": ("ok", "newsletter.db is sound, and of this version", ""),
        "journal": ("ok", "the database is the one that was last sent from, and has forgotten nothing", ""),
    }
    after = listing(around.root)
    after.pop(str(around.root / "newsletter.toml"))
    before.pop(str(around.root / "newsletter.toml"))
    assert after == before


def test_a_database_at_work_is_looked_at_with_its_log(around: Surroundings) -> None:
    path = database(around)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("update meta set value = 'other' where name = 'instance_id'")
        writer.commit()
        assert path.with_name("newsletter.db-wal").stat().st_size > 0

        assert around.examined(examine_database)["database"][0] == "ok"


def test_a_database_that_is_not_there_is_not_made(around: Surroundings) -> None:
    assert around.examined(examine_database)["database"] == (
        "warning",
        "newsletter.db is not there yet; there are no readers",
        "bring them along: newsletter subscribers import FILE",
    )
    assert not (around.root / "newsletter.db").exists()


def test_a_damaged_database_is_an_error(around: Surroundings) -> None:
    path = database(around)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("pragma journal_mode = delete")
        (page,) = raw.execute("select rootpage from sqlite_schema where name = 'subscriber'").fetchone()
        (size,) = raw.execute("pragma page_size").fetchone()
    octets = bytearray(path.read_bytes())
    octets[(page - 1) * size : (page - 1) * size + 200] = b"\xff" * 200
    path.write_bytes(octets)

    verdict, found, mend = around.examined(examine_database)["database"]

    assert (verdict, mend) == ("error", "send nothing, and put a backup in its place")
    assert found.startswith("newsletter.db is damaged: ")
    assert found.isprintable()


@pytest.mark.parametrize(
    ("application", "told"),
    [
        (7, "this is the database of another program; name another file in NEWSLETTER_STORE_URL"),
        (0, "another program keeps its subscriber here; name another database"),
    ],
)
def test_the_database_of_another_program_is_left_alone(application: int, told: str, around: Surroundings) -> None:
    path = around.root / "newsletter.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("create table subscriber (id)")
        raw.execute(f"pragma application_id = {application}")
    before = path.read_bytes()

    assert around.examined(examine_database)["database"][:2] == ("error", f"{path}: {told}")
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_an_error(around: Surroundings) -> None:
    path = around.root / "newsletter.db"
    path.write_bytes(b"no database " * 100)

    assert around.examined(examine_database)["database"] == (
        "error",
        f"{path}: this is no SQLite database; name another file in NEWSLETTER_STORE_URL",
        "see NEWSLETTER_STORE_URL, and that the database can be read",
    )


@pytest.mark.parametrize(
    ("version", "verdict", "told"),
    [
        (len(STEPS) - 1, "warning", "newsletter.db is 1 step behind this version"),
        (99, "error", "{}: it was made by a later version of newsletter (its schema is 99"),
    ],
)
def test_a_database_of_another_version_is_told(version: int, verdict: str, told: str, around: Surroundings) -> None:
    path = database(around)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("update meta set value = ? where name = 'schema_version'", (version,))
        raw.commit()

    found = around.examined(examine_database)["database"]

    assert found[0] == verdict
    assert found[1].startswith(told.format(path))


def test_an_old_state_of_the_database_is_an_error(around: Surroundings) -> None:
    path = database(around)
    engine = open_store(f"sqlite:///{path}", around.root, fresh_id="")
    with writing(engine) as connection:
        epoch = advance(connection)
    note(engine, around.root / ".newsletter", epoch + 3)
    engine.dispose()

    verdict, found, _ = around.examined(examine_database)["journal"]

    assert verdict == "error"
    assert found.startswith(f"{path}: this is an old state of the database: 3 later steps of a sending are not in it")


def test_postgresql_is_looked_at_too(around: Surroundings, postgresql: Server) -> None:
    url = postgresql.new_database()
    open_store(url, around.root, fresh_id="a-test").dispose()

    found = around.examined(examine_database, NEWSLETTER_STORE_URL=url)

    assert found["database"][0] == "ok"
    assert found["database"][1].endswith(" is sound, and of this version")


def test_a_postgresql_that_is_away_is_an_error(around: Surroundings) -> None:
    found = around.examined(examine_database, NEWSLETTER_STORE_URL="postgresql://n:hunter2@127.0.0.1:1/n")

    assert found["database"][0] == "error"
    assert found["database"][1].startswith("the database n at 127.0.0.1: the server says: ")
    assert "hunter2" not in str(found)
