from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from newsletter.errors import TemplateError
from newsletter.render.slots import Slots, cut, refuse_changed

TEMPLATE = "templates/email/blocks/tip/email.mjml.j2"
BODY = "<p>De <b>tekst</b></p>"


def body_in(slots: Slots) -> Markup:
    return slots.html(BODY, "the block tip of issue.md:7:1", TEMPLATE)


def marked(html: str, line: int = 3) -> str:
    """An MJML document whose one tag bears the mark of its template."""
    return f'<mj-text data-at="{TEMPLATE}:{line}">{html}</mj-text>'


def test_words_come_back_escaped_and_html_as_it_is() -> None:
    slots = Slots()
    title, body = slots.text("""<i> & "q" 'a'"""), body_in(slots)

    filled = slots.fill(cut(f'<h2 title="{title}">{title}</h2>{body}'), "")

    words = "&lt;i&gt; &amp; &#34;q&#34; &#39;a&#39;"
    assert filled == f'<h2 title="{words}">{words}</h2>{BODY}'


def test_a_placeholder_is_letters_and_digits_and_safe_in_a_template() -> None:
    slots = Slots()
    for placeholder in (slots.text("<x>"), body_in(slots)):
        assert isinstance(placeholder, Markup)
        assert placeholder.isalnum()
        assert placeholder.isascii()


def test_no_words_need_no_placeholder_so_a_template_can_ask_for_them() -> None:
    slots = Slots()
    assert not slots.text("")
    assert not slots.html("", "the block tip of issue.md:7:1", TEMPLATE)
    assert slots.fill(cut("<p></p>"), "") == "<p></p>"


def test_the_same_parts_have_the_same_placeholders_whatever_their_words() -> None:
    assert [Slots().text("a"), Slots().text("b")] == [Slots().text("c"), Slots().text("d")]


def test_words_that_look_like_a_placeholder_stay_words() -> None:
    slots = Slots()
    first, second = slots.text("zq7w1z"), slots.text("zq7w0z")
    assert slots.fill(cut(f"{first} {second} {first}"), "") == "zq7w1z zq7w0z zq7w1z"


def test_the_words_of_a_block_do_not_depend_on_how_many_stand_around_it() -> None:
    few, many = Slots(), Slots()
    few.text("een")
    for word in ("een", "twee", "drie"):
        many.text(word)
    assert few.inner().text("x") == many.inner().text("y")


def test_a_block_can_show_the_words_around_it() -> None:
    slots = Slots()
    outer = slots.text("buiten")
    block = slots.inner()
    assert block.fill(cut(f"{outer} {block.text('<binnen>')}"), "") == "buiten &lt;binnen&gt;"


def test_plain_words_may_be_left_out() -> None:
    slots = Slots()
    slots.text("a tag that no template shows")
    assert slots.fill(cut("<p></p>"), "") == "<p></p>"


def test_words_changed_by_a_filter_are_told_at_the_line_of_the_template() -> None:
    slots = Slots()
    document = marked(f"{slots.text('Titel').upper()} {body_in(slots).title()}")

    with pytest.raises(TemplateError) as caught:
        refuse_changed(document)

    message = f"{TEMPLATE}:3: the editor's words cannot be changed here, as with the filter upper; let CSS do that"
    assert str(caught.value) == message


def test_a_text_left_out_is_told_with_the_template_that_has_to_show_it() -> None:
    slots = Slots()
    body_in(slots)

    with pytest.raises(TemplateError) as caught:
        slots.fill(cut("<p></p>"), marked(""))

    message = "the text of the block tip of issue.md:7:1 is left out; show it with {{ block.body }}"
    assert str(caught.value) == f"{TEMPLATE}: {message}"


def test_a_text_that_mjml_swallowed_is_told_at_its_line() -> None:
    slots = Slots()
    document = marked(body_in(slots), line=9)

    with pytest.raises(TemplateError, match=f"^{TEMPLATE}:9: the text of .* is left out"):
        slots.fill(cut("<p></p>"), document)


def test_a_text_in_a_tag_is_told_once_at_its_line() -> None:
    slots = Slots()
    body = body_in(slots)
    skeleton = f'<title>{body}</title><div aria-label="{body}" title="{body}">'

    with pytest.raises(TemplateError) as caught:
        slots.fill(cut(skeleton), marked(body, line=2))

    message = "the text of the block tip of issue.md:7:1 cannot stand in a tag; put it between tags"
    assert str(caught.value) == f"{TEMPLATE}:2: {message}"


def test_all_faults_are_told_at_once() -> None:
    slots = Slots()
    left_out = slots.html(BODY, "the first", TEMPLATE)
    body = slots.html(BODY, "the second", TEMPLATE)

    with pytest.raises(TemplateError) as caught:
        slots.fill(cut(f'<p title="{body}">'), marked(body))

    assert left_out != body
    assert [finding.rule for finding in caught.value.findings] == ["template-words-place", "template-words-missing"]


def test_without_a_mark_a_fault_still_names_the_templates() -> None:
    slots = Slots()
    with pytest.raises(TemplateError, match=r"^templates: the editor's words cannot be changed"):
        refuse_changed(slots.text("Titel").upper())


@given(st.lists(st.text()))
def test_any_words_survive(texts: list[str]) -> None:
    slots = Slots()
    placeholders = [slots.text(text) for text in texts]
    assert slots.fill(cut("|".join(placeholders)), "") == "|".join(str(escape(text)) for text in texts)
