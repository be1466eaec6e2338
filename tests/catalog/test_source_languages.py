"""One rule at a time: command lines, addresses, properties, YAML outlines, and each language's own ways."""

from __future__ import annotations

import pytest

from console.catalog.source.embedded import in_assignments, in_text
from console.catalog.source.reading import uses
from console.catalog.source.yaml_lines import parts


def ids(path: str, text: str) -> list[str]:
    return [use.id for use in uses(path, text)]


def yaml_ids(text: str) -> list[str]:
    found = list(parts(text))
    assert all(text[part.start :].startswith(part.id) for part in found)
    return [part.id for part in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("llm --model gpt-4o hi", ["gpt-4o"]),
        ("llm --model=gpt-4o hi", ["gpt-4o"]),
        ("llm -m gpt-4o", ["gpt-4o"]),
        ("llm -m 'gpt-4o'", ["gpt-4o"]),
        ("--judge-model o3 --model gpt-4o", ["o3", "gpt-4o"]),
        ('["--model", "gpt-4o"]', ["gpt-4o"]),
        ("grep -m gpt", []),
        ("-metric gpt-4o", []),
        ('{"model": "gpt-4o"}', ["gpt-4o"]),
        ("{'model': 'gpt-4o'}", ["gpt-4o"]),
        ('{\\"model\\": \\"gpt-4o\\"}', ["gpt-4o"]),
        ('{"modelId": "gpt-4o", "x": "gpt-4"}', ["gpt-4o"]),
        ('{"remodel": "gpt-4o"}', ["gpt-4o"]),
        ('{"content": "gpt-4o"}', []),
        ("/v1beta/models/gemini-2.5-pro:generateContent", ["gemini-2.5-pro"]),
        ("/v1beta/models/gemini-2.5-pro", []),
        ("/openai/deployments/gpt-4o/chat/completions", ["gpt-4o"]),
        ("/model/anthropic.claude-3-haiku-20240307-v1:0/invoke", ["anthropic.claude-3-haiku-20240307-v1:0"]),
        ("${MODEL:-gpt-4o}", ["gpt-4o"]),
        ("${MODEL:=gpt-4o}", ["gpt-4o"]),
        ("${llm.model:gpt-4o}", ["gpt-4o"]),
        ("${MODEL}", []),
        ("https://x.io/chat?model=gpt-4o&n=1", ["gpt-4o"]),
        ("https://x.io/blog/gpt-4o", []),
        ("gpt-4o is better than o3", []),
        ("image: acme/gpt-4o-proxy", []),
        ("", []),
    ],
)
def test_ids_inside_longer_text(text: str, expected: list[str]) -> None:
    found = sorted(in_text(text), key=lambda part: part.start)
    assert [part.id for part in found] == expected
    assert all(text[part.start :].startswith(part.id) for part in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MODEL=gpt-4o", [("MODEL", "gpt-4o")]),
        ('export MODEL="gpt-4o"', [("MODEL", "gpt-4o")]),
        ("ENV MODEL=gpt-4o", [("MODEL", "gpt-4o")]),
        ("JUDGE=gpt-4o", [("JUDGE", "gpt-4o")]),
        ("LEVEL=o3", []),
        ("JUDGE_MODEL=o3", [("JUDGE_MODEL", "o3")]),
        ("A=1 MODEL=gpt-4o run", [("MODEL", "gpt-4o")]),
        ("APP_NAME=gpt-4o", []),
        ("MODEL=gpt-4o-proxy", []),
        ("MODEL= gpt-4o", []),
        ("$MODEL == gpt-4o", []),
    ],
)
def test_variables_of_a_shell(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(part.name, part.id) for part in in_assignments(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spring.ai.model=gpt-4o", ["gpt-4o"]),
        ("spring.ai.model = gpt-4o", ["gpt-4o"]),
        ("llm.model: o3", ["o3"]),
        ("app.title=gpt-4o", []),
        ("app.title=gpt-4o demo", []),
        ("[gpt-4o]", []),
    ],
)
def test_properties(text: str, expected: list[str]) -> None:
    assert [part.id for part in in_assignments(text, properties=True)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model: gpt-4o", ["gpt-4o"]),
        ("model: 'gpt-4o'  # was gpt-4", ["gpt-4o"]),
        ('"model": "gpt-4o"', ["gpt-4o"]),
        ("- model: o3", ["o3"]),
        ("- - model: o3", ["o3"]),
        ("primary: gpt-4o", ["gpt-4o"]),
        ("primary: o3", []),
        ("llm:\n  primary: o3", ["o3"]),
        ("llm:\n  a:\n    b: o3", ["o3"]),
        ("llm:\n  x: 1\nother:\n  primary: o3", []),
        ("models:\n- o3\n- gpt-4o\n", ["o3", "gpt-4o"]),
        ("models:\n  - o3\nnames:\n  - o1\n", ["o3"]),
        ("models: [o3, 'gpt-4o']", ["o3", "gpt-4o"]),
        ("chat: {model: o3, other: o1}", ["o3"]),
        ("tags: [gpt-4o]", []),
        ("prices:\n  - model: gpt-4o", []),
        ("gpt-4o: 1", []),
        ("model:\n  gpt-4o: 1", []),
        ("title: gpt-4o", []),
        ("description: |\n  model: gpt-4o\n  and more", []),
        ("run: |\n  llm -m gpt-4o\n", ["gpt-4o"]),
        ("run: >\n  MODEL=gpt-4o ./x\nmodel: o3", ["gpt-4o", "o3"]),
        ("run: llm --model gpt-4o", ["gpt-4o"]),
        ("environment:\n  - MODEL=gpt-4o", ["gpt-4o"]),
        ("env:\n  - name: MODEL\n    value: o3", ["o3"]),
        ("env:\n  - name: OTHER\n    value: o3", []),
        ("env:\n  - {name: MODEL, value: o3}", ["o3"]),
        ("model: &m gpt-4o\nother: *m", ["gpt-4o"]),
        ("a: '${MODEL:-gpt-4o}'", ["gpt-4o"]),
        ("# model: gpt-4o", []),
        ("model:", []),
        ("model: gpt-4o\r\nother: 1\r\n", ["gpt-4o"]),
        ("---\nmodel: gpt-4o\n...", ["gpt-4o"]),
        ("\tmodel: gpt-4o", ["gpt-4o"]),
    ],
)
def test_yaml(text: str, expected: list[str]) -> None:
    assert yaml_ids(text) == expected


