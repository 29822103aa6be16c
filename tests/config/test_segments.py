"""The conditions of [segments]. What is wrong with them is in tests/bad_configs/bad-segments."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import All, AnyOf, HasTag, Name, Not, Same, Words
from newsletter.config.faults import RefusedError
from newsletter.config.segments import MAX_DEPTH, MAX_OPERANDS, condition
from tests.config.workspaces import REQUIRED, faults_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Condition

PARSE = condition(("language", "first_name", "company"))
NL = Same(Name("language"), Words("nl"))
ACME = Same(Name("company"), Words("Acme"))
VIP = HasTag("vip")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("language == 'nl'", NL),
        ('language=="nl"', NL),
        ("'nl' == language", Same(Words("nl"), Name("language"))),
        ("first_name == company", Same(Name("first_name"), Name("company"))),
        ("language != 'nl'", Not(NL)),
        ("not language == 'nl'", Not(NL)),
        ("not not 'vip' in tags", Not(Not(VIP))),
        ("'VIP' in tags", VIP),
        ("'vip' not in tags", Not(VIP)),
        ("language in ['nl', 'en']", AnyOf((NL, Same(Name("language"), Words("en"))))),
        ("language not in ['nl']", Not(AnyOf((NL,)))),
        ("language == 'nl' or company == 'Acme' and 'vip' in tags", AnyOf((NL, All((ACME, VIP))))),
        ("(language == 'nl' or company == 'Acme') and 'vip' in tags", All((AnyOf((NL, ACME)), VIP))),
        ("not language == 'nl' and 'vip' in tags", All((Not(NL), VIP))),
        ("not (language == 'nl' and 'vip' in tags)", Not(All((NL, VIP)))),
        ("language == 'nl' and company == 'Acme' and 'vip' in tags", All((NL, ACME, VIP))),
        ('company == "it\'s"', Same(Name("company"), Words("it's"))),
        ("company == ''", Same(Name("company"), Words(""))),
        ("company == 'e\u0301'", Same(Name("company"), Words("é"))),
        ("  language   ==  'nl'  ", NL),
    ],
)
def test_a_condition_becomes_a_tree(written: str, expected: Condition) -> None:
    assert PARSE(written) == expected


def test_segments_stand_in_the_settings_by_name(tmp_path: Path) -> None:
    toml = f"{REQUIRED}[segments]\nnl = \"language == 'nl'\"\nnl-vip = \"language == 'nl' and 'vip' in tags\"\n"

    assert dict(settings_of(tmp_path, toml).segments) == {"nl": NL, "nl-vip": All((NL, VIP))}


def test_there_need_be_none(tmp_path: Path) -> None:
    assert dict(settings_of(tmp_path).segments) == {}


def test_the_fields_of_readers_may_be_named(tmp_path: Path) -> None:
    toml = f'{REQUIRED}[segments]\nacme = "company == \'Acme\'"\n[subscribers]\nfields = ["company"]\n'

    assert dict(settings_of(tmp_path, toml).segments) == {"acme": ACME}


def test_where_the_fields_are_wrong_nobody_asks_which_ones_a_condition_names(tmp_path: Path) -> None:
    toml = f'{REQUIRED}[segments]\nacme = "company == \'Acme\'"\n[subscribers]\nfields = "company"\n'

    (fault,) = faults_of(tmp_path, toml)
    assert fault.startswith("newsletter.toml:11:1: subscribers.fields: ")


def test_a_condition_is_no_deeper_than_can_be_asked() -> None:
    PARSE(f"{'(' * MAX_DEPTH}language == 'nl'{')' * MAX_DEPTH}")
    for opening in ("(", "not "):
        with pytest.raises(RefusedError) as refused:
            PARSE(f"{opening * (MAX_DEPTH + 1)}language == 'nl'")
        column = len(opening) * MAX_DEPTH + 1
        assert refused.value.expected == (
            f"a condition that can be read: at character {column}, it is nested deeper than {MAX_DEPTH}"
        )


@pytest.mark.parametrize(
    ("beginning", "one", "between", "end", "most"),
    [("", "'a' in tags", " and ", "", MAX_OPERANDS), ("language in [", "'a'", ", ", "]", MAX_OPERANDS - 1)],
)
def test_a_condition_is_no_longer_than_can_be_asked(
    beginning: str, one: str, between: str, end: str, most: int
) -> None:
    PARSE(beginning + between.join([one] * most) + end)
    with pytest.raises(RefusedError, match=f"it names more than {MAX_OPERANDS} fields and texts"):
        PARSE(beginning + between.join([one] * (most + 1)) + end)


@pytest.mark.parametrize("written", ["language == 'n\nl'", "language == 'n\0l'", "language\u2028== 'nl'"])
def test_a_condition_is_one_line(written: str) -> None:
    with pytest.raises(RefusedError, match="a condition in one line, without control characters"):
        PARSE(written)


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from([*"()[],'\"=!", "==", "and", "or", "not", "in", "tags", "language", "'nl'", "é"]), max_size=20
    ).map(" ".join)
)
def test_any_text_is_a_condition_or_refused(written: str) -> None:
    with suppress(RefusedError):
        assert isinstance(PARSE(written), Same | HasTag | Not | All | AnyOf)
