"""The pictures of an issue, made ready: read with care, named by their content, kept, and told at their place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from newsletter.errors import ConfigError, IssueError
from newsletter.render import prepare_logos
from newsletter.render.pictures.files import format_of, read_file
from newsletter.render.pictures.kept import FOLDER, kept
from newsletter.render.pictures.recipe import MAX_BYTES, Raster, Recipe
from tests.render.drawings import drawing, encoded, only, photo, prepared, workspace
from tests.render.issues import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A workspace with three pictures beside its issues."""
    found = workspace(tmp_path / "ws")
    put(found, "plaat.png", encoded(drawing(1200, 600), "PNG"))
    put(found, "foto.jpg", encoded(photo(1200, 800), "JPEG"))
    put(found, "images/Klein.PNG", encoded(drawing(40, 20), "PNG"))
    return found


def put(settings: Settings, name: str, data: bytes) -> Path:
    path = settings.root / "issues" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def faults(settings: Settings, body: str) -> list[str]:
    with pytest.raises(IssueError) as caught:
        prepared(settings, body)
    assert {finding.rule for finding in caught.value.findings} == {"picture-file"}
    return str(caught.value).splitlines()


def test_each_picture_that_an_issue_names_is_made_ready_once(settings: Settings) -> None:
    body = '![a](plaat.png) ![b](plaat.png) ![c](images/Klein.PNG)\n\n::: image {src="foto.jpg" alt="d"}\n:::\n'
    pictures = prepared(settings, body)
    found = [(use.name, use.column_px, use.overlay, picture.media_type) for use, picture in pictures.entries]
    assert found == [
        ("plaat.png", 536, "", "image/png"),
        ("images/Klein.PNG", 536, "", "image/png"),
        ("foto.jpg", 536, "", "image/jpeg"),
    ]
    sizes = [(picture.width_px, picture.height_px) for _, picture in pictures.entries]
    assert sizes == [(1072, 536), (40, 20), (1072, 715)]
    names = [re.sub(r"\.[0-9a-f]{8}\.", ".#.", picture.file) for _, picture in pictures.entries]
    assert names == ["plaat.#.png", "klein.#.png", "foto.#.jpg"]


def test_an_issue_whose_pictures_are_kept_needs_no_picture_library(settings: Settings) -> None:
    """It takes 60 ms to load, of the 300 that a render has."""
    body = "![a](plaat.png)"
    prepared(settings, body)
    script = f"""
import sys
from dataclasses import replace
from pathlib import Path
from newsletter.render import prepare_pictures
from tests.render.issues import SETTINGS, issue_of
root = Path({str(settings.root)!r})
settings = replace(SETTINGS, root=root, theme=replace(SETTINGS.theme, logo="", logo_dark=""))
prepare_pictures(issue_of({body!r}), root / "issues", settings)
sys.exit("PIL" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_a_name_follows_from_what_the_picture_shows(settings: Settings) -> None:
    first = only(prepared(settings, "![a](plaat.png)")).file
    put(settings, "ander.png", (settings.root / "issues" / "plaat.png").read_bytes())
    assert only(prepared(settings, "![a](ander.png)")).file == first.replace("plaat", "ander")
    put(settings, "plaat.png", encoded(drawing(1200, 602), "PNG"))
    assert only(prepared(settings, "![a](plaat.png)")).file != first


def test_a_name_does_not_follow_from_the_colours_of_the_look(settings: Settings) -> None:
    """Mails that were sent find their pictures after the look has changed."""
    body = '::: episode {url="https://example.org" cover="plaat.png"} Titel\n:::\n'
    before = prepared(settings, body)
    light = replace(settings.theme.light, accent="#004400")
    after = prepared(replace(settings, theme=replace(settings.theme, light=light)), body)
    assert [picture.file for _, picture in before.entries] == [picture.file for _, picture in after.entries]
    assert before.entries[0][1].content != after.entries[0][1].content


def test_a_cover_is_made_with_a_button_for_the_mail_and_without_one_for_the_page(settings: Settings) -> None:
    pictures = prepared(settings, '::: episode {url="https://example.org" cover="foto.jpg"} Titel\n:::\n')
    (mail, with_button), (page, without) = pictures.entries
    assert (mail.overlay, page.overlay) == ("play", "")
    assert with_button.file != without.file
    assert with_button.content != without.content


def test_a_picture_is_as_wide_as_where_it_is_shown(settings: Settings) -> None:
    tip = "::: tip {#een} Een tip\n![a](foto.jpg)\n:::\n"
    ((_, narrow),) = prepared(settings, tip).entries
    assert narrow.width_px == 968
    both = prepared(settings, f"![a](foto.jpg)\n\n{tip}").entries
    assert [picture.width_px for _, picture in both] == [1072, 968]
    assert len({picture.file for _, picture in both}) == 2


def test_every_fault_is_told_at_its_place(settings: Settings) -> None:
    put(settings, "leeg.png", b"")
    put(settings, "heel.jpg", encoded(photo(30, 20), "JPEG")[:-200])
    put(settings, "groot.png", encoded(drawing(20, 20), "PNG") + bytes(MAX_BYTES))
    put(settings, "reus.png", encoded(Image.new("1", (6000, 6000)), "PNG"))
    body = """\
