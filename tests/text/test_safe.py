"""The neutraliser: nothing that came from outside may act on a terminal, hide, or change what surrounds it."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text.safe import NOTHING, SafeText, join, safe, safe_line

PAYLOADS = {
    "plain": "plain text",
    "markup": "pre [b]BOLD[/b] [@click=app.quit]CLICK[/] post",
    "link markup": 'pre [link="file:///etc/passwd"]LINK[/link] post',
    "broken markup": "see [/] and list[/usr/bin] x[0] [foo= [b [$undefined]x[/] [@click=]y[/]",
    "colour": "A\x1b[31mRED\x1b[0m END",
    "window title": "A\x1b]0;TITLE\x07 END",
    "clipboard": "A\x1b]52;c;UFdORUQ=\x07 END",
    "hyperlink": "A\x1b]8;;file:///etc/passwd\x1b\\LINK\x1b]8;;\x1b\\ END",
    "clear screen and ask for the cursor": "A\x1b[2J\x1b[6n END",
    "device control": "A\x1bP$qm\x1b\\ END",
    "alternate screen and mouse": "A\x1b[?1049h\x1b[?1003h END",
    "one-byte control sequences": "A\x9b31mRED \x9d0;TITLE\x9c \x90q\x9c \x85 END",
    "control characters": "A\x07\b\bB\x0b\fC\rD\x0e\x0fE\x00F\x7fG\x05\x1a END",
    "overwriting with carriage returns": "approved\rrejected",
    "right-to-left override": "A \u202edcba\u202c \u2066iso\u2069 \u061c END",
    "invisible": "A zw\u200bx \ufeff \u00ad \u2060 \u180e \ufff9 END",
    "letters that draw nothing": "A \u3164\u115f\u034f\uffa0 END",
    "tag characters": "A \U000e0041\U000e0042 END",
    "variation selectors supplement": "A \U000e0100 END",
    "line separators": "A \u2028 B \u2029 END",
    "lone surrogates": "A \ud83d END \udc00",
}
ACTING = st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
HOSTILE = st.text(st.one_of(ACTING, st.characters()), max_size=60)


INVISIBLE = frozenset("\u00ad\u034f\u061c\u115f\u1160\u180e\u3164\ufeff\uffa0\ufff9\U000e0001\U0001d173") | {
    chr(code) for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
}


def acts(character: str) -> bool:
    """Whether a terminal may do something other than draw this character, or draw nothing."""
    if character in "\n\t":
        return False
    controls = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    return controls or character in INVISIBLE


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_no_payload_keeps_a_character_that_acts(payload: str) -> None:
    assert not [character for character in safe(payload) if acts(character)]
    assert "\n" not in safe_line(payload)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_every_payload_can_be_written_to_a_terminal_in_utf_8(payload: str) -> None:
    safe(payload).encode("utf-8")


def test_text_without_payload_is_left_as_it_is() -> None:
    for clean in ("plain text", "größer · 30 % → ok", "日本語 🙂", "e\u0301", "two\n\tlines", PAYLOADS["markup"]):
        assert safe(clean) == clean


def test_placeholders_show_what_was_there() -> None:
    assert safe("a\x1b[31mb") == "a␛[31mb"
    assert safe("a\x00b\x07c\x7fd") == "a␀b␇c␡d"
    assert safe("a\u202eb") == "a‹U+202E›b"
    assert safe("a\x9bb") == "a‹U+009B›b"
    assert safe("a\ud83db") == "a‹U+D83D›b"
    assert safe("a\U000e0041b") == "a‹U+E0041›b"


def test_windows_line_ends_become_newlines_and_a_lone_return_is_shown() -> None:
    assert safe("a\r\nb") == "a\nb"
    assert safe("a\rb") == "a␍b"


@given(HOSTILE)
def test_nothing_acts_whatever_came_in(text: str) -> None:
    result = safe(text)
    assert not [character for character in result if acts(character)]
    result.encode("utf-8")


@given(HOSTILE)
def test_neutralising_twice_changes_nothing(text: str) -> None:
    once = safe(text)
    assert safe(once) is once
    assert safe(str(once)) == once


@given(st.text(st.characters(categories=["L", "N", "P", "Sm", "Sc", "Zs"]), max_size=60))
def test_what_can_be_read_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@given(HOSTILE, st.integers(1, 50))
def test_a_line_is_one_line_of_at_most_its_limit(text: str, limit: int) -> None:
    line = safe_line(text, limit)
    assert len(line) <= limit
    assert not {"\n", "\t", "\r"} & set(line)
    assert isinstance(line, SafeText)


def test_a_line_says_that_it_was_cut() -> None:
    assert safe_line("abcdef", 4) == "abc…"
    assert safe_line("abcd", 4) == "abcd"
    assert safe_line("a\nb\tc") == "a b c"


def test_a_placeholder_never_makes_a_line_longer_than_its_limit() -> None:
    assert len(safe_line("\u202e" * 100, 20)) == 20


def test_joined_parts_are_each_neutralised() -> None:
    joined = join("a\x1b", SafeText("b"), 3, None)
    assert joined == "a␛b3None"
    assert isinstance(joined, SafeText)


@given(st.lists(HOSTILE, max_size=5))
def test_joining_is_neutralising_the_parts(parts: list[str]) -> None:
    assert join(*parts) == "".join(safe(part) for part in parts)


def test_the_type_tells_safe_text_from_any_other() -> None:
    assert isinstance(safe("x"), SafeText)
    assert not isinstance("x", SafeText)
    assert NOTHING == ""
    assert type(safe("x") + "y") is str


def test_anything_can_be_shown() -> None:
    assert safe(12) == "12"
    assert safe(ValueError("a\x1bb")) == "a␛b"


def test_a_megabyte_takes_milliseconds() -> None:
    clean, hostile = "plain text with words\n" * 47_000, "a\x1b[31m" * 166_000
    for text, limit_s in ((clean, 0.2), (hostile, 1.0)):
        started = time.thread_time()
        safe(text)
        assert time.thread_time() - started < limit_s
