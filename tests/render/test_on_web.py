"""What changes in the HTML of a text before it stands on a page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from newsletter.model import Picture
from newsletter.render import lighter_copies
from newsletter.render.on_web import sponsored, with_copies, without_styles
from tests.render.drawings import animation, drawing, encoded, photo
from tests.render.issues import page_of

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


def test_a_photo_has_lighter_copies_in_several_widths(tmp_path: Path) -> None:
    data = encoded(photo(1072, 600), "JPEG")
    copies = lighter_copies(picture(data, "foto.12345678.jpg", "image/jpeg", 1072, 600), tmp_path)
    assert [(copy.file, copy.width_px) for copy in copies] == [
        ("foto.12345678.400.webp", 400),
        ("foto.12345678.640.webp", 640),
        ("foto.12345678.1072.webp", 1072),
    ]
    assert all(len(copy.content) < len(data) for copy in copies)
    assert copies == lighter_copies(picture(data, "foto.12345678.jpg", "image/jpeg", 1072, 600), tmp_path)


def test_a_drawing_loses_nothing_in_its_copy(tmp_path: Path) -> None:
    source = drawing(300, 200)
    (copy,) = lighter_copies(picture(encoded(source, "PNG"), "a.png", "image/png", 300, 200), tmp_path)
    shown = Image.open(io.BytesIO(copy.content)).convert("RGB")
    assert ImageChops.difference(shown, source.convert("RGB")).getbbox() is None


def test_an_animation_and_what_gets_no_lighter_have_no_copies(tmp_path: Path) -> None:
    assert lighter_copies(picture(animation(), "a.gif", "image/gif", 60, 40), tmp_path) == ()
    rough = encoded(photo(300, 200), "JPEG", quality=3)
    assert lighter_copies(picture(rough, "b.jpg", "image/jpeg", 300, 200), tmp_path) == ()


def test_a_browser_chooses_among_the_copies() -> None:
    copies = {"a.png": [picture(b"", "a.400.webp", "image/webp", 400, 1), picture(b"", "a.webp", "image/webp", 800, 2)]}
    assert with_copies('<p><img src="a.png" alt="Een"> <img src="b.png" alt="Twee"></p>', copies) == (
        '<p><picture><source type="image/webp" srcset="a.400.webp 400w, a.webp 800w" '
        'sizes="(max-width: 44rem) 100vw, 44rem"><img src="a.png" alt="Een"></picture> '
        '<img loading="lazy" src="b.png" alt="Twee"></p>'
    )
