"""A workspace whose archive has every kind of page there is, with all that can stand on one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.issue.episode_file import episodes_as_json
from newsletter.issue.feed.transcripts import write_vtt
from newsletter.model import Chapter, Cue
from newsletter.render import open_theme
from tests.archive.pinned import EPISODE
from tests.archive.sources import PICTURE, workspace
from tests.cli.commands import TOML, add_issue
from tests.render.drawings import COFFEE

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[theme]
logo = "logo.png"
logo_dark = "logo.png"
footer = "Twee keer per week."

[theme.social]
linkedin = "https://www.linkedin.com/company/proef"

[podcast.apps]
spotify = "https://open.spotify.com/show/proef"
youtube = "https://www.youtube.com/proef"

[archive]
podcast = "Technology"

[archive.redirects]
"/p/vroeger" = "/p/alles/"
"""
TITLE = (
    "Meervoudigepersoonlijkheidsstoornisbehandelingsovereenkomst en de arbeidsongeschiktheidsverzekeringsmaatschappij"
)
BODY = """\
::: toc
:::

## Wat er gebeurde

Een *woord*, een **woord**, `code`, ~~weg~~ en een noot.[^1] Dan een [lange verwijzing](https://example.org/een/heel/lang/pad)
en https://example.org/hottentottententententoonstellingsterreinopzichterswoning/hottentottententententoonstelling.

1. Eén
2. Twee
   - Onder twee

> Een aanhaling van een regel, en dan nog een.

```python
def antwoord(vraag: str) -> int:
    \"\"\"Geef het antwoord.\"\"\"
    return 42  # op alles, ook op deze regel die veel te lang is voor een telefoon en dus ergens moet worden afgebroken
```

| links | rechts | midden |
|:------|-------:|:------:|
| 1     |   2,50 |   ja   |
| 2     |  12,50 |  nee   |

![Een kop koffie](koffie.jpg)

### Kleiner

Meer tekst.

[^1]: Onderaan, met een [verwijzing](https://example.org/noot).

::: discussion Wat vind jij?
Laat het weten.
:::

"""


def every_kind(root: Path) -> Path:
    """Make a workspace with all kinds of issues, pages and episodes."""
    workspace(root, TOML.replace("[[sample]]", f"{SETTINGS}[[sample]]", 1))
    (root / "logo.png").write_bytes(PICTURE)
    examples = "\n\n".join(
        kind.example for name, kind in open_theme(root).kinds.items() if name not in {"toc", "discussion"}
    )
    add_issue(root, "2026-11-24-alles", f"{BODY}{examples}", tags="[chips, werk]", preheader='"Van alles wat"')
    for name in re.findall(r'"([\w-]+\.png)"', examples):
        (root / "issues" / name).write_bytes(PICTURE)
    (root / "issues" / "koffie.jpg").write_bytes(COFFEE)
    english = {"language": "en", "subject": '"Everything"', "tags": "[chips]"}
    add_issue(root, "2026-11-24-alles-en", "Hello, in English.\n", **english)
    add_issue(
        root, "2025-12-31-lang", "Kort.\n", subject=f'"{TITLE}"', tags="[arbeidsongeschiktheidsverzekeringspolis]"
    )
    add_issue(root, "2025-12-30-kaal", "Zonder iets.\n")
    _pin(root)
    (root / "pages").mkdir()
    about = (root / "issues" / "2025-12-30-kaal.md").read_text("utf-8").replace("Zonder iets.", "Wie wij zijn.")
    (root / "pages" / "over.md").write_text(about, "utf-8")
    return root


def _pin(root: Path) -> None:
    episode = replace(
        EPISODE,
        chapters=(Chapter(0, "Begin"), Chapter(462.5, "Tenten", "https://pod.example/tenten"), Chapter(3700, TITLE)),
        cues=(Cue(0, 4, "Hallo.", "Wietse"), Cue(4, 9, "Ach <nee>.", "Alexander"), Cue(3705, 3710, "Dag.", "")),
    )
    bare = replace(EPISODE, guid="g-40", title="Kaal", number=None, chapters=(), cues=(), people=(), cover="", notes="")
    for name, one in (("2026-11-20-troef", episode), ("2026-11-13-kaal-af", bare)):
        path = add_issue(
            root, f"{name}/issue", "::: episode latest\n:::\n", date=name[:10], subject=f'"Over {one.title}"'
        )
        (path.parent / "cover.png").write_bytes(PICTURE)
        transcripts = {"latest": "episode.vtt"} if one.cues else {}
        (path.parent / "episode.json").write_bytes(episodes_as_json({"latest": one}, transcripts))
        if one.cues:
            (path.parent / "episode.vtt").write_text(write_vtt(one.cues), "utf-8")
