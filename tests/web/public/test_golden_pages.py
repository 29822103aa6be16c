"""What each public page says, as its golden file has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from newsletter.config.settings import LANGUAGES
from tests.golden_files import GOLDEN, hold
from tests.web.public.every_page import every_page
from tests.web.public.sites import desk_in

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = re.compile(r"(?<=/u/)[a-z0-9]{20,}|(?<=name=\"token\" value=\")[a-z0-9]{20,}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_says_what_its_golden_file_says(tmp_path: Path, language: str, *, update_golden: bool) -> None:
    desk = desk_in(tmp_path)
    found = []
    for name, (path, said) in every_page(desk).items():
        address = f"{path}?lang={language}"
        answer = desk.browser.get(address) if said is None else desk.browser.post(address, data=said)
        main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
        text = "\n".join(line.strip() for line in main.splitlines()[1:] if line.strip())
        found.append(f"<!-- {name}: {answer.status_code} -->\n{TOKEN.sub('TOKEN', text)}\n")
    hold(GOLDEN / "public" / f"pages.{language}.html", "\n".join(found), update=update_golden)
