"""The rules of the house that no linter knows, over every file of the repository."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parent.parent
MODULE_LINES = 400
FUNCTION_LINES = 60
SHAPELESS = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})

# Put together from pieces, so that this file may hold them.
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com")
# A group with *+, ++ or ?+ behind it; `()*+` are characters of an address.
POSSESSIVE_GROUP = re.compile(r"(?<!\()\)[*+?]\+")
MACHINE_PATH = re.compile(r"(?<![\w.*}~-])/(?:work|root|home|Users|tmp)/[\w.-]")


@dataclass(frozen=True, slots=True)
class Source:
    """One file as the rules see it: its path from the root, with `/`, and its text."""

    path: str
    text: str

    def tree(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.text, self.path))


@cache
def repository() -> tuple[Source, ...]:
    """Every text file that is tracked, or would be if it were added."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = []
    for name in sorted(set(listed.split("\0")) - {""}):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            files.append(Source(name, content.decode("utf-8", errors="replace")))
    return tuple(files)


def sources(*folders: str) -> list[Source]:
    """Every Python file in the `folders`."""
    return [file for file in repository() if re.fullmatch(rf"({'|'.join(folders)})/.*\.py", file.path)]


def long_module(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines >= MODULE_LINES:
        yield f"{source.path}: {lines} lines; a module has fewer than {MODULE_LINES}"


def long_function(source: Source) -> Iterator[str]:
    for node in source.tree():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines >= FUNCTION_LINES:
                place = f"{source.path}:{node.lineno}"
                yield f"{place}: {node.name} has {lines} lines; a function has fewer than {FUNCTION_LINES}"


def shapeless_name(source: Source) -> Iterator[str]:
    parts = Path(source.path).with_suffix("").parts
    if SHAPELESS & set(parts):
        yield f"{source.path}: name a module for what it does"


def mock(source: Source) -> Iterator[str]:
    for node in source.tree():
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        if any(module.startswith(("unittest.mock", "mock.")) or module == "mock" for module in modules):
            yield f"{source.path}:{getattr(node, 'lineno', 0)}: a fake or a real server, not a mock"


def sleep(source: Source) -> Iterator[str]:
    for node in source.tree():
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        waits = name in {"time.sleep", "sleep"}
        if name == "asyncio.sleep":  # sleep(0) only lets the others run
            waits = [ast.unparse(argument) for argument in node.args] != ["0"]
        if waits:
            yield f"{source.path}:{node.lineno}: wait for the event, not for the clock"


def printing(source: Source) -> Iterator[str]:
    if source.path.startswith("src/newsletter/cli/"):
        return
    for node in source.tree():
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "sys.exit", "exit"}:
            yield f"{source.path}:{node.lineno}: only the command line prints and exits"


def mutable_data(source: Source) -> Iterator[str]:
    for node in source.tree():
        decorators = node.decorator_list if isinstance(node, ast.ClassDef) else []
        for decorator in decorators:
            text = ast.unparse(decorator)
            is_dataclass = re.match(r"(dataclasses\.)?dataclass\b", text)
            if is_dataclass and not ("frozen=True" in text and "slots=True" in text):
                yield f"{source.path}:{decorator.lineno}: data is @dataclass(frozen=True, slots=True)"


def possessive_group(source: Source) -> Iterator[str]:
    for node in source.tree():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and POSSESSIVE_GROUP.search(node.value):
            place = f"{source.path}:{node.lineno}"
            yield f"{place}: a possessive group finds nothing in Python before 3.11.5; let no two branches begin alike"


def borrowed_from_a_test(source: Source) -> Iterator[str]:
    for node in source.tree():
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].startswith("test_"):
            yield f"{source.path}:{node.lineno}: what tests share stands in a module of its own, not in {node.module}"


