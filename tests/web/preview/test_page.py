"""The page of the preview in a browser: every view, a day of edits and faults, keys alone, and ill will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.cli.commands import BODY, add_issue, issue_text
from tests.render.drawings import encoded, photo
from tests.web.preview.desks import LONG, NAME, WITH_ALL, previewed, save
from tests.web.preview.pages import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.preview.desks import Running

pytestmark = pytest.mark.browser

LIGHT_CARD, DARK_CARD = "rgb(255, 255, 255)", "rgb(24, 27, 36)"
CARD = "getComputedStyle(document.querySelector('.card')).backgroundColor"
PICTURE = "() => [...document.images].some(image => image.naturalWidth > 0)"
THERE = "[...seen.images].some(image => image.naturalWidth > 0)"


@pytest.mark.parametrize(("scheme", "card"), [("light", LIGHT_CARD), ("dark", DARK_CARD)])
@pytest.mark.parametrize("width", ["680", "375"])
@pytest.mark.parametrize("own", ["light", "dark"])
def test_the_mail_follows_what_is_looked_at_and_not_the_browser(
    chromium: Browser, all_of_it: Running, width: str, scheme: str, card: str, own: Literal["light", "dark"]
) -> None:
    with opened(chromium, all_of_it, own_scheme=own, width=width, scheme=scheme) as desk:
        desk.mail_says("Dag Anna,")
        frame = desk.frame()
        assert frame.evaluate(CARD) == card
        # A pixel on each side is the frame's own border.
        assert frame.evaluate("innerWidth") == int(width) - 2
        desk.wait_in_frame(THERE)
        assert desk.complaints == []


def test_four_mails_stand_side_by_side(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it, view="beside", window_px=1900) as desk:
        desk.mail_says("Dag Anna,")
        found = [(frame.evaluate("innerWidth + 2"), frame.evaluate(CARD)) for frame in desk.frames()]
        assert found == [(640, LIGHT_CARD), (375, LIGHT_CARD), (375, DARK_CARD), (640, DARK_CARD)]
        assert desk.complaints == []


def test_pictures_can_be_off_as_many_mail_programs_have_them(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it, pictures="off") as desk:
        desk.mail_says("Dag Anna,")
        assert not desk.frame().evaluate(PICTURE)
        assert [path for path in desk.loads if path.startswith("/site/p/proef/foto")] == []
        assert desk.frame().get_by_alt_text("Een foto van een kat").count() == 1


@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT_CARD), ("dark", DARK_CARD)])
def test_the_web_page_is_shown_with_its_style_and_its_pictures(
    chromium: Browser, all_of_it: Running, scheme: str, ground: str
) -> None:
    with opened(chromium, all_of_it, view="page", scheme=scheme) as desk:
        desk.mail_says("Dag lezer,")
        frame = desk.frame()
        assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        desk.wait_in_frame(THERE)
        assert desk.complaints == []


def test_text_source_and_inbox_are_shown(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it, view="text") as desk:
        desk.says("pre.text", "Dag Anna,")
        desk.page.get_by_role("button", name="Source").click()
        desk.says("pre.source", "<!doctype html>")
        desk.page.get_by_role("button", name="Message").click()
        desk.says("pre.source", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")
        desk.page.get_by_role("button", name="Inbox").click()
        for kind in ("phone", "desktop"):
            for words in ("De redactie", "Een proef", "Waar het over gaat"):
                desk.says(f".inbox.{kind}", words)
        desk.says(".inboxes", "Subject: 9 characters; preheader: 18.")
        assert desk.complaints == []


def test_another_reader_gets_another_mail(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it) as desk:
        desk.mail_says("Dag Anna,")
        desk.says("#blocks", "not for this reader: subscriber.language == 'en'")
        desk.page.get_by_label("Reader").select_option("Chloé")
        desk.mail_says("Only English")
        desk.mail_says("Dag Chloé,")
        desk.page.get_by_label("Reader").select_option("nothing known of them")
        desk.mail_says("Dag lezer,")


def test_a_save_changes_the_mail_where_it_stands(chromium: Browser, root: Path, preview: Running) -> None:
    path = add_issue(root, NAME, WITH_ALL)
    (path.parent / "foto.png").write_bytes(encoded(photo(1200, 800), "PNG"))
    with opened(chromium, preview) as desk:
        desk.mail_says("Alinea 59")
        frame = desk.frame()
        desk.wait_in_frame(THERE)
        frame.evaluate("document.was = 'here'; scrollTo(0, 900); document.images[0].was = 'here'")
        loads = len(desk.loads)
        for text in ("Alinea 30 is anders", "Alinea 30 is weer anders"):
            save(path, issue_text(WITH_ALL.replace("Alinea 30", text), subject='"Nieuw onderwerp"'))
            desk.mail_says(text)
        desk.mail_says("Nieuw onderwerp")
        desk.says("h1", "Nieuw onderwerp")
        assert frame.evaluate("[document.was, scrollY, document.images[0].was]") == ["here", 900, "here"]
        assert desk.loads[loads:] == [], "nothing is loaded again"
        assert desk.complaints == []


def test_a_fault_stands_above_the_last_good_mail_until_it_is_mended(
    chromium: Browser, root: Path, preview: Running
) -> None:
    path = root / "issues" / f"{NAME}.md"
    with opened(chromium, preview) as desk:
        desk.mail_says("Dag Anna,")
        desk.page.wait_for_function("() => !document.querySelector('#panel').innerText.includes('Checking')")
        save(path, issue_text(BODY.replace("::: tip", "::: tipp")))
        desk.says("#problem", 'unknown block "tipp" (did you mean "tip"?)')
        desk.says("#problem", f"issues/{NAME}.md:8:5")
        assert desk.page.locator("#problem pre").text_content() == "::: tipp {#eerste-tip} Een tip\n    ^"
        desk.mail_says("Dag Anna,")
        # Who opens the page now sees the same.
        with opened(chromium, preview) as other:
            other.mail_says("Dag Anna,")
            other.says("#problem", "unknown block")
        # So does every other view.
        desk.press("4")
        desk.says("pre.text", "Dag Anna,")
        desk.press("5")
        desk.mail_says("Dag lezer,")
        desk.press("1")
        save(path, issue_text(BODY.replace("Dag", "Hoi")))
        desk.mail_says("Hoi Anna,")
        assert desk.page.locator("#problem").is_hidden()


def test_faults_of_settings_templates_and_pictures_are_told_and_mended(
    chromium: Browser, root: Path, preview: Running
) -> None:
    toml, path = root / "newsletter.toml", root / "issues" / f"{NAME}.md"
    good = toml.read_text("utf-8")
    template = root / "templates/email/blocks/tip/email.mjml.j2"
    with opened(chromium, preview) as desk:
        desk.mail_says("Dag Anna,")
        save(toml, good.replace('language = "nl"', 'language = "de"', 1))
        desk.says("#problem", "newsletter.toml:4")
        save(toml, good.replace('"Proef"', '"Blad"'))
        desk.mail_says("Blad")
        template.parent.mkdir(parents=True)
        save(template, "<mj-section><mj-colum></mj-colum></mj-section>")
        desk.says("#problem", "templates/email/blocks/tip/email.mjml.j2:1")
        save(template, "<mj-section><mj-column><mj-text>Nieuw: {{ block.body }}</mj-text></mj-column></mj-section>")
        desk.mail_says("Nieuw:")
        save(path, issue_text('::: image {src="weg.png" alt="Weg"}\n:::\n'))
        desk.says("#problem", 'src "weg.png" does not stand beside the issue')
        (path.parent / "weg.png").write_bytes(encoded(photo(300, 200), "PNG"))
        desk.page.locator("#problem").wait_for(state="hidden")
        desk.wait_in_frame(THERE)


def test_an_issue_that_is_renamed_or_deleted_says_so_and_comes_back(
    chromium: Browser, root: Path, preview: Running
) -> None:
    path = root / "issues" / f"{NAME}.md"
    with opened(chromium, preview) as desk:
        desk.mail_says("Dag Anna,")
        path.rename(path.with_name("2026-11-24-anders.md"))
        desk.says("#problem", 'there is no issue "proef" any more')
        desk.mail_says("Dag Anna,")
        desk.page.locator("#to-issues").click()
        desk.says(".overview", "issues/2026-11-24-anders.md")
        desk.page.get_by_role("button", name="Een proef").click()
        desk.mail_says("Dag Anna,")
        path.with_name("2026-11-24-anders.md").unlink()
        desk.says("#problem", 'there is no issue "anders" any more')
        add_issue(root, "2026-12-24-anders", BODY.replace("Dag", "Dag weer"))
        desk.mail_says("Dag weer Anna,")
        assert desk.page.locator("#problem").is_hidden()


def test_the_overview_keeps_itself_up_to_date(chromium: Browser, root: Path, preview: Running) -> None:
    with opened(chromium, preview, issue="") as desk:
        desk.says(".overview tr", "draft")
        add_issue(root, "2026-12-01-klaar", status="ready", subject='"Helemaal klaar"')
        desk.says(".overview tr", "Helemaal klaar")
        add_issue(root, "2026-12-02-stuk", "::: tipp\n:::\n")
        desk.says(".overview tr", "1 errors")
        desk.page.wait_for_function("() => !document.querySelector('.overview').innerText.includes('…')")
        assert desk.complaints == []


def test_a_block_leads_to_its_line_and_a_line_to_its_block(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it) as desk:
        desk.mail_says("Alinea 59")
        frame = desk.frame()
        frame.get_by_text("koppeling").click()
        desk.says("#said", f"issues/{NAME}.md, line 8")
        assert desk.page.locator("#blocks [aria-pressed=true]").text_content() == "tipEen tip2.0 kB" or (
            "Een tip" in str(desk.page.locator("#blocks [aria-pressed=true]").text_content())
        )
        assert "Met koppeling" not in desk.page.url
        frame.evaluate("scrollTo(0, 0)")
        desk.page.locator("#blocks button").filter(has_text="text").last.click()
        desk.wait_in_frame("inside.scrollY > 100")
        assert frame.evaluate("document.querySelectorAll('[data-newsletter-here]').length") > 0


def test_what_the_checks_find_stands_beside_the_mail(chromium: Browser, root: Path, preview: Running) -> None:
    add_issue(root, NAME, f"{LONG}\n\n::: note\nKlik [hier](http://example.org/).\n:::\n")
    with opened(chromium, preview, scheme="light") as desk:
        desk.says("#findings", f"issues/{NAME}.md:127:")
        finding = desk.page.locator("#findings .finding").filter(has_text=":127:").first
        assert str(finding.get_attribute("href")).startswith("vscode://file/")
        # A click opens the editor, which is not there, and shows the block.
        finding.evaluate("link => link.removeAttribute('href')")
        finding.click()
        desk.wait_in_frame("inside.scrollY > 100")
        desk.says("#said", f"issues/{NAME}.md, line 126")
        add_issue(root, NAME, f"{LONG}\n")
        desk.page.wait_for_function("() => !document.querySelector('#findings').innerText.includes(':127:')")


def test_a_mail_can_be_seen_as_in_other_programs(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it) as desk:
        desk.mail_says("Dag Anna,")
        for program in ("Gmail", "Outlook on Windows", "Gmail, darkened by force", "Outlook.com, darkened by force"):
            desk.page.get_by_label("As in").select_option(program)
            desk.says("#note", "An approximation")
            desk.mail_says("Dag Anna,")
        desk.wait_in_frame("inside.getComputedStyle(seen.documentElement).backgroundColor != 'rgba(0, 0, 0, 0)'")
        desk.press("a")
        assert desk.page.locator("#note").is_hidden()


def test_a_finding_leads_to_the_editor(chromium: Browser, root: Path, preview: Running) -> None:
    path = add_issue(root, NAME, "Tekst.\n\n::: tipp Mis\nTekst.\n:::\n")
    with opened(chromium, preview) as desk:
        finding = desk.page.locator("#problem .finding")
        assert finding.get_attribute("href") == f"vscode://file{path}:8:5"


def test_everything_can_be_done_with_keys(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it, window_px=1900) as desk:
        desk.mail_says("Dag Anna,")
        for key, name in zip("23456", ("Side by side", "Inbox", "Plain text", "Web page", "Source"), strict=True):
            desk.press(key)
            assert desk.page.locator(".views [aria-pressed=true]").text_content() == name
        desk.press("1", "d", "w")
        desk.mail_says("Dag Anna,")
        assert desk.frame().evaluate(CARD) == DARK_CARD
        assert desk.frame().evaluate("innerWidth") == 373
        desk.press("i")
        assert "pictures=off" in desk.page.url
        desk.press("i", "r")
        desk.mail_says("Dag Chloé,")
        desk.press("R")
        desk.mail_says("Dag Anna,")
        desk.press("]", "]")
        desk.says("#said", f"issues/{NAME}.md, line 8")
        desk.press("[")
        desk.says("#said", f"issues/{NAME}.md, line 6")
        desk.press("?")
        desk.says("dialog", "Next or previous reader")
        desk.press("d", "Escape")
        assert desk.page.locator("dialog").is_hidden()
        assert "scheme=dark" in desk.page.url, "a key that is pressed in the list does nothing behind it"
        # A key that is pressed in the mail itself means the same.
        desk.frame().get_by_text("koppeling").click()
        desk.press("d")
        desk.page.wait_for_function("() => !location.hash.includes('scheme=dark')")
        desk.press("o")
        desk.says(".overview", "issues/2026-11-27-klaar.md")
        desk.page.get_by_role("button", name="Een proef").last.focus()
        desk.press("Enter")
        desk.mail_says("Dag Anna,")
        assert [what for what in desk.complaints if "img-src 'none'" not in what] == []


def test_the_width_can_be_drawn_and_typed(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it) as desk:
        desk.mail_says("Dag Anna,")
        handle = desk.page.get_by_role("separator", name="Width")
        handle.focus()
        desk.press("ArrowLeft", "ArrowLeft", "ArrowRight")
        assert handle.get_attribute("aria-valuenow") == "660"
        box = handle.bounding_box()
        assert box is not None
        desk.page.mouse.move(box["x"] + 6, box["y"] + 100)
        desk.page.mouse.down()
        desk.page.mouse.move(box["x"] - 44, box["y"] + 100, steps=5)
        desk.page.mouse.up()
        assert handle.get_attribute("aria-valuenow") == "560"
        assert desk.frame().evaluate("innerWidth") == 558


def test_a_preview_that_has_ended_says_so(chromium: Browser, root: Path) -> None:
    with previewed(root) as running, opened(chromium, running) as desk:
        desk.mail_says("Dag Anna,")
        running.process.terminate()
        desk.says("#said", "The preview has ended. Start it again: newsletter preview")
        desk.mail_says("Dag Anna,")
