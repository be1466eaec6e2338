"""The README keeps to its measure, and its picture is one of this program."""

from __future__ import annotations

import re

import pytest

SCENES = ("console", "regression", "comparison", "review", "promote", "rollback")
PICTURES = tuple(f"{scene}{theme}.svg" for scene in SCENES for theme in ("", "-light"))


def test_the_readme_is_short(page_at):
    assert len(page_at("README.md").text.splitlines()) <= 200


def test_it_says_what_it_does_in_at_most_eight_points(page_at):
    before = page_at("README.md").text.split("\n## ")[0]
    assert 1 <= len(re.findall(r"^- ", before, re.MULTILINE)) <= 8


def test_it_shows_one_picture_with_a_description(page_at, root):
    ((words, target),) = re.findall(r"!\[(.*?)\]\((.*?)\)", page_at("README.md").text)
    assert len(words) > 20
    picture = root / target
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 400_000


def test_it_names_both_commands_and_the_clash(page_at):
    text = page_at("README.md").text
    for wanted in (
        "make demo",
        "make test",
        "LIGHT=1",
        "pip install .",
        "pip install --no-deps .",
        "`semantic`",
        "clash",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_the_same_everywhere(root, name):
    svg = (root / "screenshots" / name).read_text(encoding="utf-8")
    assert len(svg) < 400_000
    assert "url(http" not in svg
    assert "@font-face" not in svg
    assert not re.search(r"terminal-\d", svg)


def test_the_picture_shows_live_data_on_both_arms(root):
    svg = (root / "screenshots/console.svg").read_text(encoding="utf-8").replace("&#160;", " ")
    for wanted in ("claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "WATCHING", "error rate", "data 2 s old"):
        assert wanted in svg, wanted
    assert "SUSPECT" not in svg