def registry_host(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if any(host in line.lower() for host in REGISTRY_HOSTS):
            yield f"{source.path}:{number}: names a package registry's host"


def machine_path(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := MACHINE_PATH.search(line):
            yield f'{source.path}:{number}: "{found[0]}…" is a path of one machine'


def unlocked_requirement(source: Source) -> Iterator[str]:
    entries = source.text.replace("\\\n", " ").splitlines()
    for number, entry in enumerate(entries, start=1):
        if not re.fullmatch(r"[\w.-]+==[\w.]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+ *", entry):
            yield f"{source.path}: entry {number}, {entry[:60]!r}: want name==version with its hashes"
    if re.search(r"https?:|--(extra-)?index-url|--find-links", source.text):
        yield f"{source.path}: holds an address; a lock holds versions and hashes"


def breaches(rule: Callable[[Source], Iterator[str]], files: Iterable[Source]) -> list[str]:
    assert files, "nothing was looked at"
    return [breach for source in files for breach in rule(source)]


def test_modules_are_short() -> None:
    assert breaches(long_module, sources("src", "demo", "benchmarks", "tests")) == []


def test_functions_are_short() -> None:
    assert breaches(long_function, sources("src", "demo", "benchmarks", "tests")) == []


def test_no_module_is_a_drawer_for_everything() -> None:
    assert breaches(shapeless_name, sources("src", "demo", "benchmarks", "tests")) == []


def test_tests_use_no_mocks() -> None:
    assert breaches(mock, sources("src", "tests")) == []


def test_tests_borrow_nothing_from_each_other() -> None:
    assert breaches(borrowed_from_a_test, sources("tests", "benchmarks")) == []


def test_tests_do_not_wait_for_the_clock() -> None:
    assert breaches(sleep, sources("tests")) == []


def test_only_the_command_line_prints() -> None:
    assert breaches(printing, sources("src")) == []


def test_data_is_frozen_and_slotted() -> None:
    assert breaches(mutable_data, sources("src")) == []


def test_no_pattern_needs_a_newer_python() -> None:
    assert breaches(possessive_group, sources("src")) == []


def test_no_file_names_a_package_registry() -> None:
    assert breaches(registry_host, repository()) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert breaches(machine_path, repository()) == []


def test_every_locked_version_has_its_hashes() -> None:
    locks = [source for source in repository() if re.fullmatch(r"requirements/\w+\.txt", source.path)]

    assert {lock.path for lock in locks} == {f"requirements/{name}.txt" for name in ("runtime", "demo", "dev", "isso")}
    assert breaches(unlocked_requirement, locks) == []


@pytest.mark.parametrize(("lock", "group"), [("runtime", ""), ("demo", "demo"), ("dev", "dev")])
def test_every_dependency_is_locked_at_a_version_that_it_allows(lock: str, group: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    locked = {
        canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }

    missing = [
        str(wanted)
        for wanted in wanted_by(group)
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"), prereleases=True)
    ]

    assert missing == [], "run `make lock`"


def wanted_by(group: str) -> list[Requirement]:
    """What pyproject.toml asks for: at run time, and in one group and those that it includes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found, groups = [Requirement(text) for text in project["project"]["dependencies"]], [group] if group else []
    for name in groups:
        for entry in project["dependency-groups"][name]:
            if isinstance(entry, str):
                found.append(Requirement(entry))
            else:
                groups.append(entry["include-group"])
    return found


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (long_module, "src/a.py", "\n" * MODULE_LINES),
        (long_function, "src/a.py", "async def f():\n" + "    f()\n" * (FUNCTION_LINES - 1)),
        (shapeless_name, "src/newsletter/utils/urls.py", ""),
        (shapeless_name, "tests/helpers.py", ""),
        (mock, "tests/a.py", "from unittest import mock"),
        (mock, "tests/a.py", "import unittest.mock as m"),
        (sleep, "tests/a.py", "time.sleep(1)"),
        (sleep, "tests/a.py", "async def f(): await asyncio.sleep(0.1)"),
        (borrowed_from_a_test, "tests/b.py", "from tests.render.test_a import thing"),
        (printing, "src/newsletter/issue/a.py", "print(1)"),
        (mutable_data, "src/a.py", "@dataclass\nclass A: ..."),
        (mutable_data, "src/a.py", "@dataclasses.dataclass(frozen=True)\nclass A: ..."),
        (possessive_group, "src/a.py", 're.compile(r"(?:a|b)*+c")'),
        (possessive_group, "src/a.py", 're.compile(rf"(?:{A})++")'),
        (registry_host, "a.md", "see https://" + REGISTRY_HOSTS[0] + "/simple"),
        (machine_path, "a.md", "open /" + "home/ann/x"),
        (machine_path, "a.toml", 'path = "/' + 'tmp/x"'),
        (unlocked_requirement, "requirements/dev.txt", "attrs==26.1.0"),
        (unlocked_requirement, "requirements/dev.txt", "attrs>=26 --hash=sha256:" + "0" * 64),
        (unlocked_requirement, "requirements/dev.txt", "--index-url https://example.org/simple"),
    ],
)
def test_each_rule_notices_its_breach(rule: Callable[[Source], Iterator[str]], path: str, text: str) -> None:
    assert breaches(rule, [Source(path, text)]) != []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (long_function, "src/a.py", "def f():\n" + "    f()\n" * (FUNCTION_LINES - 2)),
        (borrowed_from_a_test, "tests/b.py", "from tests.render.issues import thing"),
        (sleep, "tests/a.py", "async def f(): await asyncio.sleep(0)"),
        (printing, "src/newsletter/cli/a.py", "print(1)"),
        (mutable_data, "src/a.py", "@dataclass(frozen=True, slots=True, order=True)\nclass A: ..."),
        (possessive_group, "src/a.py", 're.compile(r"[!()*+,]*(?:a)+")'),
        (machine_path, "a.md", "https://example.org/" + "home/ann and docs/" + "tmp/x"),
        (
            unlocked_requirement,
            "requirements/dev.txt",
            "a-b==1.0 ; os_name == 'nt' \\\n    --hash=sha256:" + "0" * 64,
        ),
    ],
)
def test_each_rule_lets_good_text_pass(rule: Callable[[Source], Iterator[str]], path: str, text: str) -> None:
    assert breaches(rule, [Source(path, text)]) == []
