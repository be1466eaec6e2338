"""`console compare` against the stand-in and the real SDKs: words, figures, exit codes, many prompts."""

from __future__ import annotations

import json
import re

import pytest

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
PROMPT = "Where is my parcel?"


def test_both_answers_with_the_words_that_differ(console, world, stand_in) -> None:
    result = console("compare", PROMPT, "--stand-in")
    assert result.code in (0, 1)
    assert f"● {OLD}\n" in result.out
    assert f"◆ {NEW}\n" in result.out
    assert re.search(r"\[-[^-\]]+-\]", result.out)
    assert re.search(r"\{\+[^+}]+\+\}", result.out)
    assert f"comparing {OLD} against {NEW} on support" in result.err
    for label in ("first word", "finished", "tokens in", "tokens out", "cost"):
        assert re.search(rf"^{label} .*×\d", result.out, re.MULTILINE), label


def test_the_marks_take_nothing_from_the_answers(console, world, stand_in) -> None:
    document = console("compare", PROMPT, "--stand-in", "--json").json
    shown = console("compare", PROMPT, "--stand-in").out
    one = document["comparisons"][0]
    for side in ("production", "canary"):
        assert "".join(run["text"] for run in one["differences"][side]) == one[side]["text"]
        plain = re.sub(r"\[-|-\]|\{\+|\+\}", "", shown)
        assert one[side]["text"].split("\n")[0] in plain


