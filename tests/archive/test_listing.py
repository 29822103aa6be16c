"""Long lists on several pages whose addresses stay."""

from __future__ import annotations

from newsletter.archive.listing import leaves


def numbers(count: int) -> list[tuple[str, list[int]]]:
    """The pages of a list of the numbers from `count` down to 1, ten on each."""
    return [(leaf.path, list(leaf.items)) for leaf in leaves(range(count, 0, -1), 10)]


def test_an_empty_list_is_one_empty_page() -> None:
    assert numbers(0) == [("", [])]


def test_up_to_twice_a_page_stands_on_one() -> None:
    assert numbers(19) == [("", list(range(19, 0, -1)))]


def test_the_oldest_move_to_pages_with_numbers() -> None:
    assert numbers(20) == [("", list(range(20, 10, -1))), ("1/", list(range(10, 0, -1)))]
    assert numbers(35) == [
        ("", list(range(35, 20, -1))),
        ("2/", list(range(20, 10, -1))),
        ("1/", list(range(10, 0, -1))),
    ]


def test_a_page_with_a_number_never_changes() -> None:
    seen: dict[str, list[int]] = {}
    for count in range(100):
        for path, items in numbers(count):
            assert path == "" or seen.setdefault(path, items) == items


def test_everything_stands_on_one_page() -> None:
    for count in range(100):
        assert [item for _, items in numbers(count) for item in items] == list(range(count, 0, -1))


def test_the_pages_lead_to_each_other() -> None:
    assert [(leaf.newer, leaf.path, leaf.older) for leaf in leaves(range(35), 10)] == [
        (None, "", "2/"),
        ("", "2/", "1/"),
        ("2/", "1/", None),
    ]