![a](leeg.png) en ![b](foto.jpg) en ![c](leeg.png)

::: image {src="heel.jpg" alt="d"}
:::

::: episode {url="https://example.org" cover="groot.png"} Titel
![e](reus.png)
:::
"""
    unreadable = "is not a picture that can be read; save it as .png (a drawing) or .jpg (a photo)"
    too_heavy = (
        "weighs 5.1 MB, and a picture may weigh 5.0 MB; save it smaller: "
        "a mail shows it 536 pixels wide at most, and 1072 are enough for any screen"
    )
    too_large = (
        "has 6000 × 6000 pixels, and a picture may have 25 million; save it smaller: "
        "1072 pixels wide are enough for any screen"
    )
    assert faults(settings, body) == [
        f'issues/proef.md:6:6: the picture "leeg.png" {unreadable}',
        f'issues/proef.md:6:42: the picture "leeg.png" {unreadable}',
        'issues/proef.md:8:17: src "heel.jpg" is broken or cut short; save it again',
        f'issues/proef.md:11:47: cover "groot.png" {too_heavy}',
        f'issues/proef.md:12:6: the picture "reus.png" {too_large}',
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<svg/>', "an SVG drawing"),
        (b"II*\0rest", "a TIFF picture"),
        (b"BM\x36\0\0\0\0\0\0\0", "a BMP picture"),
        (b"%PDF-1.7", "a PDF document"),
    ],
)
def test_what_some_mail_programs_do_not_show_is_told_by_its_name(data: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        format_of(data, "x.png")
    assert str(caught.value) == (
        f"is {what}, which some mail programs do not show; save it as .png (a drawing) or .jpg (a photo)"
    )


@pytest.mark.parametrize(
    ("name", "found", "right"),
    [
        ("x.png", "JPEG", "x.jpg"),
        ("a/b.c.jpeg", "PNG", "b.c.png"),
        ("X.GIF", "PNG", "X.png"),
        ("x.jpg", "GIF", "x.gif"),
    ],
)
def test_a_name_that_says_another_format_is_told(name: str, found: str, right: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        format_of(encoded(drawing(4, 4), found), name)
    assert str(caught.value) == f'is a {found} file by its content; call it "{right}"'


def test_a_name_may_be_in_any_case() -> None:
    data = encoded(drawing(4, 4), "JPEG")
    assert {format_of(data, name) for name in ("a.jpg", "a.JPEG", "a.Jpg")} == {"JPEG"}


@pytest.mark.parametrize("target", ["../../secret.png", "plaat.png", "images/Klein.PNG"])
def test_a_link_is_refused_wherever_it_leads(target: str, settings: Settings) -> None:
    (settings.root.parent / "secret.png").write_bytes(b"secret")
    (settings.root / "issues" / "link.png").symlink_to(target)
    message = "is a link to another place; put the file itself there, as it will be published"
    assert faults(settings, "![a](link.png)") == [f'issues/proef.md:6:6: the picture "link.png" {message}']


def test_a_folder_that_is_a_link_is_refused(settings: Settings) -> None:
    (settings.root / "issues" / "more").symlink_to("images")
    assert "is a link to another place" in faults(settings, "![a](more/Klein.PNG)")[0]


@pytest.mark.parametrize("make", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_not_there(make: str, settings: Settings) -> None:
    path = settings.root / "issues" / "x.png"
    if make == "folder":
        path.mkdir()
    if make == "pipe":
        os.mkfifo(path)
    assert faults(settings, "![a](x.png)") == ['issues/proef.md:6:6: the picture "x.png" is not there']


def test_a_file_of_just_the_largest_weight_is_read(settings: Settings) -> None:
    put(settings, "x.png", bytes(MAX_BYTES))
    assert len(read_file(settings.root / "issues", "x.png")) == MAX_BYTES


def test_a_picture_elsewhere_is_left_alone(settings: Settings) -> None:
    assert prepared(settings, "![a](https://example.org/x.png)").entries == ()


def test_what_was_made_is_kept_and_not_made_again(settings: Settings) -> None:
    first = prepared(settings, "![a](plaat.png) ![b](foto.jpg)")
    folder = settings.root / FOLDER
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(before) == 2
    second = prepared(settings, "![a](plaat.png) ![b](foto.jpg)")
    assert [picture.content for _, picture in second.entries] == [picture.content for _, picture in first.entries]
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def refuse(data: bytes, recipe: Recipe) -> Raster:
    message = "was made again"
    raise ValueError(message)


RECIPE = Recipe(1072, format="PNG")
RASTER = Raster("image/png", 3, 2, b"\x89PNG\nrest\n")


def test_another_file_or_recipe_is_made_anew(tmp_path: Path) -> None:
    assert kept(tmp_path, b"x", RECIPE, lambda *_: RASTER) == RASTER
    assert kept(tmp_path, b"x", RECIPE, refuse) == RASTER
    for data, recipe in ((b"y", RECIPE), (b"x", replace(RECIPE, wide_px=80)), (b"x", replace(RECIPE, overlay="play"))):
        with pytest.raises(ValueError, match="was made again"):
            kept(tmp_path, data, recipe, refuse)


@pytest.mark.parametrize("content", [b"", b"image/png 3 2", b"image/png 3 x abc\n", b"\xff\n", b"a b c\n"])
def test_a_kept_file_that_is_spoilt_is_made_anew(content: bytes, tmp_path: Path) -> None:
    kept(tmp_path, b"x", RECIPE, lambda *_: RASTER)
    (path,) = (tmp_path / FOLDER).iterdir()
    for spoilt in (content, path.read_bytes()[:-1]):
        path.write_bytes(spoilt)
        assert kept(tmp_path, b"x", RECIPE, lambda *_: RASTER) == RASTER
        assert kept(tmp_path, b"x", RECIPE, refuse) == RASTER


def test_a_refusal_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="was made again"):
        kept(tmp_path, b"x", RECIPE, refuse)
    assert kept(tmp_path, b"x", RECIPE, lambda *_: RASTER) == RASTER


def test_a_workspace_that_cannot_be_written_in_is_rendered_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".newsletter").write_text("in the way", "utf-8")
    assert kept(tmp_path, b"x", RECIPE, lambda *_: RASTER) == RASTER


def test_a_place_that_is_taken_is_left_and_nothing_lies_about(tmp_path: Path) -> None:
    kept(tmp_path, b"x", RECIPE, lambda *_: RASTER)
    (path,) = (tmp_path / FOLDER).iterdir()
    path.unlink()
    path.mkdir()
    assert kept(tmp_path, b"x", RECIPE, lambda *_: RASTER) == RASTER
    assert list((tmp_path / FOLDER).iterdir()) == [path]


def test_many_at_once_do_not_see_half_of_a_picture(tmp_path: Path) -> None:
    raster = replace(RASTER, content=bytes(300_000))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept(tmp_path, b"x", RECIPE, lambda *_: raster), range(64)))
    assert set(found) == {raster}
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_logos_are_made_ready_too(settings: Settings) -> None:
    for name, shade in (("licht.png", "#101020"), ("donker.png", "#ffffff")):
        Image.new("RGB", (600, 200), shade).save(settings.root / name)
    theme = replace(settings.theme, logo="licht.png", logo_dark="donker.png")
    pictures = prepared(replace(settings, theme=theme), "![a](plaat.png)")
    assert pictures.logo
    assert pictures.logo_dark
    assert [logo.file.split(".")[0] for logo in (pictures.logo, pictures.logo_dark)] == ["licht", "donker"]
    assert (pictures.logo.width_px, pictures.logo.height_px) == (240, 80)


def test_a_logo_alone_gets_a_line_where_it_is_transparent(settings: Settings) -> None:
    logo = Image.new("RGBA", (160, 160))
    logo.paste((91, 43, 224, 255), (40, 40, 120, 120))
    logo.save(settings.root / "logo.png")
    alone = replace(settings, theme=replace(settings.theme, logo="logo.png"))
    for_both = replace(settings, theme=replace(settings.theme, logo="logo.png", logo_dark="logo.png"))
    first, second = prepare_logos(alone).logo, prepare_logos(for_both).logo
    assert first
    assert second
    assert first.file != second.file
    assert first.content != second.content
    assert prepare_logos(for_both).logo_dark == second


def test_logos_that_cannot_be_used_are_told_together(settings: Settings) -> None:
    (settings.root / "logo.png").write_bytes(encoded(drawing(20, 20), "JPEG"))
    theme = replace(settings.theme, logo="logo.png", logo_dark="weg.png")
    with pytest.raises(ConfigError) as caught:
        prepare_logos(replace(settings, theme=theme))
    assert str(caught.value).splitlines() == [
        'newsletter.toml: theme.logo "logo.png" is a JPEG file by its content; call it "logo.jpg"',
        'newsletter.toml: theme.logo_dark "weg.png" is not there',
    ]
