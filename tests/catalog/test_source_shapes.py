"""What looks like a model id, anywhere or only where one is expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog import facts
from console.catalog.source.languages import STEMS, grammar_of
from console.catalog.source.shapes import framework_prefix, hints, shape

EXAMPLES = json.loads((Path(__file__).parent / "data" / "version_examples.json").read_text("utf-8"))
LIFECYCLE = [row["id"] for row in facts.document("lifecycle.json")["models"]]

STRONG = [
    "claude-sonnet-4-5-20250929", "claude-opus-4-1", "claude-3-5-sonnet-latest", "claude-3-haiku-20240307",
    "claude-instant-1.2", "claude-2.1", "claude-sonnet-5-5", "claude-fable-5-1", "claude-sonnet-4-5@20250929",
    "claude-3-5-sonnet-v2@20241022", "claude-opus-4-6[1m]",
    "gpt-4o", "gpt-4o-mini-2024-07-18", "gpt-4-0613", "gpt-3.5-turbo-16k", "gpt-5.6-sol", "gpt-6-luna", "gpt-4.1-nano",
    "chatgpt-4o-latest", "o3-mini", "o1-2024-12-17", "o4-mini-deep-research-2025-06-26", "text-embedding-3-small",
    "text-davinci-003", "gemini-2.5-flash", "gemini-1.5-pro-002", "gemini-2.0-flash-exp", "models/gemini-2.5-pro",
    "anthropic.claude-3-5-sonnet-20241022-v2:0", "us.anthropic.claude-sonnet-4-20250514-v1:0",
    "bedrock/anthropic.claude-3-haiku-20240307-v1:0", "openrouter/anthropic/claude-sonnet-4.5", "openai/gpt-4o",
    "openai:gpt-4o", "anthropic:claude-sonnet-4-0", "ft:gpt-4o-mini-2024-07-18:acme:x:abc", "deepseek-reasoner",
    "mistral-large-2411", "ministral-8b-latest", "grok-4-0709", "kimi-k2-0905-preview", "llama-3.3-70b-versatile",
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", "google/gemini-2.5-flash:free",
]  # fmt: skip
WEAK = [
    "o1", "o3", "whisper-1", "tts-1-hd", "dall-e-3", "command-r-plus", "amazon.nova-pro-v1:0", "sonar-pro",
    "azure/eu-4o", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen2.5-72B-Instruct",
    "gpt-7-zeta", "claude-newname-7", "qwen2.5-72b-chat",
]  # fmt: skip
NEITHER = [
    "gpt-4o-mini-tokenizer", "claude-3-card", "claude-message-sent", "gemini-api-key", "gpt", "claude", "gpt-4-client",
    "gpt-4o-proxy", "gpt-4o.svg", "gpt-4o_usage", "claude-3-opus-review", "gpt-4o vs o3", "https://x.io/gpt-4o", "",
    "-gpt-4o", "qwen3_vl_moe", "Qwen2AudioModel", "deepseek_v3", "o10", "nova", "titan", "text", "command-line",
    "whisper", "gpt-4o-demo", "claude-cli/1.0", "enable-gpt-4o", "my-gpt-4o", "gpt-4o\n", "x" * 500, "o1;DROP",
]  # fmt: skip


@pytest.mark.parametrize("token", STRONG)
def test_an_id_of_a_documented_form_is_one_anywhere(token: str) -> None:
    assert shape(token) == "strong"


@pytest.mark.parametrize("token", WEAK)
def test_a_short_or_unheard_of_name_needs_a_context(token: str) -> None:
    assert shape(token) == "weak"


@pytest.mark.parametrize("token", NEITHER)
def test_what_only_begins_like_an_id_is_none(token: str) -> None:
    assert shape(token) == ""


def test_the_labelled_ids_of_the_catalog_look_like_ids() -> None:
    """Deployment names and opaque profiles aside, which only the place where they stand gives away."""
    known = [
        e["id"] for e in EXAMPLES if e["platform_key"] != "azure" and not e["id"].startswith(("projects/", "accounts/"))
    ]
    missed = [name for name in known if not shape(name)]
    assert len(missed) / len(known) < 0.1, missed


def test_the_models_whose_dates_are_known_look_like_ids() -> None:
    missed = [name for name in LIFECYCLE if not shape(name)]
    assert len(missed) / len(LIFECYCLE) < 0.1, missed


@pytest.mark.parametrize("token", [*STRONG, *WEAK])
def test_every_id_is_found_by_the_fast_search_and_by_the_hints(token: str) -> None:
    text = f'model = "{token}"'
    assert any(stem in text for stem in STEMS), token
    assert hints(text), token


def test_hints_are_in_the_order_of_the_text() -> None:
    text = 'a = "o3"\nb = "gpt-4o"\nc = "azure/x"\nd = "claude-3-opus-20240229" "o1"\n'
    assert hints(text) == sorted(hints(text))
    assert len(hints(text)) >= 5


@pytest.mark.parametrize(
    ("token", "size"), [("openai:gpt-4o", 7), ("google-gla:gemini-2.5-pro", 11), ("gpt-4o", 0), ("ft:gpt-4o:x", 0)]
)
def test_a_frameworks_prefix_is_told_from_the_id(token: str, size: int) -> None:
    assert framework_prefix(token) == size


@given(st.text(max_size=300))
def test_any_text_has_some_shape(text: str) -> None:
    assert shape(text) in ("", "weak", "strong")
    assert all(0 <= place < len(text) for place in hints(text))


@given(st.sampled_from(STRONG), st.sampled_from("\n\t\x00 ;'\"<>$(){}é"))
def test_no_character_of_code_is_part_of_an_id(token: str, char: str) -> None:
    assert shape(token + char) == ""
    assert shape(char + token) == ""


@pytest.mark.parametrize(
    ("path", "grammar"),
    [
        ("a.py", "python"), ("web/b.TSX", "c"), ("x.go", "c"), ("B.java", "c"), ("c.rb", "ruby"), ("d.yaml", "yaml"),
        ("e.yml", "yaml"), ("f.toml", "hash"), ("g.json", "json"), (".env", "shell"),
        ("deploy/.env.production", "shell"),
        ("prod.env", "shell"), ("Dockerfile", "shell"), ("Dockerfile.dev", "shell"), ("api.Dockerfile", "shell"),
        ("h.ipynb", "notebook"), ("i.php", "php"), ("j.properties", "properties"), ("README.md", ""), ("notes.txt", ""),
        ("py", ""), (".py", ""), ("a.css", ""), ("LICENSE", ""), ("a.html", ""), ("folder.py/x", ""),
    ],
)  # fmt: skip
def test_the_name_of_a_file_says_its_language(path: str, grammar: str) -> None:
    assert grammar_of(path) == grammar
