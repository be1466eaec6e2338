"""Links lead somewhere, examples are valid, tables are complete, and nothing names the machine it was written on."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from console.domain import errors
from console.domain.choice import Why
from console.domain.validate import check
from console.registry.reading import read

MACHINE = re.compile(r"(?<![\w.<])/(?:home|root|work|tmp|Users|usr|opt|var|etc)/\w")
VARIABLE = re.compile(r"\b(CONSOLE_[A-Z]+|LLM_MODEL|[A-Z]+_API_KEY|[A-Z]+_BASE_URL|NO_COLOR|FORCE_COLOR)\b")


def test_links_lead_to_files_and_headings_that_exist(page, page_at):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        if target.startswith(("http:", "https:")):
            continue
        file, _, anchor = target.partition("#")
        path = (page.path.parent / file).resolve() if file else page.path
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in page_at(path).anchors, f"{page.name}: {target}"


def test_no_page_names_the_machine_it_was_written_on(page):
    assert not MACHINE.search(page.text)


def test_a_path_of_a_machine_would_be_noticed():
    assert MACHINE.search("see /home/ana/x")
    assert not MACHINE.search("`<user cache>/model-console/` and docs/var/x")


def test_every_page_is_reached_from_the_readme(root, page_at):
    seen, todo = set(), [root / "README.md"]
    while todo:
        path = todo.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        targets = re.findall(r"\]\(([^)\s#]+)", page_at(path).prose)
        todo += [(path.parent / target).resolve() for target in targets if not target.startswith("http")]
    ours = {"architecture", "integration", "operations", "registry", "commands"}
    assert {path.stem for path in seen} >= ours


def test_lines_fit_beside_each_other(page):
    if page.name == "docs/commands.md":
        return  # generated
    prose = re.sub(r"<!-- (\w+): generated.*?<!-- end of \1 -->", "", page.prose, flags=re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 150] == []


def test_every_code_block_names_its_language(page):
    fences = re.findall(r"^```(.*)$", page.text, re.MULTILINE)
    assert all(fences[::2]), fences
    assert not any(fences[1::2]), fences


def completed(extract: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """`whole` with the keys of `extract` in it, table by table."""
    inner = {key: completed(value, whole.get(key, {})) for key, value in extract.items() if isinstance(value, dict)}
    return {**whole, **extract, **inner}


def test_registries_in_the_docs_are_valid(page, root):
    example = tomllib.loads((root / "registry.toml").read_text(encoding="utf-8"))
    for block in page.blocks("toml"):
        plain = tomllib.loads(block)
        if "case" in plain:  # a suite: read in tests/plugin
            continue
        registry, problems = check(plain if "schema" in plain else completed(plain, example))
        assert registry is not None, problems
        assert problems == ()


def test_the_error_that_the_page_quotes_is_the_one_that_is_printed(page_at, tmp_path):
    page = page_at("docs/registry.md")
    path = tmp_path / "registry.toml"
    path.write_text(page.blocks("toml")[1].replace("percentage = 5", "percentage = 500"), encoding="utf-8")
    with pytest.raises(errors.RegistryInvalid) as caught:
        read(path)
    (quoted,) = page.blocks("text")
    assert [problem.text("registry.toml") for problem in caught.value.problems] == [quoted.strip()]


@pytest.mark.parametrize("name", ["docs/operations.md", "docs/commands.md"])
def test_every_exit_code_is_told(page_at, name):
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", page_at(name).text, re.MULTILINE)}
    assert told >= {value for key, value in vars(errors).items() if key.startswith("EXIT_")}


def test_every_environment_variable_is_told(root, page_at):
    page = page_at("docs/operations.md").text
    read = set()
    for path in (root / "console").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "environ" in source and "demo" not in path.parts:
            read |= set(VARIABLE.findall(source))
    assert read >= {"CONSOLE_REGISTRY", "LLM_MODEL", "ANTHROPIC_API_KEY"}
    assert sorted(name for name in read if f"`{name}`" not in page) == []


def test_every_reason_of_a_choice_is_told(page_at):
    told = set(
        re.findall(r"^\| `([a-z ]+)` \| .* \| (?:yes|no) \|$", page_at("docs/integration.md").text, re.MULTILINE)
    )
    assert told == set(Why.__args__)  # type: ignore[attr-defined]
