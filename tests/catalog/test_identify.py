"""What ids mean: the labelled examples, each rule on ids it has never seen, and what must hold for any text."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.identify import Identity, identify

FAMILIES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=10).filter(
    lambda word: word not in {"latest", "preview", "instant"}
)
DAYS = st.dates(date(2023, 1, 1), date(2035, 12, 31))
OPENAI_BASES = st.sampled_from(["gpt-4o", "gpt-5.5", "gpt-7", "gpt-9.1-mini", "o3", "o5-pro", "gpt-8-luna", "sora-3"])
MODERN = st.one_of(
    st.tuples(st.just(4), st.integers(6, 99)), st.tuples(st.integers(5, 99), st.one_of(st.none(), st.integers(1, 99)))
)
BEFORE = st.sampled_from([(3, None), (3, 5), (3, 7), (4, None), (4, 0), (4, 1), (4, 5)])


def claude(family: str, version: tuple[int, int | None]) -> str:
    return f"claude-{family}-{version[0]}" + ("" if version[1] is None else f"-{version[1]}")


def test_every_labelled_example_is_read_right(example: dict[str, Any]) -> None:
    found = identify(example["id"], example["platform_key"])
    assert found.kind == example["label"], found.why
    assert (found.platform, found.family, found.version, found.date) == (
        example["platform_key"],
        example["family"],
        example["version"],
        example["date"],
    )
    hidden = example["id"].startswith("arn:")  # the ARN of a profile does not say whose model it is
    assert found.provider == ("" if hidden else example["provider"])


def test_there_are_sixty_labelled_examples(examples: list[dict[str, Any]]) -> None:
    assert len(examples) == 60


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error_and_unknown_text_is_never_pinned(text: str) -> None:
    found = identify(text)
    assert isinstance(found, Identity)
    assert found.kind in ("pinned", "alias", "unknown")
    assert found.why.endswith(".")


ID_PIECES = st.sampled_from(
    [
        *("claude", "gpt", "o3", "gemini", "sonnet", "mini", "-", "/", ":", "@", "~", ".", " ", "٣", "\u202e", "[1m]"),
        *("4", "5", "6", "4o", "2025", "20250929", "-2025-09-29", "latest", "default", "preview", "v1:0", "ft:"),
        *("us.", "anthropic.", "arn:aws:bedrock:", "azure/", "models/", "projects/", "publishers/"),
    ]
)


@given(st.lists(ID_PIECES, max_size=10).map("".join), st.sampled_from(["", "azure", "bedrock", "vertex", "openrouter"]))
def test_pieces_of_ids_in_any_order_are_read_without_an_error(text: str, platform: str) -> None:
    found = identify(text, platform)
    if "latest" in text and found.kind == "pinned":
        assert not text.endswith("latest")


@given(FAMILIES, MODERN)
def test_any_claude_from_4_6_on_without_a_date_is_pinned(family: str, version: tuple[int, int | None]) -> None:
    found = identify(claude(family, version))
    assert (found.kind, found.provider, found.family, found.date) == ("pinned", "anthropic", family, None)


@given(FAMILIES, MODERN, DAYS)
def test_a_dated_claude_from_4_6_on_is_not_a_documented_form(
    family: str, version: tuple[int, int | None], day: date
) -> None:
    assert identify(f"{claude(family, version)}-{day:%Y%m%d}").kind == "unknown"


@given(FAMILIES, BEFORE, DAYS)
def test_before_claude_4_6_the_date_makes_the_pin(family: str, version: tuple[int, int | None], day: date) -> None:
    undated = claude(family, version)
    dated = identify(f"{undated}-{day:%Y%m%d}")
    assert (identify(undated).kind, dated.kind, dated.date) == ("alias", "pinned", day.isoformat())


@given(st.sampled_from(["sonnet", "opus", "haiku"]), st.sampled_from(["3", "3-5", "3-7"]), DAYS)
def test_the_older_order_of_claude_names_follows_the_same_rule(family: str, version: str, day: date) -> None:
    assert identify(f"claude-{version}-{family}").kind == "alias"
    found = identify(f"claude-{version}-{family}-{day:%Y%m%d}")
    assert (found.kind, found.family, found.version) == ("pinned", family, version.replace("-", "."))


@given(OPENAI_BASES, DAYS)
def test_any_openai_id_with_a_date_is_pinned(base: str, day: date) -> None:
    found = identify(f"{base}-{day.isoformat()}")
    assert (found.kind, found.provider, found.date) == ("pinned", "openai", day.isoformat())
    tuned = identify(f"ft:{base}-{day.isoformat()}:acme:support:Ab12")
    assert (tuned.kind, tuned.date, tuned.family) == ("pinned", found.date, found.family)


@given(st.integers(6, 99), st.integers(0, 9), st.sampled_from(["-sol", "-terra", "-luna", "-astra", "-mini", ""]))
def test_an_undated_openai_id_nobody_has_seen_is_unknown_not_safe(major: int, minor: int, word: str) -> None:
    assert identify(f"gpt-{major}.{minor}{word}").kind == "unknown"


@pytest.mark.parametrize("bad", ["gpt-4o-2024-13-01", "gpt-5-2025-02-30", "claude-sonnet-4-5-20251340", "gpt-4-9913"])
def test_a_date_that_is_no_date_pins_nothing(bad: str) -> None:
    assert identify(bad).kind != "pinned"


UNDERLYING = st.sampled_from(
    [
        "claude-opus-5-5",
        "claude-haiku-4-5-20251001",
        "claude-haiku-4-5",
        "claude-sonnet-7",
        "claude-sonnet-4-6-20270101",
    ]
)


@given(
    UNDERLYING, st.sampled_from(["", "us.", "eu.", "apac.", "jp.", "global."]), st.sampled_from(["", "-v1", "-v1:0"])
)
def test_bedrock_forms_keep_the_verdict_on_the_model_behind_them(base: str, region: str, stamp: str) -> None:
    plain = identify(base)
    for form in (f"{region}anthropic.{base}{stamp}", f"bedrock/{region}anthropic.{base}{stamp}"):
        found = identify(form)
        assert (found.platform, found.kind, found.family, found.version, found.date) == (
            "bedrock",
            plain.kind,
            plain.family,
            plain.version,
            plain.date,
        )


@given(UNDERLYING, st.sampled_from(["", "projects/p/locations/eu/"]))
def test_vertex_resources_keep_the_verdict_on_the_model_behind_them(base: str, project: str) -> None:
    plain, found = identify(base), identify(f"{project}publishers/anthropic/models/{base}")
    assert (found.platform, found.kind, found.version) == ("vertex", plain.kind, plain.version)


@given(st.sampled_from(["gemini-3.8-flash", "gemini-2.0-flash", "gemini-9.1-pro-preview", "gemini-2.5-flash-001"]))
def test_the_models_prefix_changes_nothing(name: str) -> None:
    plain, prefixed = identify(name), identify(f"models/{name}")
    assert (plain.kind, plain.family, plain.platform) == (prefixed.kind, prefixed.family, prefixed.platform)


@given(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789.-", min_size=1, max_size=30), st.sampled_from(["-latest", ":latest"])
)
def test_latest_is_always_an_alias(start: str, end: str) -> None:
    assert identify(start + end).kind == "alias"


@given(UNDERLYING | OPENAI_BASES)
def test_an_azure_deployment_says_nothing_whatever_it_is_called(name: str) -> None:
    for found in (identify(name, "azure"), identify(f"azure/{name}")):
        assert (found.kind, found.version, found.date, found.provider) == ("unknown", None, None, "azure")


@pytest.mark.parametrize(
    ("model_id", "kind", "platform"),
    [
        ("~anthropic/claude-opus-latest", "alias", "openrouter"),
        ("openrouter/openai/gpt-4o", "unknown", "openrouter"),
        ("openai/gpt-4o-2024-11-20", "pinned", "openrouter"),
        ("openai/gpt-4o-2024-11-20:online", "pinned", "openrouter"),
        ("anthropic/claude-sonnet-4-5-20250929", "pinned", "litellm"),
        ("anthropic/claude-sonnet-4-5", "unknown", "litellm"),
        ("gemini/gemini-3.8-flash", "pinned", ""),
        ("vertex_ai/claude-opus-5-5", "pinned", "vertex"),
        ("claude-opus-5-5@default", "alias", "vertex"),
        ("gemini-2.0-flash@001", "pinned", "vertex"),
        ("projects/p/locations/eu/endpoints/123", "unknown", "vertex"),
        ("arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", "pinned", "bedrock"),
        ("arn:aws:bedrock:us-east-1:111122223333:provisioned-model/x", "unknown", "bedrock"),
        ("anthropic.claude-v2:1", "pinned", "bedrock"),
        ("amazon.nova-pro-v1:0", "pinned", "bedrock"),
        ("bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0", "pinned", "bedrock"),
        ("accounts/fireworks/models/llama-v3p1-8b", "unknown", "fireworks"),
        ("my-finetune", "unknown", ""),
        ("llama3-8b-8192", "unknown", ""),
        ("mistral-large-2411", "pinned", ""),
        ("command-r-plus-08-2024", "pinned", ""),
        ("qwen-max-2025-01-25", "pinned", ""),
        ("claude-opus-4-6[1m]", "pinned", ""),
        ("claude-opus-4-6-fast", "unknown", ""),
        ("claude-opus-5.5", "unknown", ""),
        ("claude-instant-1", "alias", ""),
        ("gpt-3.5-turbo-instruct-0914", "pinned", ""),
        ("gpt-4o-audio-preview", "alias", ""),
        ("gpt-oss-120b", "unknown", ""),
        ("ft:gpt-4o:acme::x", "alias", ""),
        ("ft:", "unknown", ""),
        ("gemini-2.5-flash-preview-05-20", "pinned", ""),
        ("gemini-2.5-flash-preview-13-20", "unknown", ""),
        ("gemini-1.0-pro", "alias", ""),
        ("gemini-pro", "alias", ""),
        ("  claude-opus-5  ", "pinned", ""),
        ("claude opus 5", "unknown", ""),
        ("", "unknown", ""),
    ],
)
def test_forms_of_every_platform(model_id: str, kind: str, platform: str) -> None:
    found = identify(model_id)
    assert (found.kind, found.platform) == (kind, platform), found.why


def test_an_alias_names_the_pinned_ids_it_could_be() -> None:
    assert identify("claude-haiku-4-5").candidates == ("claude-haiku-4-5-20251001",)
    assert identify("claude-opus-4-0").candidates == ("claude-opus-4-20250514",)
    assert identify("gpt-4-turbo-preview").candidates == ("gpt-4-0125-preview",)
    assert "gpt-4o-2024-08-06" in identify("gpt-4o").candidates


def test_every_candidate_of_every_alias_is_itself_pinned(examples: list[dict[str, Any]]) -> None:
    targets = [target for e in examples for target in identify(e["id"]).candidates]
    assert targets
    assert {identify(target).kind for target in targets} == {"pinned"}


def test_only_aliases_have_candidates(example: dict[str, Any]) -> None:
    found = identify(example["id"], example["platform_key"])
    assert found.kind == "alias" or not found.candidates


def test_importing_the_catalog_reads_no_data_and_needs_the_standard_library_only() -> None:
    program = (
        "import sys; import console.catalog.identify, console.catalog.lifecycle, console.catalog.prices; "
        "from console.catalog import facts; assert facts.document.cache_info().currsize == 0; "
        "print([n for n in ('genai_prices', 'textual', 'tomlkit', 'click', 'pydantic', 'httpx') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
