"""Taking the platform's parts off an id: what is left, where it is sent, and what the platform adds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.platforms import Place, place

MODEL = "claude-haiku-4-5-20251001"


@pytest.mark.parametrize(
    ("text", "platform", "name"),
    [
        (MODEL, "", MODEL),
        (f"anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"us.anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"us-gov.anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"global.anthropic.{MODEL}-v1:0:200k", "bedrock", MODEL),
        (f"bedrock/{MODEL}", "bedrock", MODEL),
        (f"bedrock/converse/eu.anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"bedrock/eu-central-1/anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"arn:aws:bedrock:us-east-1::foundation-model/anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        (f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.{MODEL}-v1:0", "bedrock", MODEL),
        ("claude-haiku-4-5@20251001", "vertex", MODEL),
        (f"publishers/anthropic/models/{MODEL}", "vertex", MODEL),
        ("publishers/anthropic/models/claude-haiku-4-5@20251001", "vertex", MODEL),
        ("projects/p/locations/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001", "vertex", MODEL),
        ("vertex_ai/claude-haiku-4-5@20251001", "vertex", MODEL),
        (f"anthropic/{MODEL}", "litellm", MODEL),
        (f"litellm_proxy/anthropic/{MODEL}", "litellm", MODEL),
        (f"openrouter/anthropic/{MODEL}", "openrouter", MODEL),
        (f"openrouter/anthropic/{MODEL}:free", "openrouter", MODEL),
        ("anthropic/claude-haiku-4.5", "openrouter", "claude-haiku-4.5"),
        ("models/gemini-3.8-flash", "", "gemini-3.8-flash"),
        ("gemini/gemini-3.8-flash", "", "gemini-3.8-flash"),
        ("vertex_ai/gemini-3.8-flash", "vertex", "gemini-3.8-flash"),
        ("gemini-2.0-flash@001", "vertex", "gemini-2.0-flash-001"),
        ("azure/my-deployment", "azure", "my-deployment"),
        ("azure_ai/my-deployment", "azure", "my-deployment"),
    ],
)
def test_the_models_own_name_is_left(text: str, platform: str, name: str) -> None:
    found = place(text)
    assert (found.platform, found.name) == (platform, name)


@pytest.mark.parametrize(
    ("text", "maker", "build"),
    [
        ("amazon.nova-pro-v1:0", "amazon", "v1:0"),
        ("amazon.titan-embed-text-v2:0", "amazon", "v2:0"),
        ("meta.llama3-1-70b-instruct-v1:0", "meta", "v1:0"),
        ("openai.gpt-oss-120b-1:0", "openai", "1:0"),
        ("anthropic.claude-opus-4-6-v1", "anthropic", "v1"),
        ("anthropic.claude-opus-5-5", "anthropic", ""),
        ("anthropic.claude-v2:1", "anthropic", ""),
        ("claude-haiku-4-5@20251001", "", "@20251001"),
        ("mistral-large@2411", "", "@2411"),
    ],
)
def test_the_platforms_own_build_stamp_is_read(text: str, maker: str, build: str) -> None:
    found = place(text)
    assert (found.maker, found.build) == (maker, build)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123",
        "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123",
        "arn:aws:bedrock:us-east-1:111122223333:imported-model/abc123",
        "arn:",
        "projects/p/locations/eu/endpoints/123",
        "endpoints/123",
        "tunedmodels/mine",
        "accounts/acme/deployments/x",
    ],
)
def test_resources_that_hide_their_model_say_so_and_leave_no_name(text: str) -> None:
    found = place(text)
    assert found.hidden
    assert found.name == ""


@pytest.mark.parametrize(
    "text", ["claude-opus-5-5@default", "publishers/anthropic/models/claude-opus-5-5@default", "~openai/gpt-latest"]
)
def test_names_that_follow_newer_versions_are_marked(text: str) -> None:
    assert place(text).moves


@pytest.mark.parametrize("text", ["openai/gpt-4o", "mistralai/mistral-large-2411", "~anthropic/claude-opus-latest"])
def test_router_slugs_are_marked(text: str) -> None:
    assert place(text).slug


@pytest.mark.parametrize("text", [MODEL, "gpt-4o", "models/gemini-3.8-flash", f"us.anthropic.{MODEL}-v1:0", "gpt-5.4"])
def test_the_makers_own_ids_and_platform_forms_are_no_slugs(text: str) -> None:
    found = place(text)
    assert (found.slug, found.moves, found.hidden) == (False, "", "")


def test_a_dot_in_a_version_is_no_platform() -> None:
    for name in ("gpt-4.1-mini", "gemini-2.5-pro", "claude-2.1", "grok-4.3", "o.k", "a.b"):
        assert place(name) == Place("", name)


def test_where_it_is_sent_can_be_said_when_the_id_does_not_show_it() -> None:
    assert place("gpt-4o", "azure").hidden
    assert place("gemini-1.5-pro", "vertex") == Place("vertex", "gemini-1.5-pro")
    assert place("some-slug", "openrouter").slug
    assert place("claude-opus-5-5", "bedrock").platform == "bedrock"


def test_an_id_that_shows_its_platform_wins_over_what_was_said() -> None:
    assert place(f"bedrock/anthropic.{MODEL}-v1:0", "openrouter").platform == "bedrock"
    assert place(f"azure/{MODEL}", "vertex").platform == "azure"


@given(st.text(max_size=80), st.sampled_from(["", "azure", "bedrock", "vertex", "openrouter", "litellm", "?"]))
def test_any_text_has_a_place(text: str, platform: str) -> None:
    found = place(text, platform)
    assert len(found.name) <= len(text)


@given(st.integers(0, 40))
def test_a_chain_of_prefixes_ends(depth: int) -> None:
    assert isinstance(place("bedrock/" * depth + MODEL), Place)
