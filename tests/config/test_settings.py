"""What newsletter.toml says becomes settings; what it leaves out has a default."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.config import Archive, Delivery, Dkim, Look, Sample, Secret, Smtp, Subscribers
from newsletter.config.preview import Preview
from newsletter.config.settings import DARK, LIGHT, PicturesInMail
from tests.config.workspaces import REQUIRED, faults_of, settings_of


def test_the_required_keys_are_enough(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    newsletter = settings.newsletter
    assert settings.root == tmp_path.resolve()
    assert (newsletter.name, newsletter.url) == ("Proef", "https://example.org")
    assert (newsletter.language, newsletter.languages) == ("nl", ("nl",))
    assert (newsletter.from_name, newsletter.from_address) == ("De redactie", "redactie@example.org")
    assert newsletter.postal_address == "Straat 1, Stad"
    assert (newsletter.description, newsletter.reply_to) == ("", "")
    assert newsletter.timezone == ZoneInfo("Europe/Amsterdam")
    assert newsletter.list_id == "newsletter.example.org"


def test_every_other_section_has_defaults(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    root = tmp_path.resolve()
    assert settings.theme == Look(logo="", radius_px=8, light=LIGHT, dark=DARK)
    assert settings.pictures == PicturesInMail("linked")
    assert settings.delivery == Delivery("directory", root / "out/mail", "redactie@example.org")
    assert settings.smtp == Smtp("localhost", 587, "starttls", "", None, 300, "auto", None, 4, 100, 0, 8)
    assert settings.dkim == Dkim("example.org", "", None, "", None)
    assert settings.archive == Archive(root / "out/site")
    assert settings.preview == Preview("vscode://file{path}:{line}:{column}")
    assert settings.subscribers == Subscribers(())
    assert settings.samples == ()
    assert settings.secret_key is None
    assert settings.store_url == Secret("sqlite:///newsletter.db")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.newsletter.name = "Iets anders"  # type: ignore[misc] # this is what is tried


def test_what_is_said_wins_from_the_defaults(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        REQUIRED
        + """
        description = "Over alles"
        languages = ["en", "nl"]
        timezone = "America/New_York"
        reply_to = "lezers@example.org"
        list_id = "nieuws.example.org"
        [theme]
        logo = "plaatjes/logo.png"
        logo_dark = "plaatjes/donker.png"
        font = 'Georgia, "Times New Roman", serif'
        radius_px = 0
        [theme.dark]
        accent = "#ABCDEF"
        [pictures]
        in_mail = "embedded"
        [delivery]
        transport = "smtp"
        directory = "post"
        envelope_sender = "bounces@example.org"
        [smtp]
        host = "Mail.Example.org"
        port = 2525
        security = "tls"
        username = "proef"
        timeout_s = 5
        [archive]
        out = "site"
        """,
    )
    root = tmp_path.resolve()
    assert settings.newsletter.description == "Over alles"
    assert settings.newsletter.languages == ("en", "nl")
    assert settings.newsletter.timezone == ZoneInfo("America/New_York")
    assert settings.newsletter.reply_to == "lezers@example.org"
    assert settings.newsletter.list_id == "nieuws.example.org"
    assert settings.theme == Look(
        logo="plaatjes/logo.png",
        logo_dark="plaatjes/donker.png",
        font="Georgia, 'Times New Roman', serif",
        radius_px=0,
        light=LIGHT,
        dark=dataclasses.replace(DARK, accent="#abcdef"),
    )
    assert settings.pictures == PicturesInMail("embedded")
    assert settings.delivery == Delivery("smtp", root / "post", "bounces@example.org")
    assert settings.smtp == Smtp("mail.example.org", 2525, "tls", "proef", None, 5)
    assert settings.archive == Archive(root / "site")


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        ("idea", "idea://open?file={path}&line={line}&column={column}"),
        ("none", ""),
        ("nova://open?path={path}&line={line}", "nova://open?path={path}&line={line}"),
    ],
)
def test_an_editor_is_known_by_name_or_by_its_address(tmp_path: Path, said: str, pattern: str) -> None:
    assert settings_of(tmp_path, f'{REQUIRED}\n[preview]\neditor = "{said}"\n').preview == Preview(pattern)


@pytest.mark.parametrize(
    "said",
    [
        "emacs",
        "javascript://{path}",
        "https://example.org/{path}",
        "file://{path}",
        "data://{path}",
        "nova://open",
        "nova:{path}",
        'nova://{path}\\"onclick',
        "nova://{path} x",
        "",
    ],
)
def test_what_a_browser_would_open_itself_is_no_editor(tmp_path: Path, said: str) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}\n[preview]\neditor = "{said}"\n')
    assert "preview.editor: found" in fault
    assert fault.endswith(
        "expected one of vscode, vscodium, cursor, zed, idea, pycharm, sublime, textmate, none, or an address with "
        "{path} in it, such as nova://open?path={path}&line={line}"
    )


def test_how_fast_a_server_is_given_mail_and_who_signs_it_can_be_said(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        REQUIRED
        + """
        [smtp]
        auth = "xoauth2"
        connections = 2
        messages_per_connection = 50
        rate_per_second = 0.5
        pipeline_depth = 1
        [dkim]
        domain = "example.org"
        selector = "nl2026"
        key_file = "/etc/newsletter/dkim.pem"
        ed25519_selector = "nl2026e"
        ed25519_key_file = "sleutels/dkim-ed25519.pem"
        """,
    )
    root = tmp_path.resolve()
    assert settings.smtp == Smtp("localhost", 587, "starttls", "", None, 300, "xoauth2", None, 2, 50, 0.5, 1)
    assert settings.dkim == Dkim(
        "example.org", "nl2026", Path("/etc/newsletter/dkim.pem"), "nl2026e", root / "sleutels/dkim-ed25519.pem"
    )


def test_samples_say_what_is_known_of_a_reader_and_no_more(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        REQUIRED
        + """
        [subscribers]
        fields = ["company"]
        [[sample]]
        address = "anna@example.org"
        first_name = "Anna"
        company = "Proef & Zoon"
        [[sample]]
        address = "zoë@example.test"
        language = "en"
        """,
    )
    assert settings.samples == (
        Sample("anna@example.org", "nl", {"first_name": "Anna", "company": "Proef & Zoon"}),
        Sample("zoë@example.test", "en", {}),
    )


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://example.org/", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("https://example.org/Nieuws//", "https://example.org/Nieuws"),
        ("https://localhost:8443/nieuws/brief/", "https://localhost:8443/nieuws/brief"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_url_is_kept_without_a_slash_at_its_end(written: str, kept: str, tmp_path: Path) -> None:
    assert settings_of(tmp_path, REQUIRED.replace("https://example.org", written)).newsletter.url == kept


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "https://",
        "https:///pad",
        "https://example.org#deel",
        "https://example.org:65536",
        "https://-example.org",
        "https://exa mple.org",
        "https://example.org/een//twee",
        "https://example.org/<b>",
        "https://bücher.example",
        "javascript:alert(1)//https://example.org",
    ],
)
def test_an_url_that_is_not_plain_https_is_refused(url: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, REQUIRED.replace("https://example.org", url))
    assert fault.startswith("newsletter.toml:3:1: newsletter.url: ")


def test_an_empty_text_means_none_where_none_is_the_default(tmp_path: Path) -> None:
    toml = f'{REQUIRED}reply_to = ""\n[theme]\nlogo = ""\n[smtp]\nusername = ""\n'
    settings = settings_of(tmp_path, toml)
    assert (settings.newsletter.reply_to, settings.theme.logo, settings.smtp.username) == ("", "", "")


def test_a_missing_language_is_one_fault_and_not_two(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, REQUIRED.replace('language = "nl"', 'languages = ["nl", "en"]'))
    assert fault.startswith("newsletter.toml:1:1: newsletter.language: missing ")


def test_samples_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'sample = ["anna@example.org", 1]\n{REQUIRED}')
    expected = "expected an array of tables, [[sample]]"
    assert fault == f'newsletter.toml:1:1: sample: found ["anna@example.org", 1], {expected}'


@pytest.mark.parametrize("key", ["last_name", "theme"])
def test_a_key_is_only_said_to_belong_where_a_header_can_name_it(key: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[archive]\n{key} = 1\n[[sample]]\naddress = "anna@example.org"\n')
    assert (
        fault
        == f"newsletter.toml:9:1: archive.{key}: unknown key (known here: out, cards, podcast, publish, redirects)"
    )


def test_the_list_id_comes_from_the_host_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, REQUIRED.replace("example.org", "example.org:8443/nieuws", 1))
    assert settings.newsletter.list_id == "newsletter.example.org"


def test_a_sender_with_an_international_domain_is_kept_in_ascii(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, REQUIRED.replace("redactie@example.org", "redactie@bücher.example"))
    assert settings.newsletter.from_address == "redactie@xn--bcher-kva.example"
    assert settings.delivery.envelope_sender == "redactie@xn--bcher-kva.example"


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587), ("none", 25)])
def test_the_port_follows_the_security(security: str, port: int, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, f'{REQUIRED}[smtp]\nsecurity = "{security}"\n')
    assert settings.smtp.port == port


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1"])
def test_this_machine_can_be_reached_without_security(host: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, f'{REQUIRED}[smtp]\nhost = "{host}"\nsecurity = "none"\n')
    assert settings.smtp.security == "none"


@pytest.mark.parametrize(
    "host",
    [
        "mail.example.org",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "128.0.0.1",
        "127.1",
        "0.0.0.0",  # noqa: S104 - as an address to connect to
        "::2",
        "::ffff:127.0.0.1",
        "ip6-localhost",
    ],
)
def test_no_other_machine_can_be_reached_without_security(host: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[smtp]\nhost = "{host}"\nsecurity = "none"\n')
    assert fault.startswith('newsletter.toml:10:1: smtp.security: found "none", expected tls or starttls: ')


@pytest.mark.parametrize("host", ["", "[::1]", "mail example", "mail.example.org\\u000aQUIT", "-x", "a..b", "a" * 64])
def test_what_is_no_host_is_refused(host: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[smtp]\nhost = "{host}"\n')
    assert "expected a host name or an IP address" in fault


@pytest.mark.parametrize(
    "font",
    [
        "",
        "Arial,",
        "Arial;color:red",
        "'Segoe UI",
        "'Segoe UI\\\"",
        "url(x)",
        "Arial}</style><script>",
        "Arial, \\n serif",
        "Käse",
        "4rial",
    ],
)
def test_a_font_that_could_hold_other_css_is_refused(font: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[theme]\nfont = "{font}"\n')
    assert fault.startswith("newsletter.toml:9:1: theme.font: found ")


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "/", "out/", "out//site", "./out", "out/..", "~/out", "C:/out", "out\\\\site", "out\\u0000"],
)
def test_a_path_that_could_leave_the_workspace_is_refused(path: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[archive]\nout = "{path}"\n')
    assert "expected a path within the workspace" in fault


@pytest.mark.parametrize("zone", ["", "Europe", "../../etc/passwd", "/etc/localtime", "Nergens/Huizen"])
def test_what_is_no_time_zone_is_refused(zone: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}timezone = "{zone}"\n')
    assert "expected the name of a time zone, such as Europe/Amsterdam" in fault


@pytest.mark.parametrize("name", ["Company", "job-title", "2nd", "naïef", "a" * 41, "address", ""])
def test_what_cannot_be_a_subscriber_field_is_refused(name: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[subscribers]\nfields = ["company", "{name}"]\n')
    assert fault.startswith("newsletter.toml:9:1: subscribers.fields: found ")


@pytest.mark.parametrize(
    "character",
    ["\\u0000", "\\t", "\\n", "\\r", "\\u007F", "\\u0085", "\\u2028", "\\u2029", "\\u202E", "\\u2067"],
)
@pytest.mark.parametrize("key", ["name", "from_name", "postal_address"])
def test_a_control_character_is_refused_in_every_text(key: str, character: str, tmp_path: Path) -> None:
    toml = REQUIRED.replace(f'{key} = "', f'{key} = "x{character}', 1)
    (fault,) = faults_of(tmp_path, toml)
    assert "expected one line of text without control characters" in fault
    assert fault.isprintable()


def test_a_long_value_is_shown_in_part(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[theme]\nlogo = "/{"x" * 500}"\n')
    assert f'found "/{"x" * 58}…", expected' in fault


def test_numbers_and_arrays_without_end_are_not_written_out(tmp_path: Path) -> None:
    toml = f"{REQUIRED}languages = [{'1, ' * 100}]\n[smtp]\nport = 0x{'f' * 900}\nhost = [[[1]]]\n"
    languages, port, host = faults_of(tmp_path, toml)
    assert "found an array of 100, expected" in languages
    assert "found a very large number, expected" in port
    assert "found [[[1]]], expected" in host
