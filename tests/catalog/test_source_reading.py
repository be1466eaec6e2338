"""From the text of a file to its ids: what surrounds a string decides, and no text breaks the reader."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.catalog.source.context import FARTHEST, Link, links
from console.catalog.source.deciding import modelish, used, words
from console.catalog.source.lexing import LITERAL, lex
from console.catalog.source.reading import ALLOW, MOST_USES, uses
from tests.effort import examples

GRAMMARS = ("python", "ruby", "c", "php", "hash", "json")
ID = "gpt-4o-2024-08-06"


def around(code: str, grammar: str = "python") -> list[tuple[str, str]]:
    """The links of the string that holds ID in `code`."""
    lexed = lex(code, grammar)
    literal = lexed.literal_at(code.index(ID))
    assert literal is not None
    return [(link.kind, link.name) for link in links(lexed, literal)]


def ids(path: str, text: str) -> list[str]:
    return [use.id for use in uses(path, text)]


@pytest.mark.parametrize(
    ("code", "grammar", "first"),
    [
        (f'MODEL = "{ID}"', "python", ("key", "MODEL")),
        (f'MODEL: Final[str] = "{ID}"', "python", ("key", "MODEL")),
        (f'x["model"] = "{ID}"', "python", ("key", "model")),
        (f'f(model="{ID}")', "python", ("key", "model")),
        (f'{{"model": "{ID}"}}', "python", ("key", "model")),
        (f'Chat("{ID}")', "python", ("call", "Chat")),
        (f'a.b.Chat("{ID}")', "python", ("call", "a.b.Chat")),
        (f'return "{ID}"', "python", ("return", "return")),
        (f'x = y or "{ID}"', "python", ("key", "x")),
        (f'x = "a" if y == 1 else "{ID}"', "python", ("key", "x")),
        (f'x == "{ID}"', "python", ("compare", "")),
        (f'x in ("{ID}", "b")', "python", ("compare", "")),
        (f'raise ValueError("{ID}")', "python", ("call", "ValueError")),
        (f'T["{ID}"]', "python", ("index", "T")),
        (f'A, B = "a", "{ID}"', "python", ("key", "B")),
        (f'f(a="x", b=["y", "{ID}"])', "python", ("key", "b")),
        (f'const m: string = "{ID}";', "c", ("key", "m")),
        (f'x ?? "{ID}"', "c", None),
        (f'm = a === b ? "{ID}" : "c"', "c", ("key", "m")),
        (f'm = a ? "c" : "{ID}"', "c", ("key", "m")),
        (f'type T = "a" | "{ID}"', "c", ("index", "union")),
        (f'model := "{ID}"', "c", ("key", "model")),
        (f'const M string = "{ID}"', "c", ("key", "M")),
        (f'{{ model: "{ID}" }}', "c", ("key", "model")),
        (f'case "{ID}":', "c", ("compare", "case")),
        (f'() => "{ID}"', "c", None),
        (f'puts "{ID}"', "ruby", ("message", "puts")),
        (f'{{ :model => "{ID}" }}', "ruby", ("key", "model")),
        (f"['model' => '{ID}']", "php", ("key", "model")),
        (f'model = "{ID}"', "hash", ("key", "model")),
        (f'{{"a": {{"model": ["x", "{ID}"]}}}}', "json", ("key", "model")),
    ],
)
def test_the_nearest_thing_that_holds_a_string(code: str, grammar: str, first: tuple[str, str] | None) -> None:
    found = around(code, grammar)
    assert (found[0] if found else None) == first


def test_links_go_outward_in_order() -> None:
    code = f'build(\n    "a",\n    options={{"model": Model("{ID}")}},\n)'
    assert around(code) == [("call", "Model"), ("key", "model"), ("key", "options"), ("call", "build")]


def test_a_statement_above_is_not_around_a_string() -> None:
    assert around(f'print("x")\nassert y\nmodel = "{ID}"') == [("key", "model")]
    assert around(f'if (x) {{\n  model = "{ID}"\n}}', "c") == [("key", "model")]


def test_the_argument_before_names_the_value() -> None:
    lexed = lex(f'os.getenv("SUPPORT_MODEL", "{ID}")', "python")
    literal = lexed.literal_at(lexed.text.index(ID))
    assert literal is not None
    assert links(lexed, literal)[0] == Link("call", "os.getenv", 1, "SUPPORT_MODEL")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SUPPORT_MODEL", True), ("modelId", True), ("ChatOpenAI", True), ("llm", True), ("embedder", True),
        ("fallbacks", True), ("model_type", False), ("model_path", False), ("title", False), ("x", False), ("", False),
    ],
)  # fmt: skip
def test_names_that_speak_of_models(name: str, expected: bool) -> None:
    assert modelish(name) is expected


def test_the_words_of_an_identifier() -> None:
    assert {"support", "model", "id"} <= words("supportModelID")
    assert {"chat", "open", "ai"} <= words("ChatOpenAI") | {"ai"}


def test_a_weak_shape_needs_a_name_and_a_strong_one_does_not() -> None:
    plain, named = (Link("key", "x"),), (Link("key", "model"),)
    assert used("strong", plain)
    assert not used("weak", plain)
    assert used("weak", named)
    assert not used("strong", plain, sure=False)
    assert not used("strong", ())
    assert not used("", named)


@pytest.mark.parametrize("key", ["prices", "CONTEXT_WINDOW", "rateLimits", "icon", "deprecated_models"])
def test_tables_about_models_are_no_uses(key: str) -> None:
    assert ids("a.py", f'{key} = [{{"model": "{ID}"}}]') == []
    assert ids("a.py", f'models = [{{"model": "{ID}"}}]') == [ID]


@pytest.mark.parametrize("key", ["title", "description", "className", "prompt", "content", "note"])
def test_what_people_read_is_no_use(key: str) -> None:
    assert ids("a.ts", f'const x = {{ {key}: "{ID}" }};') == []


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ('m = "gpt-4o"', 6), ('m = f"gpt-4o"', 7), ('m = """gpt-4o"""', 8), ("m = rb'gpt-4o'", 8), ('é = "gpt-4o"', 6),
        ('m = f"{p}/gpt-4o"', 11),
    ],
)  # fmt: skip
def test_columns_count_characters_up_to_the_id(code: str, column: int) -> None:
    (use,) = uses("a.py", code)
    assert (use.line, use.column, use.id) == (1, column, "gpt-4o")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", 'm = "gpt-4o"  # console: allow'), ("a.py", 'm = "gpt-4o"  # console: allow, the demo follows it'),
        ("a.ts", 'const m = "gpt-4o"; // console: allow'), ("a.yaml", "model: gpt-4o  # console: allow"),
        (".env", "MODEL=gpt-4o # console: allow"), ("a.toml", 'model = "gpt-4o" # console: allow'),
    ],
)  # fmt: skip
def test_a_comment_allows_its_line_and_no_other(path: str, line: str) -> None:
    first, second = uses(path, f"{line}\n{line.partition(ALLOW)[0].rstrip('#/ ')}\n")
    assert first.allowed
    assert not second.allowed


def test_the_name_and_the_function_around_a_use() -> None:
    text = 'MODEL = "gpt-4o"\n\ndef summarise(x):\n    return ask("claude-opus-4-1", x)\n\nJUDGE = "gpt-4.1"\n'
    assert [(use.name, use.within) for use in uses("a.py", text)] == [("MODEL", ""), ("", "summarise"), ("JUDGE", "")]


def test_an_id_is_understood_without_the_frameworks_prefix() -> None:
    (use,) = uses("a.py", 'agent = Agent("openai:gpt-4o")')
    assert (use.id, use.model) == ("openai:gpt-4o", "gpt-4o")


def notebook(*cells: tuple[str, object]) -> str:
    rows = [{"cell_type": kind, "metadata": {}, "outputs": [], "source": source} for kind, source in cells]
    return json.dumps({"cells": rows, "nbformat": 4}, indent=1)


def test_notebooks_point_into_the_file() -> None:
    text = notebook(("markdown", ['model="gpt-4"']), ("code", ["x = 1\n", 'model = "gpt-4o"\n', "model = 'o3'"]))
    first, second = uses("a.ipynb", text)
    lines = text.split("\n")
    assert lines[first.line - 1][first.column - 1 :].startswith("gpt-4o")
    assert lines[second.line - 1][second.column - 1 :].startswith("o3")
    assert second.line == first.line + 1


def test_a_cell_may_be_one_string() -> None:
    (use,) = uses("a.ipynb", notebook(("code", 'x = 1\nmodel = "gpt-4o"\n')))
    assert use.id == "gpt-4o"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"cells": 3}', '{"cells": [1, null, {"source": 5}]}', '{"cells": "x-y"}', "[" * 99_999],
)  # fmt: skip
def test_what_is_no_notebook_has_no_ids(text: str) -> None:
    assert uses("a.ipynb", text + " claude-opus-4-1") == ()


def test_recorded_answers_are_left_out_but_settings_are_not() -> None:
    assert ids("a.json", '{"object": "chat.completion", "model": "gpt-4o-2024-08-06"}') == []
    assert ids("a.json", '{"model": "gpt-4o-2024-08-06"}') == ["gpt-4o-2024-08-06"]


@pytest.mark.parametrize("grammar", GRAMMARS)
@given(text=st.text(st.sampled_from("ab\"'`#/*\\\n(){}[],:=|%x \x02é"), max_size=120))
def test_masking_keeps_every_offset_and_every_line(grammar: str, text: str) -> None:
    lexed = lex(text, grammar)
    assert len(lexed.masked) == len(text)
    outside = [i for i, char in enumerate(lexed.masked) if char != LITERAL]
    assert all(lexed.masked[i] in (text[i], " ") for i in outside)
    for start, end in zip(lexed.starts, lexed.ends, strict=True):
        literal = lexed.literal_at(start)
        assert literal is not None
        assert start <= literal.body <= literal.body_end <= end


CODE = st.lists(
    st.sampled_from(
        [
            '"gpt-4o"', "'claude-opus-4-1'", "model", "=", ":", "(", ")", "[", "]", "{", "}", ",", "\n", "  ", "#",
            "//", '"""', "'", '"', "return", "case", "else", "?", "|", "||", "=>", "==", "- ", "key: ", "gpt-4o",
            "${X:-", "}", "\\", "f", "%w[", "`", "\t",
        ]
    ),
    max_size=60,
).map("".join)  # fmt: skip
PATHS = ("a.py", "a.rb", "a.ts", "a.php", "a.toml", "a.json", "a.yaml", "a.sh", ".env", "a.properties", "a.ipynb")


