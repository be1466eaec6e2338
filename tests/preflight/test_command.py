"""`console preflight` and the gate before `console canary`, on a real registry and a real log."""

from __future__ import annotations

import re

import pytest

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
FRIENDLY = "claude-haiku-4-5-20251001"
START = ("canary", "support", NEW, "--yes")


def test_a_rejection_is_exit_1_with_what_to_do_and_where_it_is_written(place, console) -> None:
    place.write('temperature = 0.2\nthinking = {type = "enabled", budget_tokens = 2048}')
    done = console("preflight", "support", NEW)
    assert done.code == 1
    assert "▲ rejects temperature, thinking" in done.out
    assert "instead: " in done.out
    assert "https://platform.claude.com/" in done.out
    assert "rules as of" in done.err


def test_a_route_whose_calls_are_accepted_is_exit_0(place, console) -> None:
    place.record("max_tokens messages model system")
    done = console("preflight", "support", FRIENDLY)
    assert done.code == 0
    assert "✓ nothing rejected of 60 recorded requests" in done.out
    assert "per 1,000 requests" in done.out
    assert re.search(r"a day, at 7[12]\d requests a day", done.out), "sixty in two hours"
    assert "until its prompt cache is warm" in done.out
    assert "50.0 % of requests continue a conversation: use current=" in done.out


def test_the_log_alone_shows_what_would_be_rejected(place, console) -> None:
    place.record("max_tokens messages model", "max_tokens messages model tool_choice tool_choice.name tools")
    done = console("preflight", "support", NEW)
    assert done.code == 1
    assert "tool_choice   rejected  50.0 % of requests" in done.out
    assert "×1.3 tokens for the same text" in done.out


def test_nothing_known_is_exit_4_and_never_a_tick(place, console) -> None:
    empty = console("preflight", "support", NEW)
    assert empty.code == 4
    assert "? cannot tell what is rejected: how the route is called is not known" in empty.out
    place.record()
    strange = console("preflight", "support", "claude-banana-9")
    assert strange.code == 4
    assert "no rule is about claude-banana-9" in strange.out
    assert "no price of claude-banana-9" in strange.out
    assert "✓" not in strange.out


def test_the_document(place, console) -> None:
    place.write("top_k = 5")
    place.record(requests=20)
    found = console("preflight", "support", NEW, "--json").json
    assert found["schema"] == 1
    assert (found["route"], found["production"], found["model"], found["state"]) == ("support", OLD, NEW, "rejected")
    assert [(one["level"], one["parameter"]) for one in found["findings"]] == [("rejected", "top_k")]
    assert found["cost"]["token_ratio"] == 1.3
    assert 0 < found["cost"]["before_per_1k_usd"] != found["cost"]["after_per_1k_usd"] > 0
    assert {limit["name"]: limit["limit"] for limit in found["limits"]} == {"context": 1_000_000, "output": 128_000}
    assert found["probe"] is None
    assert found["conversation_share"] == 0.5


def test_a_probe_says_its_price_first_and_measures(place, console, provider) -> None:
    place.write("temperature = 0.2")
    done = console("preflight", "support", NEW, "--probe")
    assert done.code == 1
    assert done.err.startswith(f"probing {NEW}: at most 4 requests, $0.0")
    assert "(400)" in done.out
    assert "measured with anthropic" in done.out
    assert "(measured)" not in done.out, "there is no request whose cost could follow from the ratio"


def test_a_probe_of_the_stand_in_needs_no_key_and_says_so(place, console) -> None:
    place.record(requests=10)
    done = console("preflight", "support", NEW, "--probe", "--stand-in", "--json")
    assert done.code in (0, 4), "the stand-in fails now and then, as providers do"
    assert done.json["probe"]["stand_in"] is True
    assert "answered by the stand-in, free" in done.err


