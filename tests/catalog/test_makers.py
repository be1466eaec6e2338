"""The rules of each maker: family, version and date as well as the verdict, on ids of every generation."""

from __future__ import annotations

import pytest

from console.catalog import anthropic_ids, facts, google_ids, openai_ids, other_ids
from console.catalog.names import calendar_day, compact_day, number, words_and_version

DATED = ("claude-haiku-4-5-20251001", "claude-opus-4-20250514", "claude-3-5-sonnet-20240620", "claude-3-opus-20240229")
SNAPSHOTS = {"gpt-7": ("gpt-7-2027-01-01", "gpt-7-2027-06-01"), "gpt-7.5": ()}


@pytest.mark.parametrize(
    ("name", "family", "version", "date", "kind"),
    [
        ("claude-opus-4-6", "opus", "4.6", None, "pinned"),
        ("claude-opus-4-10", "opus", "4.10", None, "pinned"),
        ("claude-nova-12-3", "nova", "12.3", None, "pinned"),
        ("claude-haiku-4-5", "haiku", "4.5", None, "alias"),
        ("claude-haiku-4-5-20251001", "haiku", "4.5", "2025-10-01", "pinned"),
        ("claude-opus-4", "opus", "4", None, "alias"),
        ("claude-opus-4-20250514", "opus", "4", "2025-05-14", "pinned"),
        ("claude-3-haiku-20240307", "haiku", "3", "2024-03-07", "pinned"),
        ("claude-3-5-sonnet-v2@20241022", "sonnet", "3.5", "2024-10-22", "pinned"),
        ("claude-3.5-sonnet", "sonnet", "3.5", None, "alias"),
        ("claude-5-5-sonnet", "sonnet", "5.5", None, "unknown"),
        ("claude-sonnet-5.5", "sonnet", "5.5", None, "unknown"),
        ("claude-opus-4-6-20260205", "opus", "4.6", "2026-02-05", "unknown"),
        ("claude-opus-5-5-thinking", "opus", "5.5", None, "unknown"),
        ("claude-instant-1.2", "instant", "1.2", None, "pinned"),
        ("claude-1.3", "claude", "1.3", None, "pinned"),
        ("claude-2", "claude", "2", None, "alias"),
        ("claude-v2", "claude", "2", None, "unknown"),
        ("claude-v2:1", "claude", "2.1", None, "pinned"),
        ("claude-opus-latest", "opus", None, None, "alias"),
        ("claude-3-opus-latest", "opus", "3", None, "alias"),
        ("claude-mythos-preview", "mythos", "preview", None, "unknown"),
        ("claude-opus", "opus", None, None, "unknown"),
        ("opusplan", "opusplan", None, None, "alias"),
    ],
)
def test_anthropic(name: str, family: str, version: str | None, date: str | None, kind: str) -> None:
    found = anthropic_ids.read(name, DATED)
    assert found is not None
    assert (found.family, found.version, found.date, found.kind) == (family, version, date, kind)


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("claude-haiku-4-5", ("claude-haiku-4-5-20251001",)),
        ("claude-opus-4-0", ("claude-opus-4-20250514",)),
        ("claude-opus-4", ("claude-opus-4-20250514",)),
        ("claude-3-5-sonnet-latest", ("claude-3-5-sonnet-20240620",)),
        ("claude-haiku-4-4", ()),
        ("claude-haiku-4-5-20251001", ()),
    ],
)
def test_where_an_anthropic_alias_may_point(name: str, candidates: tuple[str, ...]) -> None:
    found = anthropic_ids.read(name, DATED)
    assert found is not None
    assert found.candidates == candidates