def test_the_name_of_a_yaml_value_is_its_key() -> None:
    assert [(part.name, part.id) for part in parts("support:\n  model: gpt-4o\n")] == [("model", "gpt-4o")]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", 'x = ("gpt-4o")', ["gpt-4o"]),
        ("a.py", 'x: list[str] = ["gpt-4o"]', ["gpt-4o"]),
        ("a.py", '"""Uses gpt-4o"""', []),
        ("a.py", 'def f():\n    """model: gpt-4o"""', []),
        ("a.py", 'x = """\nmodel: gpt-4o\n"""', ["gpt-4o"]),
        ("a.py", "# model = 'gpt-4o'", []),
        ("a.py", "x = 'a#b'; model = 'gpt-4o'", ["gpt-4o"]),
        ("a.py", 'x = "it\\"s"; model = "gpt-4o"', ["gpt-4o"]),
        ("a.py", 'for model in ["gpt-4o", "o3"]:\n    pass', ["gpt-4o", "o3"]),
        ("a.py", 'for x in ["gpt-4o"]:\n    pass', []),
        ("a.py", 'x = {"gpt-4o"}', ["gpt-4o"]),
        ("a.py", 'x = {"gpt-4o": 1}', []),
        ("a.py", 'if "gpt-4o" in x: pass', []),
        ("a.py", 'x = d["gpt-4o"]', []),
        ("a.py", 'x = d.get("gpt-4o")', []),
        ("a.py", 'x = d.get("model", "gpt-4o")', ["gpt-4o"]),
        ("a.py", 'yield "gpt-4o"', ["gpt-4o"]),
        ("a.py", 'f(lambda: "gpt-4o")', ["gpt-4o"]),
        ("a.py", 'x = "gpt-" "4o"', []),
        ("a.ts", "const x = `gpt-4o`;", ["gpt-4o"]),
        ("a.ts", "const x = `${p}/gpt-4o`;", ["gpt-4o"]),
        ("a.ts", "// model: 'gpt-4o'\n/* 'gpt-4o' */", []),
        ("a.ts", "const u = 'http://x'; const m = 'gpt-4o';", ["gpt-4o"]),
        ("a.ts", "f({ model: 'gpt-4o' as const })", ["gpt-4o"]),
        ("a.ts", "x.model = y ? z : 'gpt-4o'", ["gpt-4o"]),
        ("a.ts", "const m = env?.MODEL ?? 'gpt-4o'", ["gpt-4o"]),
        ("a.ts", "<A model={'gpt-4o'} />", ["gpt-4o"]),
        ("a.ts", "<A className='gpt-4o' />", []),
        ("a.ts", "import x from 'gpt-4o'", []),
        ("a.ts", "switch (m) { case 'gpt-4o': }", []),
        ("a.ts", "x !== 'gpt-4o'", []),
        ("a.ts", "['gpt-4o', 'o3'].includes(x)", []),
        ("a.go", "x := map[string]int{\"gpt-4o\": 1}", []),
        ("a.go", "x := map[string]string{\"a\": \"gpt-4o\"}", ["gpt-4o"]),
        ("a.go", "const (\n\tA = \"gpt-4o\"\n)", ["gpt-4o"]),
        ("a.go", "return \"gpt-4o\", nil", ["gpt-4o"]),
        ("a.go", "log.Printf(\"gpt-4o\")", []),
        ("A.java", 'String m = "gpt-4o";', ["gpt-4o"]),
        ("A.java", 'm.equals("gpt-4o")', []),
        ("A.java", 'throw new Bad("gpt-4o");', []),
        ("A.java", '@Model("gpt-4o") class X {}', ["gpt-4o"]),
        ("a.rb", "m = 'gpt-4o'", ["gpt-4o"]),
        ("a.rb", "X = %w[gpt-4o o3-mini]", ["gpt-4o", "o3-mini"]),
        ("a.rb", "chat(model: 'gpt-4o')", ["gpt-4o"]),
        ("a.rb", "raise 'gpt-4o' if x", []),
        ("a.rb", "=begin\nm = 'gpt-4o'\n=end", []),
        ("a.php", "$m = ['model' => 'gpt-4o'];", ["gpt-4o"]),
        ("a.php", "# $m = 'gpt-4o';", []),
        ("a.toml", 'model = "gpt-4o"', ["gpt-4o"]),
        ("a.toml", '[prices]\nx = "gpt-4o"', []),
        ("a.toml", '[llm]\nx = "o3"', ["o3"]),
        ("a.toml", '"gpt-4o" = 3', []),
        ("a.toml", 'models = [\n  "gpt-4o",\n  "o3",\n]', ["gpt-4o", "o3"]),
        ("a.json", '{"model": "o3"}', ["o3"]),
        ("a.json", '{"x": "gpt-4o"}', []),
        ("a.json", '{"models": {"a": "gpt-4o"}}', ["gpt-4o"]),
        ("a.json", '{"gpt-4o": "x"}', []),
        ("a.jsonc", '// {"model": "gpt-4"}\n{"model": "gpt-4o"}', ["gpt-4o"]),
        ("Dockerfile", "ENV MODEL=gpt-4o", ["gpt-4o"]),
        ("Dockerfile", "# ENV MODEL=gpt-4o", []),
        ("a.sh", 'llm -m "$MODEL" # gpt-4o', []),
        ("a.md", "model = 'gpt-4o'", []),
    ],
)  # fmt: skip
def test_each_language_in_its_own_words(path: str, text: str, expected: list[str]) -> None:
    assert ids(path, text) == expected


@pytest.mark.parametrize("path", ["a.py", "a.ts", "a.rb", "a.toml"])
def test_a_quote_that_never_ends_costs_its_line_only(path: str) -> None:
    assert "gpt-4o" in ids(path, "x = 'oops\nmodel = 'gpt-4o'\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"gpt-4o, o3-mini"', ["gpt-4o", "o3-mini"]),
        ('"gpt-4o,gpt-4o-mini,"', ["gpt-4o", "gpt-4o-mini"]),
        ('"gpt-4o or o3-mini"', []),
        ('" gpt-4o "', ["gpt-4o"]),
        ('""', []),
    ],
)
def test_a_string_may_hold_a_list_of_ids_but_no_words(text: str, expected: list[str]) -> None:
    assert ids("a.py", f"models = {text}") == expected