@settings(max_examples=examples(20))
@given(CODE, st.sampled_from(PATHS))
def test_no_text_breaks_the_reader(text: str, path: str) -> None:
    lines = text.split("\n")
    for use in uses(path, text):
        assert lines[use.line - 1][use.column - 1 :].startswith(use.id)
        assert use.id in text


@given(st.text(max_size=400), st.sampled_from(PATHS))
def test_nor_does_any_other(text: str, path: str) -> None:
    uses(path, f"claude-opus-4-1 {text} o3 gpt-4o")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '"gpt-4o",' * 50_000),
        ("a.py", "x = [" + '"gpt-4o", ' * 50_000 + "]"),
        ("a.py", "(" * 200_000 + '"gpt-4o"'),
        ("a.py", '"""' + "gpt-4o " * 60_000),
        ("a.py", "f(" * 50_000 + 'model="gpt-4o"' + ")" * 50_000),
        ("a.js", "/*" * 200_000 + "gpt-4o"),
        ("a.js", "`" * 199_999 + '"gpt-4o"'),
        ("a.ts", 'type T = ' + '"gpt-4o" | ' * 40_000),
        ("a.yaml", "- gpt-4o\n" * 50_000),
        ("a.yaml", " " * 200_000 + "model: gpt-4o"),
        ("a.yaml", "a: " + "[" * 100_000 + "gpt-4o"),
        ("a.sh", "--model " * 60_000 + "gpt-4o"),
        ("a.sh", "MODEL=" * 60_000 + "gpt-4o"),
        ("a.json", '{"model": ' * 50_000 + '"gpt-4o"'),
        ("a.toml", "[a]\n" * 50_000 + 'model = "gpt-4o"'),
        ("a.py", "gpt-" * 200_000),
        ("a.py", 'm = "gpt-4o' + "-mini" * 80_000 + '"'),
        ("a.sh", "${" * 150_000 + "gpt-4o}"),
    ],
    ids=lambda value: value if len(value) < 12 else value[:12],
)  # fmt: skip
def test_hostile_text_is_read_in_bounded_time(path: str, text: str) -> None:
    started = time.process_time()
    assert len(uses(path, text)) <= MOST_USES
    assert time.process_time() - started < 6


def test_what_is_farther_than_the_limit_is_not_looked_at() -> None:
    filler = " " * (FARTHEST + 10)
    assert around(f'Chat({filler}"{ID}")') == []
