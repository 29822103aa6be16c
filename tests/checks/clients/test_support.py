"""What mail programs show: the data that ships, and how it is made."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from newsletter.checks.clients import features
from newsletter.checks.clients.distil import distil, main
from newsletter.checks.clients.programs import PROGRAMS, SHOWN
from newsletter.checks.clients.support import dropped_by
from newsletter.checks.clients.support import features as known

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """---
title: "float"
description: "…"
stats: {
    apple-mail: { macos: { "1":"y" }, ios: { "1":"n", "2":"y #1", } },
\tgmail: {
        desktop-webmail: { "2019-08":"y" },
        ios: { "2019-08":"n" }, android: { "2019-08":"u" }
    },
    outlook: { windows: { "2007":"y", "2019":"n #1" }, outlook-com: { "2019-08":"u" }, ios: {}, },
}
notes_by_num: { "1": "a { b: c }" }
---
"""


def test_the_newest_test_of_each_platform_counts() -> None:
    ((name, (title, letters)),) = distil({"css-float": PAGE, "css-unheard-of": PAGE, "css-gap": "no stats"}).items()
    shown = dict(zip(PROGRAMS, letters, strict=True))
    assert (name, title) == ("css-float", "float")
    assert {program: letter for program, letter in shown.items() if letter != "u"} == {
        "apple-mail": "y",
        "gmail": "a",
        "outlook-windows": "n",
    }


def test_the_file_says_what_it_was_made_of(tmp_path: Path) -> None:
    (tmp_path / "_features").mkdir()
    (tmp_path / "_features" / "css-float.md").write_text(PAGE, "utf-8")
    (tmp_path / "_features" / "_template.md").write_text(PAGE, "utf-8")
    main([str(tmp_path), "0123abc", "2026-06-29"], tmp_path)
    document = json.loads((tmp_path / "support.json").read_text("utf-8"))
    assert (document["commit"], document["date"], document["programs"]) == ("0123abc", "2026-06-29", list(PROGRAMS))
    assert list(document["features"]) == ["css-float"]


def test_every_feature_that_is_looked_for_is_known() -> None:
    assert set(known()) == features.ALL
    assert set(SHOWN) == set(PROGRAMS) == set(known()["css-float"].shown)


def test_the_data_say_what_everybody_knows() -> None:
    assert {"css-position", "css-variables", "html-video"} <= dropped_by("gmail")
    assert {"css-border-radius", "css-selector-child", "image-webp"} <= dropped_by("outlook-windows")
    assert "css-position" not in dropped_by("apple-mail")


def test_the_notice_names_the_state_of_the_data() -> None:
    folder = files("newsletter.checks.clients")
    document = json.loads(folder.joinpath("support.json").read_text("utf-8"))
    notice = " ".join(folder.joinpath("NOTICE-caniemail.txt").read_text("utf-8").split())
    assert f"{document['source']}, commit {document['commit']} of {document['date']}" in notice
    assert "MIT License Copyright (c) 2019 Rémi Parmentier" in notice
