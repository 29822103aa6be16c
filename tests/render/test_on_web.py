"""What changes in the HTML of a text before it stands on a page."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from newsletter.model import Picture
from newsletter.render import lighter_copies, prepare_pictures, render_email
from newsletter.render.on_web import sponsored, with_copies, without_styles
from tests.render.drawings import COFFEE, animation, drawing, encoded, photo, workspace
from tests.render.issues import THEME, issue_of, page_of

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """\
| links | rechts | midden | gewoon |
|:------|-------:|:------:|--------|
| a     | b      | c      | d      |
"""


def picture(data: bytes, name: str, media_type: str, width: int, height: int) -> Picture:
    return Picture(name, width, height, media_type, data)


def test_a_cell_says_how_it_is_aligned_without_a_style() -> None:
    html = page_of(TABLE)
    assert "style=" not in html
    assert '<th data-align="left" scope="col">links</th>' in html
    assert '<td data-align="right">b</td>' in html
    assert '<td data-align="center">c</td>' in html
    assert "<td>d</td>" in html


def test_a_word_that_looks_like_a_style_stays() -> None:
    assert "<code>&lt;td style=&quot;x&quot;&gt;</code>" in page_of('`<td style="x">`')
    assert without_styles('<td class="a" style="width:10%">') == '<td class="a">'


def test_links_in_the_words_of_a_sponsor_say_so() -> None:
    html = page_of('::: sponsor {by="W" url="https://a.example"} Titel\n[Hier](https://b.example), [na](#na).\n:::\n')
    assert '<a rel="sponsored noopener" href="https://b.example">Hier</a>' in html
    assert '<a href="#na">na</a>' in html
    assert sponsored('<a href="https://c.example" rel="me">') == '<a href="https://c.example" rel="me">'


def copies_of_coffee(root: Path) -> tuple[Picture, ...]:
    return lighter_copies(picture(COFFEE, "koffie.12345678.jpg", "image/jpeg", 600, 400), root)


def test_a_photo_has_lighter_copies_in_several_widths(tmp_path: Path) -> None:
    copies = copies_of_coffee(tmp_path)
    assert [(copy.file, copy.media_type, copy.width_px) for copy in copies] == [
        ("koffie.12345678.400.avif", "image/avif", 400),
        ("koffie.12345678.600.avif", "image/avif", 600),
        ("koffie.12345678.400.webp", "image/webp", 400),
        ("koffie.12345678.600.webp", "image/webp", 600),
    ]
    _, avif, _, webp = [len(copy.content) for copy in copies]
    assert avif < 0.9 * webp
    assert webp < 0.9 * len(COFFEE)


def test_a_wide_photo_has_a_copy_for_phones_and_for_columns(tmp_path: Path) -> None:
    copies = lighter_copies(picture(encoded(photo(1072, 600), "JPEG"), "a.jpg", "image/jpeg", 1072, 600), tmp_path)
    assert [copy.width_px for copy in copies if copy.media_type == "image/webp"] == [400, 640, 1072]


def test_a_photo_in_avif_is_as_near_to_it_as_one_in_webp(tmp_path: Path) -> None:
    source = Image.open(io.BytesIO(COFFEE))
    avif, webp = (distance(copy, source) for copy in copies_of_coffee(tmp_path) if copy.width_px == source.width)
    assert avif <= webp


@pytest.mark.parametrize("in_mail", ["linked", "embedded"])
def test_a_mail_has_no_lighter_copies_as_outlook_shows_neither_format(in_mail: str, tmp_path: Path) -> None:
    found = workspace(tmp_path / "ws")
    settings = replace(found, pictures=replace(found.pictures, in_mail=in_mail))
    (settings.root / "issues" / "koffie.jpg").write_bytes(COFFEE)
    issue = issue_of("![Koffie](koffie.jpg)\n")
    made = prepare_pictures(issue, settings.root / "issues", settings)
    ((_, shown),) = made.entries
    with_copies = replace(made, copies=((shown.file, lighter_copies(shown, settings.root)),))
    assert "image/avif" in {copy.media_type for _, copies in with_copies.copies for copy in copies}
    email = render_email(issue, THEME, settings, with_copies)
    html = "".join(segment for segment in email.html if isinstance(segment, str))
    assert ("cid:koffie." if in_mail == "embedded" else f"/{shown.file}") in html
    assert not any(word in html for word in ("<picture", "srcset", ".avif", ".webp"))
    assert {part.picture.media_type for part in email.embedded} <= {"image/jpeg"}


def distance(copy: Picture, source: Image.Image) -> float:
    """How much a copy differs from what it was made of: the mean of its squares."""
    shown = Image.open(io.BytesIO(copy.content)).convert("RGB")
    counted = ImageChops.difference(shown, source).histogram()
    return sum((place % 256) ** 2 * count for place, count in enumerate(counted)) / (source.width * source.height)


def test_a_copy_has_the_same_bytes_each_time_and_on_any_number_of_cores(tmp_path: Path) -> None:
    first, second = (copies_of_coffee(tmp_path / name) for name in "ab")
    assert [copy.content for copy in first] == [copy.content for copy in second]
    on_one_core = encoded(Image.open(io.BytesIO(COFFEE)), "AVIF", quality=65, speed=8, max_threads=1)
    assert first[1].content == on_one_core
    assert encoded(Image.open(io.BytesIO(COFFEE)), "AVIF", quality=65, speed=8, max_threads=4) != on_one_core


WITHOUT_AVIF = """
import sys
from pathlib import Path
sys.modules["PIL._avif"] = None
from newsletter.model import Picture
from newsletter.render import lighter_copies, prepare_pictures, render_email
data = Path("a.jpg").read_bytes()
print(*(copy.file for copy in lighter_copies(Picture("a.jpg", 600, 400, "image/jpeg", data), Path.cwd())))
"""


def test_where_the_library_was_built_without_avif_there_is_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(COFFEE)
    command = [sys.executable, "-c", WITHOUT_AVIF]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "a.400.webp a.600.webp\n"


def test_a_drawing_loses_nothing_in_its_copy(tmp_path: Path) -> None:
    source = drawing(300, 200)
    (copy,) = lighter_copies(picture(encoded(source, "PNG"), "a.png", "image/png", 300, 200), tmp_path)
    shown = Image.open(io.BytesIO(copy.content)).convert("RGB")
    assert ImageChops.difference(shown, source.convert("RGB")).getbbox() is None


def test_an_animation_and_what_gets_no_lighter_have_no_copies(tmp_path: Path) -> None:
    assert lighter_copies(picture(animation(), "a.gif", "image/gif", 60, 40), tmp_path) == ()
    rough = encoded(photo(1072, 600), "JPEG", quality=3)
    assert lighter_copies(picture(rough, "b.jpg", "image/jpeg", 1072, 600), tmp_path) == ()


def test_a_browser_chooses_among_the_copies() -> None:
    names = (("a.400.avif", 400), ("a.avif", 800), ("a.400.webp", 400), ("a.webp", 800))
    copies = {"a.png": [picture(b"", name, f"image/{name[-4:]}", width, 1) for name, width in names]}
    assert with_copies('<p><img src="a.png" alt="Een"> <img src="b.png" alt="Twee"></p>', copies) == (
        '<p><picture><source type="image/avif" srcset="a.400.avif 400w, a.avif 800w" '
        'sizes="(max-width: 44rem) 100vw, 44rem"><source type="image/webp" srcset="a.400.webp 400w, a.webp 800w" '
        'sizes="(max-width: 44rem) 100vw, 44rem"><img src="a.png" alt="Een"></picture> '
        '<img loading="lazy" src="b.png" alt="Twee"></p>'
    )
