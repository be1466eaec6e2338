"""`console compare` over many prompts: the judgement, resuming, samples, repeats, a third model, progress."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path

import pexpect
import pytest
from pexpect.fdpexpect import fdspawn

from console.cli.comparing import counted
from console.cli.prompts import prompts_of
from console.domain.errors import Usage
from tests import warm

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW, SPARE = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
PROMPT = "Where is my parcel?"


def write(world, prompts) -> str:
    (world.folder / "prompts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in prompts))
    return "prompts.jsonl"


def numbered(count: int) -> list[dict[str, object]]:
    return [{"id": f"case-{n}", "prompt": f"Question number {n}?"} for n in range(count)]


def asked(stand_in) -> int:
    return sum(stand_in.control.counts().values())


def test_the_judgement_comes_first_with_its_reasons(console, world, stand_in) -> None:
    result = console("compare", PROMPT, "--stand-in")
    assert re.match(r"(= same|✓ acceptable|▲ worrying|\? needs a human)  \S", result.out)


def test_exit_1_where_something_worrying_changed(console, world, stand_in) -> None:
    stand_in.control.set(NEW, refusal_rate=1.0)
    result = console("compare", PROMPT, "--stand-in")
    assert result.code == 1
    assert result.out.startswith("▲ worrying")
    document = console("compare", PROMPT, "--stand-in", "--json")
    assert document.code == 1
    triage = document.json["comparisons"][0]["triage"]
    assert triage["verdict"] == "worrying"
    assert triage["reasons"][0]["text"]
    assert document.json["summary"]["worrying"] == 1


def test_exit_0_where_nothing_did(console, world, stand_in) -> None:
    result = console("compare", PROMPT, "--stand-in", "--models", SPARE, SPARE)
    assert result.code == 0
    assert result.out.startswith("= same")


def test_worrying_goes_before_not_measured(console, world, stand_in) -> None:
    stand_in.control.set(NEW, refusal_rate=1.0)
    stand_in.control.set(SPARE, error_rate=1.0, error_status=401)
    result = console("compare", PROMPT, "--stand-in", "--also", SPARE)
    assert result.code == 1
    assert f"no answer from {SPARE}" in result.err


def test_requirements_of_a_line_count(console, world, stand_in) -> None:
    write(world, [{"id": "a", "prompt": PROMPT, "must_include": ["an unlikely word"]}])
    result = console("compare", "--file", "prompts.jsonl", "--stand-in", "--models", SPARE, SPARE)
    assert result.code == 1
    assert "an unlikely word" in result.out


def test_a_second_run_asks_nothing_and_says_so(console, world, stand_in) -> None:
    file = write(world, numbered(5))
    first = console("compare", "--file", file, "--stand-in", "--json").json
    before = asked(stand_in)
    second = console("compare", "--file", file, "--stand-in", "--json")
    assert asked(stand_in) == before
    assert "10 answers kept from an earlier run; --fresh asks again" in second.err
    assert {one["kept_answers"] for one in second.json["comparisons"]} == {2}
    assert [one["canary"]["text"] for one in second.json["comparisons"]] == [
        one["canary"]["text"] for one in first["comparisons"]
    ]


def test_fresh_asks_again(console, world, stand_in) -> None:
    file = write(world, numbered(3))
    console("compare", "--file", file, "--stand-in")
    before = asked(stand_in)
    result = console("compare", "--file", file, "--stand-in", "--fresh")
    assert asked(stand_in) - before == 6
    assert "kept" not in result.err


def test_only_what_failed_is_asked_again(console, world, stand_in) -> None:
    file = write(world, numbered(4))
    stand_in.control.set(NEW, error_rate=1.0, error_status=400)
    assert console("compare", "--file", file, "--stand-in").code == 4
    stand_in.control.set(NEW, error_rate=0.0)
    before = asked(stand_in)
    assert console("compare", "--file", file, "--stand-in").code in (0, 1)
    assert asked(stand_in) - before == 4


def test_read_only_keeps_nothing(console, world, stand_in, tmp_path) -> None:
    file = write(world, numbered(2))
    console("compare", "--file", file, "--stand-in", "--read-only")
    assert not (tmp_path / "state").exists()


def test_a_state_directory_that_takes_nothing_is_told(console, world, stand_in, monkeypatch, tmp_path) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "taken"))
    result = console("compare", "--file", write(world, numbered(2)), "--stand-in")
    assert result.code in (0, 1)
    assert "answers could not be kept" in result.err


def test_an_interrupted_run_goes_on_where_it_was(world, stand_in, tmp_path) -> None:
    """A real process, a real ctrl+c."""
    file = write(world, numbered(60))
    # 120 answers of a second or so, two at a time: far longer than stopping it after six takes, on a busy machine too.
    stand_in.control.scale(0.2)
    environment = {**os.environ, "ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": stand_in.url}
    words = ["compare", "--file", file, "--concurrency", "2", "--json"]
    process = warm.Process(words, environment, world.folder)
    before, deadline = asked(stand_in), time.monotonic() + 30
    while asked(stand_in) - before < 6:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.signal(signal.SIGINT)
    code, err = process.end(20), process.err
    assert code == 130, err
    assert process.out == ""
    assert re.search(r"stopped: \d+ of 60 comparisons made; the same command goes on from there", err)
    assert "nothing was changed" not in err, "one message says it"
    paid = asked(stand_in) - before
    stand_in.control.scale(0.0)
    done = warm.run(words, environment, world.folder)
    assert done.returncode in (0, 1), done.stderr
    kept = int(re.search(rb"(\d+) answers? kept", done.stderr)[1])  # type: ignore[index]
    assert kept >= 3
    # Nothing twice, but what was under way when it was stopped.
    assert asked(stand_in) - before <= 120 + (paid - kept)
    assert paid - kept <= 4
    assert len(json.loads(done.stdout)["comparisons"]) == 60


def test_a_sample_is_drawn_by_the_seed(console, world, stand_in) -> None:
    file = write(world, numbered(40))

    def names(*more: object) -> list[str]:
        document = console("compare", "--file", file, "--stand-in", "--sample", 5, *more, "--json").json
        return [one["name"] for one in document["comparisons"]]

    first = names()
    assert len(set(first)) == 5
    assert first == sorted(first, key=lambda name: int(name.split("-")[1]))
    assert names() == first
    assert names("--seed", 7) != first


def test_every_prompt_is_as_likely_as_any_other(world) -> None:
    write(world, numbered(10))
    drawn = [one.name for seed in range(600) for one in prompts_of(Path("prompts.jsonl"), 3, seed)]
    counts = [drawn.count(f"case-{n}") for n in range(10)]
    assert sum(counts) == 1_800
    assert 120 < min(counts) <= max(counts) < 240


def test_a_sample_larger_than_the_file_is_the_file(world) -> None:
    write(world, numbered(3))
    assert [one.name for one in prompts_of(Path("prompts.jsonl"), 9)] == ["case-0", "case-1", "case-2"]


def test_a_sample_needs_a_file(console, world) -> None:
    assert console("compare", PROMPT, "--sample", "3").code == 2


def test_conversations_are_sent_whole(console, world, stand_in) -> None:
    said = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": "Where is it?"}]},
    ]
    file = write(world, [{"messages": said, "system": "Be short."}])
    one = prompts_of(Path(file))[0]
    assert (one.prompt, len(one.messages), one.system) == ("Where is it?", 3, "Be short.")
    document = console("compare", "--file", file, "--stand-in", "--json").json
    assert document["comparisons"][0]["prompt"] == "Where is it?"
    # More was sent than the last question.
    plain = console("compare", "Where is it?", "--stand-in", "--json").json
    tokens = [found["comparisons"][0]["production"]["input_tokens"] for found in (document, plain)]
    assert tokens[0] > tokens[1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"messages": []}, "has no prompt"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "has no prompt"),
        ({"messages": [{"role": "user", "content": 7}]}, "has no prompt"),
        ({"messages": "Hi"}, "has no prompt"),
        ({"prompt": "a", "system": 7}, "system must be text"),
        ({"prompt": "a", "must_include": 7}, "must_include must be a list of texts"),
        ({"prompt": "a", "max_words": -1}, "max_words must be a whole number"),
        ({"prompt": "a", "reference": 7}, "reference must be text"),
        ({"prompt": "a" * 1_000_001}, "is longer than 1 MB"),
    ],
)
def test_a_bad_line_is_named(world, line, message) -> None:
    write(world, [{"prompt": "fine"}, line])
    with pytest.raises(Usage, match=f"prompts.jsonl:2: {message}"):
        prompts_of(Path("prompts.jsonl"))


def test_a_third_model_is_compared_with_the_first(console, world, stand_in) -> None:
    before = asked(stand_in)
    document = console("compare", PROMPT, "--stand-in", "--also", SPARE, "--json").json
    assert asked(stand_in) - before == 3
    assert [one["canary"]["model"] for one in document["comparisons"]] == [NEW, SPARE]
    assert {one["production"]["model"] for one in document["comparisons"]} == {OLD}
    assert [one["name"] for one in document["comparisons"]] == [NEW, SPARE]


def test_repeats_say_whether_it_is_more_than_chance(console, world, stand_in) -> None:
    stand_in.control.set(NEW, refusal_rate=1.0)
    result = console("compare", PROMPT, "--stand-in", "--repeat", "4")
    assert result.code == 1
    assert "pairs that agree: production 100 %, canary" in result.out
    assert "4 runs each · changed: 4 of 4 beyond production's own noise" in result.out
    document = console("compare", PROMPT, "--stand-in", "--repeat", "4", "--json").json
    assert document["agreements"][0]["standing"] == "changed"


def test_repeats_of_the_same_model_are_no_change(console, world, stand_in) -> None:
    result = console("compare", PROMPT, "--stand-in", "--repeat", "3", "--models", SPARE, SPARE)
    assert result.code == 0
    assert "the same in every run" in result.out


def test_similarity_is_in_the_document_where_it_is_asked_for(console, world, stand_in, monkeypatch) -> None:
    monkeypatch.setattr("console.compare.similarity.is_installed", lambda: False)
    one = console("compare", PROMPT, "--stand-in", "--json", "--similarity").json["comparisons"][0]
    assert 0 <= one["similarity"]["mean"] <= 1
    assert one["similarity"]["how"] == "words"
    assert "pip install" in one["similarity"]["note"]
    assert console("compare", PROMPT, "--stand-in", "--json").json["comparisons"][0]["similarity"] is None


def test_progress_counts_what_changed() -> None:
    assert counted({}, 200).endswith("0 of 200 · 0 changed · 0 unchanged")
    text = counted({"changed": 7, "unchanged": 52, "without an answer": 1}, 200)
    assert text == "━━━━━━────────────── 60 of 200 · 7 changed · 52 unchanged · 1 without an answer"


def test_progress_is_for_a_terminal_and_gone_afterwards(world, stand_in) -> None:
    file = write(world, numbered(30))
    own = {"ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": stand_in.url, "TERM": "xterm"}
    words = ["compare", "--file", file, "--json"]
    with (world.folder / "out.json").open("w") as out:
        child = warm.Spawned(words, {**os.environ, **own}, (24, 80), str(world.folder), out)
    said = fdspawn(child.child_fd, encoding="utf-8", timeout=30)
    said.expect(r"\d+ of 30 · \d+ changed · \d+ unchanged")
    said.expect(pexpect.EOF)
    assert child.ended(30) in (0, 1)
    child.close()
    assert len(json.loads((world.folder / "out.json").read_text())["comparisons"]) == 30


def test_without_a_terminal_stderr_has_no_progress(console, world, stand_in) -> None:
    result = console("compare", "--file", write(world, numbered(3)), "--stand-in")
    assert "changed ·" not in result.err
    assert "\r" not in result.err


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"error_rate": 1.0, "error_status": 400}, r"rejected \(400\)"),
        ({"error_rate": 1.0, "error_status": 401}, r"anthropic rejected the key \(401\)"),
        ({"error_rate": 1.0, "error_status": 404}, r"does not know claude-sonnet-5-5"),
        ({"error_rate": 1.0, "error_status": 429, "retry_after_s": 60.0}, r"rate limited.*\n.*It asks to wait 60 s"),
        ({"error_rate": 1.0, "error_status": 500}, r"failed by anthropic \(500\)"),
        ({"error_rate": 1.0, "error_status": 529}, r"overloaded by anthropic \(529\)"),
        ({"damage": "hang"}, r"sent nothing within 1.5 s"),
        ({"damage": "refuse"}, r"nothing answers at|the connection broke|could not be read"),
        ({"damage": "half"}, r"the connection broke in the middle"),
        ({"damage": "no final event"}, r"ended without its final event"),
        ({"damage": "error event"}, r"by anthropic"),
        ({"damage": "malformed json"}, r"could not be read"),
        ({"damage": "huge"}, r"larger than 4 MB"),
        ({"damage": "endless"}, r"not complete within 1.5 s"),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_each_fault_is_told_and_leaves_the_other_side(console, world, stand_in, switches, words, many) -> None:
    # Without a limit of its own, the stand-in would keep to the one that every Claude request has.
    world.edit("steps = [5, 25, 50, 100]", "steps = [5, 25, 50, 100]\nparams = { max_tokens = 9000000 }")
    stand_in.control.set(NEW, **switches)
    what = ["--file", write(world, [{"id": "a", "prompt": PROMPT}])] if many else [PROMPT]
    seconds = 1.5 if switches.get("damage") in ("hang", "endless") else 20
    result = console("compare", *what, "--stand-in", "--timeout", seconds, "--json")
    assert result.code == 4
    assert re.search(words, result.err), result.err
    one = result.json["comparisons"][0]
    assert one["production"]["failure"] is None
    assert one["production"]["text"]
    assert one["canary"]["failure"]["message"]
    assert one["prompt"] == PROMPT


def test_a_retired_model_offers_its_replacement(console, world, stand_in) -> None:
    result = console("compare", PROMPT, "--stand-in", "--models", "claude-3-haiku-20240307", NEW)
    assert result.code == 4
    assert "It was retired; its named replacement is" in result.err


def test_an_empty_answer_is_worrying(console, world, stand_in) -> None:
    stand_in.control.set(NEW, damage="empty")
    result = console("compare", PROMPT, "--stand-in")
    assert result.code == 1
    assert "the new answer is empty" in result.out


def test_an_answer_that_was_cut_off_is_worrying(console, world, stand_in) -> None:
    stand_in.control.set(NEW, damage="huge")
    result = console("compare", PROMPT, "--stand-in")
    assert result.code == 1
    assert "▲ worrying  the new answer was cut off" in result.out


def test_hostile_answers_are_made_visible(console, world, stand_in) -> None:
    stand_in.control.set(NEW, damage="escapes")
    for more in ((), ("--json",), ("--repeat", "2")):
        assert "\x1b" not in console("compare", PROMPT, "--stand-in", *more).out
