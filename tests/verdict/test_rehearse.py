"""`console rehearse`: any past log through the gates, by the command that people run."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.cli.main import main
from console.domain.errors import LogInvalid
from console.domain.registry import Gates
from console.domain.requests import RequestRow
from console.traffic.foreign import read_foreign
from console.traffic.importing import write_history
from console.traffic.rehearsing import rehearse
from tests.effort import examples

T0 = 1_795_000_000.0


def write(
    path: Path,
    n: int = 4_000,
    error: float = 0.01,
    seed: int = 1,
    share: float = 0.3,
    dear: float = 1.0,
    before: int = 0,
) -> Path:
    """A CSV of `before` production rows and then `n` of both arms, two a second."""
    rnd = random.Random(seed)
    lines = ["at,arm,user,latency_ms,outcome,cost_usd"]
    for index in range(-before, n):
        arm = "canary" if index >= 0 and rnd.random() < share else "production"
        bad = rnd.random() < (error if arm == "canary" else 0.01)
        cost = rnd.lognormvariate(-5.5, 0.6) * (dear if arm == "canary" else 1)
        lines.append(
            f"{T0 + index / 2},{arm},u{rnd.randrange(2_000)},{rnd.lognormvariate(6.5, 0.6):.1f},"
            f"{'error' if bad else 'ok'},{cost:.6f}"
        )
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*words: object) -> tuple[int, str, str]:
        code = main(["rehearse", *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def document(run: Callable[..., tuple[int, str, str]]) -> Callable[..., dict[str, Any]]:
    def call(*words: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run(*words, "--json")[1])
        return found

    return call


def test_a_regression_is_told_with_when_and_why(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run(write(tmp_path / "log.csv", error=0.15))
    assert code == 1
    assert out.startswith("REGRESSION  error rate ")
    assert "decided at 2026-11-18T" in out
    assert "REGRESSION: error rate" in out


def test_the_document_has_the_promised_keys(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    found = document(write(tmp_path / "log.csv", error=0.15))
    assert found["schema"] == 1
    assert found["verdict"] == "regression"
    assert found["metrics"]["error"]["decided"] == "regression"
    decided = found["decided"]
    assert set(decided) == {"at", "canary_requests", "production_requests"}
    assert 10 <= decided["canary_requests"] < 300
    assert found["needed"] is None
    assert found["history"][-1]["at"] >= decided["at"]


def test_an_equal_canary_passes_or_says_what_is_missing(
    tmp_path: Path, document: Callable[..., dict[str, Any]]
) -> None:
    few, many = document(write(tmp_path / "few.csv", 800)), document(write(tmp_path / "many.csv", 24_000, seed=3))
    assert (few["verdict"], few["decided"]) == ("watching", None)
    assert few["needed"]["to_pass"]["low"] < few["needed"]["to_pass"]["middle"] < few["needed"]["to_pass"]["high"]
    assert many["verdict"] == "pass"
    assert many["needed"] is None


def test_a_cheaper_canary_is_a_trade(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    out = run(write(tmp_path / "log.csv", dear=0.6))[1]
    assert "saves $" in out
    assert "per 1,000 requests (" in out
    assert "error rate not worse than +" in out


def test_json_lines_and_csv_give_the_same(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    table = write(tmp_path / "log.csv", 1_500, error=0.1)
    lines = table.read_text().splitlines()
    names = lines[0].split(",")
    as_json = tmp_path / "log.jsonl"
    as_json.write_text("\n".join(json.dumps(dict(zip(names, line.split(","), strict=True))) for line in lines[1:]))
    assert document(as_json) == document(table)


def test_iso_times_and_epoch_seconds_give_the_same(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    rows = [(f"2026-11-18T11:{index // 60:02}:{index % 60:02}", index) for index in range(1_200)]
    base = 1_795_000_000 - 1_795_000_000 % 3_600
    seconds, iso = tmp_path / "s.csv", tmp_path / "i.csv"
    arm = ("production", "production", "canary")
    seconds.write_text("at,arm,error\n" + "\n".join(f"{base + i},{arm[i % 3]},{int(i % 90 == 0)}" for _, i in rows))
    iso.write_text("at,arm,error\n" + "\n".join(f"{at}Z,{arm[i % 3]},{int(i % 90 == 0)}" for at, i in rows))
    assert document(iso)["metrics"] == document(seconds)["metrics"]


def test_the_order_of_rows_changes_nothing(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    """A clock that jumps, or a log that was merged from several: said, sorted, and judged alike."""
    path = write(tmp_path / "log.csv", 2_000, error=0.1)
    lines = path.read_text().splitlines()
    shuffled = tmp_path / "shuffled.csv"
    body = lines[1:]
    random.Random(3).shuffle(body)
    shuffled.write_text("\n".join([lines[0], *body]))
    straight, mixed = run(path, "--json"), run(shuffled, "--json")
    assert json.loads(straight[1]) == json.loads(mixed[1])
    assert "earlier than the row before" in mixed[2]


def test_users_may_be_judged_one_by_one(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    path = write(tmp_path / "log.csv", 9_000, error=0.2)
    found, usual = document(path, "--users", "exact"), document(path)
    assert (found["users"], usual["users"]) == ("exact", "tempered")
    assert found["verdict"] == usual["verdict"] == "regression"
    assert found["decided"]["at"] > usual["decided"]["at"], "a user counts when his half hour is over"


def test_missing_metrics_are_not_judged(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    path = tmp_path / "log.csv"
    body = (f"{T0 + i},{'canary' if i % 2 else 'production'},{int(i % 50 < 2)}" for i in range(2_000))
    path.write_text("at,arm,error\n" + "\n".join(body))
    found = document(path)
    assert set(found["metrics"]) == {"error"}
    assert "latency_p95" in found["not_measured"]


def test_ratings_and_a_checkers_word_are_judged(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    rnd, path = random.Random(2), tmp_path / "log.jsonl"
    lines = []
    for index in range(3_000):
        canary = index % 3 == 0
        row = {"at": T0 + index, "arm": "canary" if canary else "production", "regression": rnd.random() < 0.01}
        if index % 5 == 0:
            row["satisfied"] = rnd.random() > (0.6 if canary else 0.1)
        lines.append(json.dumps(row))
    path.write_text("\n".join(lines))
    found = document(path)
    assert set(found["metrics"]) == {"dissatisfied", "flagged"}
    assert found["metrics"]["dissatisfied"]["decided"] == "regression"
    assert found["metrics"]["flagged"]["decided"] != "regression"
    assert found["verdict"] != "regression"


def test_alpha_and_tolerance_change_the_gates(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    path = write(tmp_path / "log.csv", error=0.06, n=3_000)
    strict = document(path)
    loose = document(path, "--tolerance", "error=10,0.1")
    late = document(path, "--alpha", "0.000001")
    assert strict["verdict"] == "regression"
    assert loose["verdict"] != "regression"
    assert loose["metrics"]["error"]["limit"] > 0.1
    assert late["decided"]["canary_requests"] > strict["decided"]["canary_requests"]


@pytest.mark.parametrize(
    "words",
    [
        ("--alpha", "0"),
        ("--alpha", "2"),
        ("--tolerance", "nothing=1"),
        ("--tolerance", "error=abc"),
        ("--tolerance", "error=1,2,3"),
        ("--tolerance", "error=-1,0"),
        ("--tolerance", "error=nan"),
        ("--warm-up", "soon"),
        ("--route", "support"),
    ],
)
def test_wrong_words_are_usage(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], words: tuple[str, ...]
) -> None:
    code, out, err = run(write(tmp_path / "log.csv", 50), *words)
    assert (code, out) == (2, "")
    assert err


def test_no_log_at_all_is_usage(run: Callable[..., tuple[int, str, str]]) -> None:
    assert run()[0] == 2


BAD = {
    "-5": "latency_ms must not be negative, got '-5'",
    "fast": "latency_ms must be a number, got 'fast'",
    "nan": "latency_ms must be a finite number, got 'nan'",
    "inf": "latency_ms must be a finite number, got 'inf'",
    "1e300": "latency_ms must be at most 1e+12, got '1e300'",
}


@pytest.mark.parametrize("latency", BAD)
def test_a_bad_row_is_named_by_its_line_and_refused(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], latency: str
) -> None:
    path = write(tmp_path / "log.csv", 500)
    lines = path.read_text().splitlines()
    lines[41] = f"{T0 + 20},canary,u1,{latency},ok,0.01"
    path.write_text("\n".join(lines))
    code, out, err = run(path)
    assert (code, out) == (3, "")
    assert f"{path}:42: {BAD[latency]}" in err
    assert "--skip-bad" in err


def test_with_skip_bad_the_rest_is_judged_and_what_was_left_out_is_said(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    path = write(tmp_path / "log.csv", 3_000, error=0.15)
    clean = json.loads(run(path, "--json")[1])
    lines = path.read_text().splitlines()
    for number, text in ((5, "soon,canary,u,1,ok,1"), (9, "too,few"), (12, f"{T0},sideways,u,1,ok,1")):
        lines.insert(number - 1, text)
    path.write_text("\n".join(lines))
    code, out, err = run(path, "--json", "--skip-bad")
    found = json.loads(out)
    assert code == 1
    assert [row["line"] for row in found["skipped"]] == [5, 9, 12]
    assert found["decided"] == clean["decided"]
    assert f"{path}:9: has 2 cells where the first line names 6" in err


def test_many_bad_rows_are_counted(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    path = tmp_path / "log.csv"
    path.write_text("at,arm\n" + "x,canary\n" * 1_234)
    err = run(path)[2]
    assert err.count("\n") < 20
    assert "1,224 more bad rows" in err


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", 3, "no column at and no column arm"),
        ("when,arm\n1,canary\n", 3, "no column at"),
        ("at,arm\n", 4, "no production request"),
        ("at,arm,error\n1,production,0\n2,production,0\n", 4, "no canary request"),
        ("at,arm,error\n1,canary,0\n2,canary,0\n", 4, "no production request"),
        ("at,arm\n1,production\n2,canary\n", 4, "nothing that can be judged"),
        ("at,arm,error\n1,production,0\n2,canary,0\n", 0, "WARMING UP"),
        ('{"at": 1, "arm": "canary"\n', 3, "is not JSON"),
        ('{"at": [1], "arm": "canary"}\n', 3, "at must be"),
        ('{"at": 1e99999, "arm": "canary"}\n', 3, "at must be"),
        ('{"at": 1763000000000000, "arm": "canary"}\n', 3, "not milliseconds"),
        ("at,arm,error,outcome\n1,canary,1,ok\n", 3, "contradict"),
        ("at,arm,outcome\n1,canary,fine\n", 3, "outcome must be one of"),
        ("\x00\x01\x02", 3, "no column"),
    ],
)
def test_thin_and_broken_logs_end_in_a_state_or_a_reason(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], text: str, code: int, says: str
) -> None:
    path = tmp_path / "log"
    path.write_text(text)
    found = run(path)
    assert found[0] == code
    assert says in found[1] + found[2]
    assert "Traceback" not in found[2]


def test_a_missing_file_is_said(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = run(tmp_path / "none.csv")
    assert code == 3
    assert "No such file" in err


def test_one_user_who_sends_everything_decides_nothing(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    path = tmp_path / "log.csv"
    body = (f"{T0 + i},{'canary' if i % 2 else 'production'},bot,{int(i % 2)}" for i in range(5_000))
    path.write_text("at,arm,user,error\n" + "\n".join(body))
    code, out, _ = run(path)
    assert code in (0, 4)
    assert "REGRESSION" not in out
    assert "PASS" not in out


def test_all_errors_on_both_arms_is_no_regression(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "at,arm,error\n" + "\n".join(f"{T0 + i},{'canary' if i % 2 else 'production'},1" for i in range(3_000))
    )
    found = document(path)
    assert found["verdict"] != "regression"
    assert "NaN" not in json.dumps(found)


def test_arms_one_after_the_other_are_no_comparison(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    """Last week's production against this week's canary: different hours, different questions."""
    path = tmp_path / "log.csv"
    first = [f"{T0 + i},production,0" for i in range(500)]
    then = [f"{T0 + 1_000 + i},canary,1" for i in range(500)]
    path.write_text("\n".join(["at,arm,error", *first, *then]))
    code, out, _ = run(path)
    assert code == 4
    assert "no requests at the same time" in out


def test_productions_past_sets_thresholds_and_is_no_evidence(
    tmp_path: Path, document: Callable[..., dict[str, Any]]
) -> None:
    found = document(write(tmp_path / "log.csv", 1_000, before=2_000))
    assert found["requests"]["production"] > 2_500
    assert found["evidence"]["production"] < 800


def test_the_warm_up_leaves_the_first_minutes_out(tmp_path: Path, document: Callable[..., dict[str, Any]]) -> None:
    path = write(tmp_path / "log.csv", 1_000)
    assert document(path, "--warm-up", "2m")["evidence"]["canary"] < document(path)["evidence"]["canary"] - 40


def test_text_from_the_log_cannot_act_on_the_terminal(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    path = tmp_path / "log.csv"
    path.write_text("at,arm,\x1b]0;x\n1,\x1b[31mcanary,2\n")
    _, out, err = run(path)
    assert "\x1b" not in out + err


@pytest.fixture
def request_log(tmp_path: Path) -> Path:
    """A request log with a rollout whose canary fails one request in five."""
    rnd, path = random.Random(4), tmp_path / "requests.db"
    rollout = "support|new|2026-11-18T11:00:00Z"
    made = []
    for index in range(-600, 2_000):
        live = index >= 0
        arm = "canary" if live and index % 3 == 0 else "production"
        made.append(
            RequestRow(
                id=str(index),
                at=T0 + index,
                route="support",
                model="new" if arm == "canary" else "old",
                arm=arm,  # type: ignore[arg-type]
                why="bucket" if live else "default",
                rollout=rollout if live else "",
                user=f"u{index}",
                outcome="error" if rnd.random() < (0.2 if arm == "canary" else 0.01) else "ok",
                latency_ms=rnd.lognormvariate(6.5, 0.5),
            )
        )
    write_history(path, made)
    return path


def test_a_rollout_of_the_request_log_is_rehearsed(
    request_log: Path, document: Callable[..., dict[str, Any]], run: Callable[..., tuple[int, str, str]]
) -> None:
    found = document("--log", request_log, "--route", "support")
    named = document("--log", request_log, "--route", "support", "--rollout", "support|new|2026-11-18T11:00:00Z")
    loose = document("--log", request_log, "--route", "support", "--tolerance", "error=1,0.9")
    users = document("--log", request_log, "--route", "support", "--users", "exact")
    assert found["verdict"] == "regression"
    assert found == named
    assert loose["verdict"] != "regression"
    assert users["users"] == "exact"
    assert users["metrics"]["error"]["canary_n"] < found["metrics"]["error"]["canary_n"]
    for words, says in (
        (("--route", "other"), "It has: support"),
        (("--route", "support", "--rollout", "x"), "It has: "),
    ):
        code, _, err = run("--log", request_log, *words)
        assert code == 2
        assert says in err


def test_the_installed_command_runs_without_a_terminal(tmp_path: Path) -> None:
    path = write(tmp_path / "log.csv", 1_500, error=0.2)
    words = [sys.executable, "-c", "import sys; from console.cli.main import main; sys.exit(main())"]
    done = subprocess.run(
        [*words, "rehearse", str(path), "--json"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "regression"


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "1", "0", "-1", "nan", "1e999", "canary", "production", "2026-11-18T11:00:00Z", "99999999999999"]
    ),
)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(CELL, max_size=6), max_size=8),
    st.lists(
        st.dictionaries(st.sampled_from(["at", "arm", "error"]), CELL | st.integers() | st.floats() | st.none()),
        max_size=5,
    ),
)
def test_no_file_crashes_it(tmp_path: Path, cells: list[list[str]], objects: list[dict[str, Any]]) -> None:
    for text in (
        "at,arm,user,latency_ms,outcome,error\n" + "\n".join(",".join(row) for row in cells),
        "\n".join(json.dumps(item) for item in objects),
    ):
        path = tmp_path / "fuzz"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            found = read_foreign(path)
        except LogInvalid:
            continue
        rehearse(found.rows, Gates(), found.measured)
