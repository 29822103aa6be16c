"""Pages into a folder: the old site, or the new one, and never half of each.

The new site is written beside the old one, and the two change places in one step. A page that would be the same as
before is linked to the old one's file, not made again. Whoever is killed at any moment leaves a whole site; what is
left beside it goes with the next build. Of two builds at once, one waits for the other.

The site before the last is kept where nobody sees it: the next one is made of it, as it has almost every folder and
link already, and a thousand new folders take half a second on some disks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.archive.exchange import exchange
from newsletter.archive.pool import spread
from newsletter.archive.stamp import DIGITS, digest
from newsletter.errors import UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MARK = ".newsletter-archive"
"""Stands in every folder that was built here and names its files: only a folder with no others is ever replaced."""

_HEADING = "Built by newsletter; the next build replaces this folder."
_WORTH_SPREADING = 200
"""Pages; fewer are made before other processes have begun."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A file of the site, before it is made."""

    path: str
    """Relative to the site's folder, with `/`."""
    key: str
    """A digest of all that it is made of: the same key means the same bytes."""
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the site, as its mark tells."""

    digest: str
    """Of its content."""
    key: str


@dataclass(frozen=True, slots=True)
class Published:
    """What became of the site."""

    files: Mapping[str, Written]
    size: int
    """Of all files, in bytes."""
    made: tuple[str, ...]
    """The paths that are new, or not what they were."""
    removed: tuple[str, ...]

    def keys_below(self, folder: str) -> set[str]:
        """Return the keys of the files below a folder, such as `search/`."""
        return {file.key for path, file in self.files.items() if path.startswith(folder)}


@contextmanager
def only_one(folder: Path) -> Iterator[Path]:
    """Wait until no other build is at work on a folder, and hold others off until the end; give its real path.

    Raises:
        UsageError: it is something else than a folder, or holds something that no build put there.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        message = f"{folder} is not a folder; choose another with --out"
        raise UsageError(message)
    out = folder.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    # The folder around it is locked, as a file of ours beside the site would be one more to explain.
    place = os.open(out.parent, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        _refuse_foreign(folder)
        yield out
    finally:
        os.close(place)


def publish(
    planned: Sequence[Planned],
    out: Path,
    progress: Callable[[int, int], None],
    *,
    stays_below: str = "",
    spare: Path | None = None,
) -> Published:
    """Make `out` hold these files and no others; the path is what `only_one` gave.

    `progress` is told how many pages are made, and of how many. What the site has below the folder `stays_below` stays
    too, where all of it is whole. In `spare`, if it is on the same disk, the site is kept that was there before.

    Raises:
        UsageError: a page would leave the folder.
        FaultsError: a page cannot be made; the site stays as it was.
    """
    fresh, before = out.with_name(f".{out.name}.building"), out.with_name(f".{out.name}.before")
    _tidy_up(out, fresh, before, _beside(out))
    old = _read_mark(out)
    planned = [*planned, *_staying(old, out, stays_below)]
    stays = {page.path: page for page in planned if _is_as_before(page, old, out)}
    to_make = [page for page in planned if page.path not in stays]
    removed = tuple(sorted(set(old) - {page.path for page in planned}))
    if not to_make and not removed and (out / MARK).is_file():
        return Published(old, _size(out, old), (), ())
    kept = spare if spare and _is_on_one_disk(spare.parent, out.parent) else None
    fresh = kept or fresh
    has = _begin(fresh, planned)
    try:
        _refuse_ways_out(planned)
        _make_folders(fresh, stays)
        for path in stays:
            _link(f"{out}/{path}", f"{fresh}/{path}", is_there=path in has)
        made = _make(to_make, fresh, progress)
        files = {page.path: made.get(page.path) or old[page.path] for page in planned}
        (fresh / MARK).write_text(_mark(files), "utf-8")
        size = _size(fresh, files)
        _take_place(fresh, out, before)
    finally:
        if not kept:
            _remove(fresh)
    changed = tuple(path for path, file in made.items() if path not in old or old[path].digest != file.digest)
    return Published(files, size, changed, removed)


def replace_below(site: Published, out: Path, folder: str, fresh: Path, key: str) -> Published:
    """Let a folder of the site, such as `search/`, hold what is in `fresh`, which is taken away, and nothing else.

    The two change places in one step; the rest of the site stays where it is. All of it is made of what `key` says.
    """
    scratch = _beside(out)
    scratch.mkdir(exist_ok=True)
    (scratch / MARK).write_text(f"{_HEADING}\n", "utf-8")
    try:
        part = scratch / "part"
        shutil.move(fresh, part)
        new = {f"{folder}{name}": Written(digest((part / name).read_bytes()), key) for name in sorted(_files_in(part))}
        old = {path: file for path, file in site.files.items() if path.startswith(folder)}
        files = {path: file for path, file in site.files.items() if path not in old} | new
        # Until the two have changed places, either may be there: whoever is killed leaves only files that are known.
        _change_mark(out, {**site.files, **new})
        _take_place(part, out / folder, scratch / "before")
        _change_mark(out, files)
    finally:
        _remove(scratch)
    changed = tuple(path for path, file in new.items() if path not in old or old[path].digest != file.digest)
    gone = tuple(path for path in old if path not in new)
    return Published(files, _size(out, files), (*site.made, *changed), (*site.removed, *gone))


def _beside(out: Path) -> Path:
    """Return the folder in which a part of a site waits for its place."""
    return out.with_name(f".{out.name}.part")


def _change_mark(out: Path, files: Mapping[str, Written]) -> None:
    fresh = _beside(out) / "mark"
    fresh.write_text(_mark(files), "utf-8")
    fresh.replace(out / MARK)


def _is_on_one_disk(first: Path, second: Path) -> bool:
    first.mkdir(parents=True, exist_ok=True)
    return first.stat().st_dev == second.stat().st_dev


def _begin(fresh: Path, planned: Sequence[Planned]) -> set[str]:
    """Make a folder ready to become the site; return which of the planned files it has, of whatever content.

    Its mark is emptied first: whoever is killed from then on leaves a folder that is known to be unfinished.
    """
    has = set(_read_mark(fresh))
    if not has and fresh.is_dir():
        shutil.rmtree(fresh)
    fresh.mkdir(exist_ok=True)
    (fresh / MARK).unlink(missing_ok=True)
    (fresh / MARK).write_text(f"{_HEADING}\n", "utf-8")
    wanted = {page.path for page in planned}
    for path in has - wanted:
        (fresh / path).unlink(missing_ok=True)
        for folder in list((fresh / path).parents)[: path.count("/")]:
            if any(folder.iterdir()):
                break
            folder.rmdir()
    return has & wanted


def _staying(old: Mapping[str, Written], out: Path, folder: str) -> list[Planned]:
    """Return what the site has below a folder; nothing where any of it is not what it was."""
    pages = [
        Planned(path, file.key, (out / path).read_bytes)
        for path, file in old.items()
        if folder and path.startswith(folder)
    ]
    return pages if all(_is_as_before(page, old, out) for page in pages) else []


def _make(planned: Sequence[Planned], folder: Path, progress: Callable[[int, int], None]) -> dict[str, Written]:
    def make(number: int) -> str:
        content = planned[number].make()
        _put(f"{folder}/{planned[number].path}", content)
        return digest(content)

    made = {}
    for page, name in zip(planned, spread(make, len(planned), _WORTH_SPREADING), strict=True):
        made[page.path] = Written(name, page.key)
        progress(len(made), len(planned))
    return made


def _is_as_before(page: Planned, old: Mapping[str, Written], out: Path) -> bool:
    """Tell whether a page would be made of the same as before, and nobody changed its file since."""
    known = old.get(page.path)
    if known is None or known.key != page.key:
        return False
    try:
        with open(f"{out}/{page.path}", "rb") as file:  # noqa: PTH123 - a path for each of thousands takes as long again
            return digest(file.read()) == known.digest
    except OSError:
        return False


def _refuse_ways_out(planned: Sequence[Planned]) -> None:
    for page in planned:
        if ".." in page.path.split("/") or page.path.startswith("/"):
            message = f"the page {page.path} would leave the archive's folder"
            raise UsageError(message)


def _make_folders(site: Path, paths: Iterable[str]) -> None:
    """Make every folder that these stand in."""
    for name in {path.rpartition("/")[0] for path in paths}:
        if not os.path.isdir(f"{site}/{name}"):  # noqa: PTH112 - as in `_is_as_before`
            (site / name).mkdir(parents=True, exist_ok=True)


def _put(path: str, content: bytes) -> None:
    """Write a file, which may be there, and be one with that of the old site; its folder may be missing."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - as in `_is_as_before`
    try:
        file = open(path, "wb")  # noqa: PTH123, SIM115 - as in `_is_as_before`; it is closed below
    except FileNotFoundError:
        os.makedirs(path.rpartition("/")[0], exist_ok=True)  # noqa: PTH103 - as in `_is_as_before`
        file = open(path, "wb")  # noqa: PTH123, SIM115 - as above
    with file:
        file.write(content)


def _link(source: str, target: str, *, is_there: bool) -> None:
    if is_there:
        with contextlib.suppress(FileNotFoundError):
            if os.path.samefile(source, target):  # noqa: PTH121 - as in `_is_as_before`
                return
            os.unlink(target)  # noqa: PTH108 - as in `_is_as_before`
    try:
        os.link(source, target)
    except OSError:  # a file system without links, or with too many of this one
        shutil.copyfile(source, target)


def _size(folder: Path, files: Mapping[str, Written]) -> int:
    return sum(os.stat(f"{folder}/{path}").st_size for path in files)  # noqa: PTH116 - as in `_is_as_before`


def _mark(files: Mapping[str, Written]) -> str:
    lines = [f"{file.digest} {file.key} {path}" for path, file in sorted(files.items())]
    return "\n".join([_HEADING, *lines, ""])


def _read_mark(folder: Path) -> dict[str, Written]:
    mark = folder / MARK
    lines = mark.read_text("utf-8", "replace").splitlines()[1:] if mark.is_file() else []
    known = (line.split(" ", 2) for line in lines)
    whole = (parts for parts in known if len(parts) == 3 and len(parts[0]) == DIGITS)  # noqa: PLR2004 - as it is written
    return {path: Written(digits, key) for digits, key, path in whole}


def _refuse_foreign(out: Path) -> None:
    """Raise UsageError where replacing the folder would lose something."""
    ours = {MARK, *_read_mark(out)}
    foreign = sorted(set(_files_in(out)) - ours)
    if foreign:
        message = f"{out} holds {quoted(foreign[0])}, which no build put there; move it, or choose another --out"
        raise UsageError(message)


def _files_in(folder: Path) -> Iterator[str]:
    top = len(f"{folder}/")
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(f"{place}/{name}")]  # noqa: PTH114 - as in `_is_as_before`
        yield from (f"{place}/{name}"[top:] for name in (*names, *links))


def _tidy_up(out: Path, fresh: Path, before: Path, part: Path) -> None:
    """Put right what a build left that was killed: it was ours, as no one else has such a mark in it."""
    if before.is_dir() and not out.exists():
        before.rename(out)
    for left in (fresh, before, part):
        if left.is_dir() and ((left / MARK).is_file() or not any(left.iterdir())):
            _remove(left)


def _remove(folder: Path) -> None:
    """Remove a site, its mark last: what is left of it when that is cut short is known to be ours."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()
    (folder / MARK).unlink(missing_ok=True)
    folder.rmdir()


def _take_place(fresh: Path, out: Path, before: Path) -> None:
    """Let the new site take the place of the old one, which is then at `fresh`, or gone."""
    if not out.exists():
        fresh.rename(out)
    elif not exchange(fresh, out):
        # The file system cannot do it in one step. Killed between the two, the next build puts the old one back.
        out.rename(before)
        try:
            fresh.rename(out)
        except BaseException:
            before.rename(out)
            raise
        _remove(before)