@pytest.mark.parametrize(
    ("name", "family", "version", "date", "kind"),
    [
        ("gpt-7", "gpt", "7", None, "alias"),
        ("gpt-7.5", "gpt", "7.5", None, "alias"),
        ("gpt-7-2027-01-01", "gpt", "7", "2027-01-01", "pinned"),
        ("gpt-7-sol", "gpt-sol", "7", None, "unknown"),
        ("gpt-7-mini-2027-01-01", "gpt-mini", "7", "2027-01-01", "pinned"),
        ("gpt-7-chat-latest", "gpt-chat", "7", None, "alias"),
        ("chat-latest", "chat", None, None, "alias"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", "4o", "2024-07-18", "pinned"),
        ("gpt-4o-audio-preview-2025-06-03", "gpt-4o-audio", "4o", "2025-06-03", "pinned"),
        ("gpt-3.5-turbo-0301", "gpt-turbo", "3.5", "2023-03-01", "pinned"),
        ("gpt-3.5-turbo-0125", "gpt-turbo", "3.5", "2024-01-25", "pinned"),
        ("gpt-4-0314", "gpt", "4", "2023-03-14", "pinned"),
        ("gpt-4-1106-vision-preview", "gpt-vision", "4", "2023-11-06", "pinned"),
        ("gpt-4-32k-0613", "gpt-32k", "4", "2023-06-13", "pinned"),
        ("o9-mini", "o-mini", "9", None, "unknown"),
        ("o1-2024-12-17", "o", "1", "2024-12-17", "pinned"),
        ("sora-2-pro-2025-10-06", "sora-pro", "2", "2025-10-06", "pinned"),
        ("gpt-image-2.6-flare", "gpt-image-flare", "2.6", None, "unknown"),
        ("text-embedding-3-large", "text-embedding-large", "3", None, "unknown"),
        ("gpt-7-2027-02-30", "gpt", "7", None, "unknown"),
        ("ft:gpt-7-2027-01-01:acme:x:y", "gpt", "7", "2027-01-01", "pinned"),
        ("ft:gpt-7:acme:x:y", "gpt", "7", None, "alias"),
        ("ft:llama:acme", None, None, None, "unknown"),
    ],
)
def test_openai(name: str, family: str | None, version: str | None, date: str | None, kind: str) -> None:
    found = openai_ids.read(name, SNAPSHOTS)
    assert found is not None
    assert (found.family, found.version, found.date, found.kind) == (family, version, date, kind)


def test_an_openai_alias_names_its_snapshots_oldest_first() -> None:
    found = openai_ids.read("gpt-7", SNAPSHOTS)
    assert found is not None
    assert found.candidates == ("gpt-7-2027-01-01", "gpt-7-2027-06-01")


@pytest.mark.parametrize(
    ("name", "family", "version", "date", "kind"),
    [
        ("gemini-9.1-ultra", "gemini-ultra", "9.1", None, "pinned"),
        ("gemini-3.8-flash", "gemini-flash", "3.8", None, "pinned"),
        ("gemini-3.8-flash-preview", "gemini-flash", "3.8", None, "unknown"),
        ("gemini-3.1-pro-preview-customtools", "gemini-pro-customtools", "3.1", None, "unknown"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-flash", "2.5", "2025-09", "pinned"),
        ("gemini-2.5-pro-preview-05-06", "gemini-pro", "2.5", None, "pinned"),
        ("gemini-2.0-flash-lite-001", "gemini-flash-lite", "2.0", None, "pinned"),
        ("gemini-2.0-flash-lite", "gemini-flash-lite", "2.0", None, "alias"),
        ("gemini-2.0-flash-exp", "gemini-flash", "2.0", None, "alias"),
        ("gemini-flash-lite-latest", "gemini-flash-lite", None, None, "alias"),
        ("gemini-embedding-001", "gemini-embedding", None, None, "pinned"),
        ("imagen-4.0-generate-001", "imagen-generate", "4.0", None, "pinned"),
        ("gemma-4-31b-it", "gemma-31b-it", "4", None, "unknown"),
    ],
)
def test_google(name: str, family: str, version: str | None, date: str | None, kind: str) -> None:
    found = google_ids.read(name)
    assert found is not None
    assert (found.family, found.version, found.date, found.kind) == (family, version, date, kind)


@pytest.mark.parametrize(
    ("name", "provider", "version", "date", "kind"),
    [
        ("deepseek-v4-flash", "deepseek", "4", None, "alias"),
        ("deepseek-r1-0528", "deepseek", None, None, "pinned"),
        ("mistral-large-latest", "mistral", None, None, "alias"),
        ("codestral-2501", "mistral", None, None, "pinned"),
        ("grok-4.3", "xai", "4.3", None, "unknown"),
        ("grok-4-0709", "xai", "4", None, "pinned"),
        ("command-r-plus-08-2024", "cohere", None, "2024-08", "pinned"),
        ("qwen-max-2025-01-25", "qwen", None, "2025-01-25", "pinned"),
        ("qwen-plus", "qwen", None, None, "unknown"),
        ("llama3.1:8b", "meta", None, None, "unknown"),
        ("our-model-20260101", "", None, "2026-01-01", "pinned"),
        ("our-model-1024", "", None, None, "unknown"),
    ],
)
def test_other_makers(name: str, provider: str, version: str | None, date: str | None, kind: str) -> None:
    found = other_ids.read(name)
    assert (found.provider, found.version, found.date, found.kind) == (provider, version, date, kind)


@pytest.mark.parametrize("name", ["gpt-4o", "gemini-3.8-flash", "claudette-1", "clod", "llama3"])
def test_anthropics_rules_leave_other_names_alone(name: str) -> None:
    assert anthropic_ids.read(name, DATED) is None


@pytest.mark.parametrize(
    "name", ["claude-opus-5", "gemini-3.8-flash", "gptx", "o10x", "olmo-2", "adamant", "text-to-speech"]
)
def test_openais_rules_leave_other_names_alone(name: str) -> None:
    assert openai_ids.read(name, SNAPSHOTS) is None


@pytest.mark.parametrize("name", ["claude-opus-5", "gpt-4o", "geminix-1", "text-embedding-3-large"])
def test_googles_rules_leave_other_names_alone(name: str) -> None:
    assert google_ids.read(name) is None


def test_small_readings() -> None:
    assert calendar_day("2024", "02", "29") == "2024-02-29"
    assert calendar_day("2025", "02", "29") is None
    assert calendar_day("0001", "01", "01") is None
    assert compact_day("20251001") == "2025-10-01"
    assert (number("4.1"), number("v4"), number("70b"), number("4o")) == ("4.1", "4", None, None)
    assert words_and_version("a-4-b-5") == ("a-b-5", "4")


def test_every_shipped_snapshot_is_read_as_pinned_and_known_under_its_undated_name() -> None:
    known = facts.openai_snapshots()
    snapshots = facts.document("openai.json")["snapshots"]
    assert len(snapshots) == len(set(snapshots)) > 50
    for snapshot in snapshots:
        stem, day, _ = openai_ids.undated(snapshot)
        assert day is not None
        assert snapshot in known[stem]


def test_the_shipped_facts_say_how_old_they_are() -> None:
    for name in ("lifecycle.json", "openai.json"):
        assert facts.document(name)["as_of"] == facts.as_of().isoformat() == "2026-11-23"
        assert facts.document(name)["sources"]
