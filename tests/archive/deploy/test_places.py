"""What holds for every place: the same tests for a branch, a folder, a server, a bucket."""

from __future__ import annotations

import contextlib
import os
import re
from itertools import count
from typing import TYPE_CHECKING

import pytest

from newsletter.archive import Changes, Publication, deploy
from newsletter.errors import UsageError
from tests.archive.deploy.places import BUCKET, FILES, Bucket, Place, silent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = tuple(sorted(FILES))


@pytest.fixture
def publication(site: Path, root: Path, place: Place) -> Publication:
    return Publication(site, place.target, root)


def test_a_look_tells_everything_and_changes_nothing(publication: Publication, place: Place) -> None:
    assert deploy(publication, silent, only_look=True) == Changes(added=ALL)
    assert place.files() == {}


def test_the_site_is_there_and_then_there_is_nothing_to_do(publication: Publication, place: Place) -> None:
    told: list[tuple[int, int]] = []
    assert deploy(publication, lambda _, done, total: told.append((done, total))) == Changes(added=ALL)
    assert place.files() == FILES
    assert told[-1] == (len(FILES), len(FILES))
    assert deploy(publication, silent) == Changes()
    assert deploy(publication, silent, only_look=True) == Changes()


def test_what_differs_is_told_and_put_right(publication: Publication, place: Place) -> None:
    deploy(publication, silent)
    new = publication.site / "p" / "twee" / "index.html"
    new.parent.mkdir()
    new.write_bytes(b"twee")
    changed = publication.site / "index.html"
    before = changed.stat()
    changed.write_bytes(b"FRONT")  # as long as it was, and as old
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    (publication.site / "feed.xml").touch()
    place.put("p/weg/index.html", b"old")
    told = Changes(added=("p/twee/index.html",), changed=("index.html",), removed=("p/weg/index.html",))
    assert deploy(publication, silent, only_look=True) == told
    assert deploy(publication, silent) == told
    assert place.files() == {**FILES, "index.html": b"FRONT", "p/twee/index.html": b"twee"}


def test_what_is_the_hosts_own_stays(publication: Publication, place: Place) -> None:
    deploy(publication, silent)
    own = {"CNAME": b"example.org", ".well-known/security.txt": b"mailto:"}
    for path, content in own.items():
        place.put(path, content)
    assert deploy(publication, silent) == Changes()
    (publication.site / "index.html").write_bytes(b"new")
    assert deploy(publication, silent) == Changes(changed=("index.html",))
    assert place.files() == {**FILES, **own, "index.html": b"new"}


def test_a_place_that_holds_something_else_is_left_alone(publication: Publication, place: Place) -> None:
    others = {f"family/{number}.jpg": b"photo" for number in range(3)}
    for path, content in others.items():
        place.put(path, content)
    told = Changes(added=ALL, removed=tuple(sorted(others)))
    assert deploy(publication, silent, only_look=True) == told
    message = (
        f"3 of the 3 files at {place.target} are none of this site and would be deleted; see which with --dry-run, "
        "and if they may go, use --replace"
    )
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        deploy(publication, silent)
    assert place.files() == others
    assert deploy(publication, silent, may_replace=True) == told
    assert place.files() == FILES


def test_cut_off_at_any_moment_it_is_put_right_by_publishing_again(
    publication: Publication, place: Place, dies_at: Callable[[str, int], None]
) -> None:
    deploy(publication, silent)
    wanted = {**FILES, "index.html": b"new", "assets/style.css": b"p{margin:0}"}
    for call in count(1):
        place.put("p/weg/index.html", b"old")
        for path in ("index.html", "assets/style.css"):
            place.put(path, FILES[path])
            (publication.site / path).write_bytes(wanted[path])
        dies_at(place.program, call)
        with contextlib.suppress(UsageError):
            deploy(publication, silent)
            break
        dies_at(place.program, 0)
        there = place.files()
        if there["index.html"] == b"new":
            assert there["assets/style.css"] == wanted["assets/style.css"], "a page came before its style"
        if "p/weg/index.html" not in there:
            assert there["index.html"] == b"new", "a file went before the pages changed"
        deploy(publication, silent)
        assert place.files() == wanted
    assert call > 2, "it was cut off in more than one place"


def test_a_bucket_serves_each_file_as_what_it_is(publication: Publication, place: Place) -> None:
    if not isinstance(place, Bucket):
        pytest.skip("only a bucket keeps headers")
    deploy(publication, silent)
    served = {path: place.store.headers(BUCKET, f"www/{path}") for path in FILES}
    assert served == {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "feed.xml": ("application/xml", "no-cache"),
        "assets/style.css": ("text/css; charset=utf-8", "no-cache"),
        "p/een/index.html": ("text/html; charset=utf-8", "no-cache"),
        "p/een/een.3f9c2a1b.png": ("image/png", "public, max-age=31536000, immutable"),
    }
