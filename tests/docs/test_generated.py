"""What is generated says what the program says, and the program is documented whole."""

from __future__ import annotations

import json
import re
import tomllib

import click
import pytest

from bench import reference
from console.cli.main import VERBS, group
from console.domain.keys import TABLES
from console.domain.metrics import METRICS
from console.registry.schema import schema
from console.tui.keys import KEYS


def command(verb: str) -> click.Command:
    found = group.get_command(click.Context(group), verb)
    assert found is not None
    return found


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## `(console[^`]*)`$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_no_generated_page_is_out_of_date():
    assert reference.stale() == [], "run: python bench/reference.py"


def test_a_page_that_says_something_else_is_noticed(monkeypatch, tmp_path):
    for name in (*reference.REGIONS, *reference.WHOLE, "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((reference.ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    assert reference.main(["--check"]) == 0
    readme = tmp_path / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace("| `u` |", "| `x` |"), encoding="utf-8")
    (tmp_path / "docs/registry.schema.json").unlink()
    assert reference.stale() == ["README.md", "docs/registry.schema.json"]
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.stale() == []


def test_a_page_without_its_region_is_an_error():
    with pytest.raises(LookupError, match="region for keys"):
        reference.filled("# nothing here\n", "keys", "body")


def test_the_keys_of_the_readme_are_the_keys_of_the_console(page_at):
    rows = re.findall(r"^\| `(.+?)` \| (.*?) \| (.*?) \|", page_at("README.md").region("keys"), re.MULTILINE)
    assert rows == [(key.shown, key.label, key.help) for key in KEYS]


def test_every_key_that_writes_names_a_command_that_exists(page_at):
    for key in KEYS:
        if key.writes:
            assert key.action in reference.SAME_AS, key.action
    for words in reference.SAME_AS.values():
        assert words.split()[0] in VERBS
    assert not reference.SAME_AS.keys() - {key.action for key in KEYS}


def test_every_verb_has_a_section_in_the_order_of_the_help(page_at):
    named = [heading.split()[1] for heading in sections(page_at("docs/commands.md").text) if " " in heading]
    assert named == list(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_documented_with_its_meaning(page_at, verb):
    text = page_at("docs/commands.md").text
    section = next(body for heading, body in sections(text).items() if heading.split()[1:2] == [verb])
    everywhere = text[text.index("## Everywhere") : text.index("## `console`")]
    for option in command(verb).params:
        if not isinstance(option, click.Option) or option.name == "help":
            continue
        where = everywhere if option.name in reference.GLOBAL else section
        for name in option.opts:
            assert re.search(rf"`{re.escape(name)}[ `]", where), f"{verb} {name}"
        assert option.help, f"{verb} {option.opts} has no help"
        assert " ".join(option.help.split()) in where


def test_every_argument_is_in_the_heading(page_at):
    for heading in sections(page_at("docs/commands.md").text):
        words = heading.split()
        if len(words) > 1:
            wanted = command(words[1]).collect_usage_pieces(click.Context(command(words[1])))
            assert words[2:] == " ".join(piece for piece in wanted if piece != "[OPTIONS]").split()


def test_every_key_of_the_registry_is_in_the_reference(page_at):
    text = page_at("docs/registry.md").region("tables")
    for table in TABLES.values():
        for key in table.keys:
            assert f"| `{key.name}` |" in text
            assert key.meaning.replace("|", "\\|") in text
    metrics = page_at("docs/registry.md").region("metrics")
    assert re.findall(r"^\| `(\w+)` \|", metrics, re.MULTILINE) == [metric.name for metric in METRICS]


def test_the_schema_for_editors_is_the_one_of_the_program(root):
    assert json.loads((root / "docs/registry.schema.json").read_text(encoding="utf-8")) == schema()


def test_the_layers_are_those_of_the_import_contract(root, page_at):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(each["layers"] for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    shown = page_at("docs/architecture.md").region("layers").strip().removeprefix("```text\n").removesuffix("\n```")
    assert shown.split("\n") == [layer.replace("console.", "") for layer in layers]


def test_every_folder_of_the_package_has_its_line(root, page_at):
    told = re.findall(r"^\| `(\w+)/` \|", page_at("docs/architecture.md").text, re.MULTILINE)
    there = [path.parent.name for path in (root / "console").glob("*/__init__.py")]
    assert sorted(told) == sorted(there)