def test_with_colour_there_are_tints_and_no_marks(console, world, stand_in, monkeypatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = console("compare", PROMPT, "--stand-in").out
    assert "\x1b[97;44m" in out
    assert "\x1b[97;45m" in out
    assert "[-" not in out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in console("compare", PROMPT, "--stand-in").out


def test_a_stand_in_answer_is_marked_wherever_it_is_shown(console, world, stand_in) -> None:
    assert "stand-in answers" in console("compare", PROMPT, "--stand-in").out
    document = console("compare", PROMPT, "--stand-in", "--json").json
    assert document["comparisons"][0]["stand_in"] is True
    assert "stand-in answers" in console("compare", PROMPT, "--stand-in", "--repeat", "2").out


def test_without_a_key_nothing_is_measured_and_nobody_stands_in(console, world) -> None:
    result = console("compare", PROMPT)
    assert result.code == 4
    said = f"error: {OLD} and {NEW}: no key for anthropic: ANTHROPIC_API_KEY is not set"
    assert result.err.endswith(f"{said}\n--stand-in answers without a key.\n")
    assert result.err.count("ANTHROPIC_API_KEY") == 1
    assert result.out == ""


def test_a_missing_key_in_json(console, world) -> None:
    result = console("compare", PROMPT, "--json")
    assert result.code == 4
    one = result.json["comparisons"][0]
    assert one["production"]["failure"]["kind"] == "no_key"
    assert one["same"] is None
    assert result.json["summary"]["unmeasured"] == 1


def test_one_side_that_fails_leaves_the_other(console, world, stand_in) -> None:
    stand_in.control.set(NEW, error_rate=1.0, error_status=401)
    result = console("compare", PROMPT, "--stand-in")
    assert result.code == 4
    assert f"◆ {NEW}\n× no answer" in result.out
    assert "thank you for your message" in result.out.lower()
    assert NEW in result.err
    assert OLD not in result.err.split("error:")[1]


def test_json_has_all_that_was_measured(console, world, stand_in) -> None:
    document = console("compare", PROMPT, "--stand-in", "--json").json
    assert document["schema"] == 1
    one = document["comparisons"][0]
    assert (one["route"], one["prompt"]) == ("support", PROMPT)
    assert one["production"]["model"] == OLD
    assert one["canary"]["served_model"] == NEW
    assert one["canary"]["sdk"].startswith("anthropic")
    for side in (one["production"], one["canary"]):
        assert side["latency_ms"] > 0
        assert side["ttft_ms"] > 0
        assert side["input_tokens"] > 0
        assert side["output_tokens"] > 0
        assert side["cost_usd"] > 0
    assert one["ratios"]["cost"] == pytest.approx(one["canary"]["cost_usd"] / one["production"]["cost_usd"])


def test_a_route_and_two_other_models(console, world, stand_in) -> None:
    document = console("compare", PROMPT, "--stand-in", "--json", "--route", "summarise").json
    assert document["comparisons"][0]["canary"]["model"] == "gpt-5.4-mini-2026-03-17"
    document = console("compare", PROMPT, "--stand-in", "--json", "--models", OLD, "gpt-4.1-mini-2025-04-14").json
    assert document["comparisons"][0]["canary"]["model"] == "gpt-4.1-mini-2025-04-14"


def test_two_models_need_no_registry(console, world, stand_in) -> None:
    world.registry.unlink()
    assert console("compare", PROMPT, "--stand-in", "--models", OLD, NEW).code in (0, 1)
    assert console("compare", PROMPT, "--stand-in").code == 3
    assert console("compare", PROMPT, "--stand-in", "--models", OLD, NEW, "--route", "support").code == 3


def test_which_route_is_asked_where_it_is_not_clear(console, world) -> None:
    console("drop", "support", "--yes")
    result = console("compare", PROMPT)
    assert result.code == 2
    assert "--route with one of: support, summarise" in result.err


def test_an_unknown_route_or_a_route_with_one_model(console, world) -> None:
    assert console("compare", PROMPT, "--route", "suport").code == 2
    world.edit('experimental = "gpt-5.4-mini-2026-03-17"\n', "")
    result = console("compare", PROMPT, "--route", "summarise")
    assert result.code == 2
    assert "--models gpt-4.1-mini-2025-04-14 OTHER" in result.err


@pytest.mark.parametrize("words", [(), (PROMPT, "--file", "prompts.jsonl"), ("",), ("  \n",)])
def test_one_prompt_or_one_file_and_not_an_empty_one(console, world, words) -> None:
    assert console("compare", *words).code == 2


def test_a_prompt_from_stdin(console, world, stand_in, monkeypatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("Where is\nmy parcel?\n"))
    document = console("compare", "-", "--stand-in", "--json").json
    assert document["comparisons"][0]["prompt"] == "Where is\nmy parcel?"


def test_repeat_asks_again_and_gives_medians(console, world, stand_in) -> None:
    before = sum(stand_in.control.counts().values())
    document = console("compare", PROMPT, "--stand-in", "--repeat", "3", "--json").json
    assert sum(stand_in.control.counts().values()) - before == 6
    assert [one["name"] for one in document["comparisons"]] == ["run 1", "run 2", "run 3"]
    latencies = sorted(one["ratios"]["latency"] for one in document["comparisons"])
    assert document["summary"]["median_ratios"]["latency"] == pytest.approx(latencies[1])


def test_a_file_of_prompts_in_its_order(console, world, stand_in) -> None:
    prompts = [{"id": f"case-{n}", "prompt": f"Question number {n}?"} for n in range(9)]
    (world.folder / "prompts.jsonl").write_text("\n".join(map(json.dumps, prompts)) + "\n\n")
    result = console("compare", "--file", "prompts.jsonl", "--stand-in")
    assert result.code in (0, 1)
    rows = [line for line in result.out.splitlines() if line.startswith("case-")]
    assert [row.split()[0] for row in rows] == [one["id"] for one in prompts]
    assert re.search(
        r"9 compared · \d same · \d acceptable · \d worrying · (\d needs a human · )?0 without an answer", result.out
    )
    assert "median ratio: latency ×" in result.out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no prompt"),
        (b'{"prompt": "a"}\nnot json\n', "prompts.jsonl:2: is not JSON"),
        (b'{"prompt": "a"}\n\n{"question": "b"}\n', "prompts.jsonl:3: has no prompt"),
        (b'{"prompt": 7}\n', "prompts.jsonl:1: has no prompt"),
        (b'["a"]\n', "prompts.jsonl:1: has no prompt"),
        (b'{"prompt": "cut \\ud83d"}\n', "prompts.jsonl:1: holds half a character"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_bad_file_of_prompts_names_its_line(console, world, content, message) -> None:
    (world.folder / "prompts.jsonl").write_bytes(content)
    result = console("compare", "--file", "prompts.jsonl", "--stand-in")
    assert result.code == 2
    assert message in result.err


def test_a_prompt_typed_in_another_encoding_is_refused_before_anybody_is_asked(console, world) -> None:
    result = console("compare", "Gr\udcfc\udcdfe", "--stand-in")
    assert result.code == 2
    assert "the prompt is not UTF-8" in result.err


def test_a_missing_file_of_prompts(console, world) -> None:
    result = console("compare", "--file", "nowhere.jsonl")
    assert result.code == 2
    assert "nowhere.jsonl: No such file or directory" in result.err


def test_parameters_that_a_model_rejects_are_named(console, world, stand_in) -> None:
    world.edit("steps = [5, 25, 50, 100]", "steps = [5, 25, 50, 100]\nparams = { temperature = 0.2, max_tokens = 200 }")
    result = console("compare", PROMPT, "--stand-in")
    assert f"temperature is not sent to {NEW}" in result.err