def test_a_fault_of_the_provider_is_exit_4(place, console, provider) -> None:
    place.record(requests=10)
    provider.set(NEW, error_rate=1.0, error_status=404)
    done = console("preflight", "support", NEW, "--probe")
    assert done.code == 4
    assert f"not measured: {NEW}: anthropic does not know {NEW} (404)" in done.out
    assert "✓" not in done.out


def test_without_a_key_a_probe_measures_nothing(place, console) -> None:
    place.record(requests=10)
    done = console("preflight", "support", FRIENDLY, "--probe")
    assert done.code == 4
    assert "ANTHROPIC_API_KEY is not set" in done.out
    assert "0 requests sent" in done.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("suport", NEW), 2, 'did you mean "support"'),
        (("support", "two words\x1b"), 2, "is not a model id"),
        (("support", NEW, "--stand-in"), 2, "--stand-in answers a probe"),
        (("support",), 2, "MODEL"),
    ],
)
def test_one_clear_message_for_each_bad_call(place, console, words: tuple[str, ...], code: int, said: str) -> None:
    done = console("preflight", *words)
    assert done.code == code
    assert said in done.err
    assert "\x1b" not in done.err


def test_a_missing_registry_and_a_corrupt_log_are_told_apart(place, console) -> None:
    place.log.write_bytes(b"no database " * 400)
    place.write("top_k = 5")
    done = console("preflight", "support", NEW)
    assert done.code == 1, "what the registry says is enough for a rejection"
    assert "the request log was not read" in done.err
    place.registry.unlink()
    assert console("preflight", "support", NEW).code == 3


def test_text_from_a_provider_is_plain_text(place, console, provider) -> None:
    place.record("messages model [31mred[0m")
    done = console("preflight", "support", FRIENDLY)
    assert "\x1b" not in done.out + done.err


def test_a_canary_that_rejects_what_is_sent_needs_force_and_a_reason(place, console) -> None:
    place.record("max_tokens messages model top_k")
    refused = console(*START, "--reason", "named replacement")
    assert refused.code == 1
    assert "▲ rejects top_k" in refused.err
    assert f"{NEW} rejects top_k of the requests sent today" in refused.err
    assert "--force and --reason" in refused.err
    assert NEW not in place.registry.read_text()
    started = console(*START, "--reason", "top_k goes in the same deploy", "--force")
    assert started.code == 0
    assert f'canary = "{NEW}"' in place.registry.read_text()


def test_what_was_known_stays_in_the_history(place, console) -> None:
    place.record("max_tokens messages model top_k")
    console(*START, "--reason", "top_k goes in the same deploy", "--force")
    (entry,) = console("history", "--json").json["changes"]
    assert entry["evidence"]["rejects"] == ["top_k"]


def test_what_may_be_rejected_asks_for_a_reason_and_no_force(place, console) -> None:
    place.record("max_tokens messages model temperature")
    assert "may reject temperature" in console(*START).err
    assert console(*START, "--reason", "it is 1 everywhere").code == 0


def test_a_canary_that_is_fine_shows_the_same_lines_and_starts(place, console) -> None:
    place.record()
    started = console("canary", "support", FRIENDLY, "--yes", "--reason", "cheap")
    assert started.code == 0
    assert "✓ nothing rejected of 60 recorded requests" in started.err
    assert "per 1,000" in started.err


def test_a_dry_run_tells_the_preflight_and_its_refusal(place, console) -> None:
    place.record("max_tokens messages model top_k")
    done = console("canary", "support", NEW, "--dry-run", "--json", "--reason", "x")
    assert done.code == 1
    assert done.json["preflight"][0] == "rejects top_k"
    assert "rejects top_k" in done.json["refusal"]


def test_a_corrupt_log_does_not_stand_in_the_way_of_a_canary(place, console) -> None:
    place.log.write_bytes(b"no database " * 400)
    started = console(*START, "--reason", "the log is being repaired")
    assert started.code == 0
    assert "? cannot tell" in started.err
