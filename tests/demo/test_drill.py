"""The drill: the copy it runs in, the links it sees, what it refuses, and one of them for real."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from console.cli.main import main
from console.demo.drill.application import Met, Told, arguments, read_report
from console.demo.drill.application import main as application
from console.demo.drill.chain import Chain, Seen, links
from console.demo.drill.copying import copied, drawn, like_the_log, the_route
from console.demo.drill.receiver import Receiver
from console.demo.drill.records import LINKS, Drill, Drilled, Link, Traffic
from console.demo.drill.running import check_live, run
from console.demo.standin.luck import luck_of
from console.domain.alerts import Alert
from console.domain.errors import Refused, RegistryInvalid, Unmeasured, Usage
from console.domain.requests import RequestRow
from console.guard.post import Post
from console.history.outbox import Outbox
from console.history.store import History, beside
from console.registry.reading import read
from console.traffic.importing import write_history
from console.traffic.reading import LogReader
from tests import warm

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OLD, NEW, CHEAP = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
QUICK = Traffic(rate=5.0)
TEXT = f"""\
schema = 1

[routes.support]
production = "{OLD}"  # since May
canary = "{NEW}"
canary_percentage = 25
canary_start = 2026-11-20T09:00:00Z
fallback = "{CHEAP}"

[routes.support.gates]
warm_up = "0s"
error = {{ margin = [2.0, 0.03] }}

[routes.alone]
production = "{OLD}"

[routes.spare]
production = "{OLD}"
fallback = "{CHEAP}"

[models."{OLD}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Known"

[models."{NEW}"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "Named replacement"

[models."{CHEAP}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Cheap"
"""


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "registry.toml").write_text(TEXT)
    return Drill(folder / "registry.toml", folder / "requests.db", "support", traffic=QUICK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "copy"
    made.mkdir()
    return made


def files(drill: Drill) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in drill.registry.parent.iterdir()}


def test_the_copy_has_the_routes_own_gates_and_share_and_a_canary_of_its_own(drill, folder) -> None:
    before = files(drill)
    made = copied(drill, folder, NOW)
    assert files(drill) == before
    real = the_route(drill)
    assert (made.route.gates, made.route.guard, made.route.production) == (real.gates, real.guard, OLD)
    assert made.route.canary is not None
    assert (made.route.canary.model_id, made.route.canary.percentage) == (NEW, 25)
    assert made.route.rollout_id != real.rollout_id
    assert made.route.canary.start < NOW
    assert made.notes == ()
    assert "# since May" in made.registry.read_text()
    assert {entry.actor for entry in History(beside(made.registry)).entries()} == {"drill"}


def test_the_copys_past_is_healthy_and_split_as_the_registry_says(drill, folder) -> None:
    made = copied(replace(drill, traffic=Traffic(rate=20.0)), folder, NOW)
    reader = LogReader(made.log)
    reader.refresh()
    totals = reader.totals("support", made.route.rollout_id)
    evidence = reader.evidence_totals("support", made.route.rollout_id)
    before = sum(cell.shown.requests for cell in reader.cells("support", ""))
    reader.close()
    share = totals["canary"].requests / (totals["canary"].requests + totals["production"].requests)
    assert 0.2 < share < 0.3
    assert evidence["canary"].requests > 0.9 * totals["canary"].requests
    assert before > 5_000


@pytest.mark.parametrize(
    ("edit", "model", "percentage", "note"),
    [
        (("canary_percentage = 25", 'canary_percentage = 0\ncanary_held = "why"'), NEW, 5, "the canary is held"),
        (("canary_percentage = 25", "canary_percentage = 0"), NEW, 5, "the canary is without traffic"),
    ],
)
def test_a_canary_without_traffic_gets_some_in_the_copy(drill, folder, edit, model, percentage, note) -> None:
    drill.registry.write_text(TEXT.replace(*edit))
    made = copied(drill, folder, NOW)
    assert made.route.canary is not None
    assert (made.route.canary.model_id, made.route.canary.percentage) == (model, percentage)
    assert made.route.canary.held is None
    assert made.notes[0].startswith(note)


def test_a_route_without_a_canary_lends_its_fallback_or_the_model_that_is_named(drill, folder) -> None:
    made = copied(replace(drill, route="spare"), folder, NOW)
    assert made.route.canary is not None
    assert made.route.canary.model_id == CHEAP
    assert "plays it at 5 %" in made.notes[0]
    with pytest.raises(Unmeasured, match="no second model"):
        copied(replace(drill, route="alone"), folder, NOW)
    (folder / "other").mkdir()
    named = copied(replace(drill, route="alone", model=NEW), folder / "other", NOW)
    assert named.route.canary is not None
    assert named.route.canary.model_id == NEW


def test_an_unknown_route_and_a_broken_registry_are_named(drill) -> None:
    with pytest.raises(Usage, match='there is no route "suport"; did you mean "support"'):
        the_route(replace(drill, route="suport"))
    drill.registry.write_text("schema = 1\n[routes.support]\nproduction = 5\n")
    with pytest.raises(RegistryInvalid):
        the_route(drill)


def test_the_error_rate_is_that_of_the_real_log_where_it_says_enough(drill) -> None:
    assert like_the_log(drill, NOW) == QUICK
    rows = [
        RequestRow(
            id=f"r{i}", at=NOW.timestamp() - 3_600 + i, route="support", model=OLD, outcome=outcome, user=f"u{i}"
        )
        for i in range(1_000)
        for outcome in ["error" if i % 25 == 0 else "ok"]
    ]
    write_history(drill.log, rows)
    assert like_the_log(drill, NOW).error_share == pytest.approx(0.04)
    assert like_the_log(drill, NOW + timedelta(days=3)) == QUICK
    drill.log.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    assert like_the_log(drill, NOW) == QUICK


def test_a_fault_makes_answers_worse_by_its_factor() -> None:
    traffic = Traffic(error_share=0.02, refusal_share=0.01, latency_ms=100.0)
    luck = luck_of("a test")

    def shares(**factors: float) -> tuple[float, float, float]:
        found = [drawn(traffic, luck, **factors) for _ in range(20_000)]
        count = len(found)
        return (
            sum(outcome == "error" for outcome, _ in found) / count,
            sum(outcome == "refusal" for outcome, _ in found) / count,
            sum(latency for _, latency in found) / count,
        )

    assert shares() == pytest.approx((0.02, 0.01, 103.0), abs=0.006, rel=0.1)
    assert shares(errors=10)[0] == pytest.approx(0.2, abs=0.02)
    assert shares(refusals=10)[1] == pytest.approx(0.1, abs=0.02)
    assert shares(slow=3)[2] == pytest.approx(310, rel=0.1)
    assert shares(errors=1000)[0] == 1.0


def test_the_receiver_remembers_when_an_alert_arrived_and_refuses_what_is_none() -> None:
    with Receiver() as receiver:
        place = urlsplit(receiver.url)

        def post(body: str) -> int:
            connection = http.client.HTTPConnection(place.hostname or "", place.port or 0, timeout=5)
            connection.request("POST", place.path, body)
            status = connection.getresponse().status
            connection.close()
            return status

        assert post('{"key": "history/1"}') == 204
        assert post("[]") == 400
        assert post("no json") == 400
        assert len(receiver.arrived("history/1")) == 1
        assert receiver.arrived("history/2") == ()


def test_a_missing_or_half_written_report_is_a_user_who_met_nothing(tmp_path: Path) -> None:
    assert read_report(tmp_path / "none.json") == Met()
    (tmp_path / "half.json").write_text('{"requests": 1')
    assert read_report(tmp_path / "half.json") == Met()
    (tmp_path / "other.json").write_text('{"unknown": 1}')
    assert read_report(tmp_path / "other.json") == Met()


def test_the_command_line_of_an_application_is_complete(tmp_path: Path) -> None:
    told = Told(tmp_path / "r", tmp_path / "l", "support", tmp_path / "m", "slow", 3.0, QUICK, 4)
    with pytest.raises(SystemExit):
        application([each for each in arguments(told) if not each.startswith("--route")])
    with pytest.raises(SystemExit):
        application([each.replace("slow", "fast") for each in arguments(told)])


@pytest.fixture
def rolled_back(drill):
    """A registry whose canary the guard has rolled back a second after the fault, and told one target."""
    from console.actions.desk import Desk
    from console.actions.requests import Rollback
    from console.actions.standing import Standing
    from console.guard.telling import alert_of_change

    at = datetime.now(UTC)
    desk = Desk(drill.registry, actor="guard", clock=lambda: at)
    standing = Standing(state="regression", sentence="error rate", decided_at=(at - timedelta(seconds=1)).isoformat())
    desk.apply(desk.plan(Rollback("support", "canary"), standing, reason="error rate"), reason="error rate")
    (entry,) = History(beside(drill.registry)).entries()
    Outbox(beside(drill.registry), {"webhook": "info"}).put(alert_of_change(entry))
    return drill, at.timestamp() - 10.0


def chain(drill: Drill, tmp_path: Path, fault_at: float) -> Chain:
    reports = (tmp_path / "met-0.json", tmp_path / "met-1.json")
    return Chain(replace(drill, patience_s=0.2), drill.registry, reports, None, fault_at)


def report(path: Path, **more: float) -> None:
    path.write_text(json.dumps({"first_failed_at": 0.0, **more}))


def test_the_chain_is_seen_link_by_link(rolled_back, tmp_path: Path) -> None:
    drill, fault_at = rolled_back
    report(tmp_path / "met-0.json", first_failed_at=fault_at + 2, switched_at=fault_at + 11, bad_requests=5, failed=2)
    report(tmp_path / "met-1.json", first_failed_at=fault_at + 3, switched_at=fault_at + 12, bad_requests=4, failed=1)
    outbox = Outbox(beside(drill.registry), {"webhook": "info"})
    (claimed,) = outbox.claim(("webhook",))
    outbox.sent(claimed)
    watching = chain(drill, tmp_path, fault_at)
    assert watching.follow(lambda: "") == ""
    found = links(watching.seen, drill)
    assert tuple(link.name for link in found) == LINKS
    assert [link.at_s for link in found[:3]] == pytest.approx([2.0, 9.0, 10.0], abs=0.01)
    assert found[4].at_s == pytest.approx(12.0, abs=0.01)
    assert found[4].detail == "2 of 2 processes switched"
    assert found[3].detail.endswith("25 → 0 % (change 1)")
    assert found[5].detail == "webhook has it"
    assert all(link.took_s is not None and link.took_s >= 0 for link in found)


def test_links_that_do_not_hold_say_what_was_seen_instead(rolled_back, tmp_path: Path, monkeypatch) -> None:
    drill, fault_at = rolled_back
    monkeypatch.setattr("console.demo.drill.chain.AFTER_WRITE_S", 0.1)
    report(tmp_path / "met-0.json", switched_at=fault_at + 11)
    watching = chain(drill, tmp_path, fault_at)
    assert watching.follow(lambda: "") == ""
    found = {link.name: link for link in links(watching.seen, drill)}
    assert found["fault"].at_s is None
    assert found["routers"].at_s is None
    assert found["routers"].detail == "1 of 2 processes switched"
    assert found["alert"].at_s is None
    assert found["alert"].detail == "webhook is waited for"


def test_a_rollback_from_before_the_fault_and_one_by_a_person_prove_nothing(rolled_back, tmp_path: Path) -> None:
    drill, _ = rolled_back
    watching = chain(drill, tmp_path, time.time() + 5.0)
    assert watching.follow(lambda: "") == "no rollback within 0 s"
    assert [link.at_s for link in links(watching.seen, drill)] == [None] * 6
    assert links(Seen(1.0), drill)[5].detail == "no target is configured: nobody was told"


def test_a_guard_that_may_only_tell_ends_the_wait(drill, tmp_path: Path) -> None:
    at = datetime.now(UTC)
    Outbox(beside(drill.registry), {}).put(
        Alert(key="regression/x", severity="critical", title="support: error rate", at=at, route="support", what="w")
    )
    before = chain(drill, tmp_path, at.timestamp() + 5)
    assert before.follow(lambda: "") == "no rollback within 0 s", "what was told before the fault is not about it"
    assert "auto_rollback is off" in chain(drill, tmp_path, at.timestamp() - 5).follow(lambda: "")


def test_other_canaries_take_no_part_in_the_copy(drill, folder) -> None:
    other = f'[routes.spare]\ncanary = "{NEW}"\ncanary_percentage = 5\ncanary_start = 2026-11-20T09:00:00Z'
    drill.registry.write_text(TEXT.replace("[routes.spare]", other))
    made = copied(drill, folder, NOW)
    assert read(made.registry).registry.routes["spare"].canary is None
    assert read(drill.registry).registry.routes["spare"].canary is not None


def test_a_process_that_dies_ends_the_wait(drill, tmp_path: Path) -> None:
    assert chain(drill, tmp_path, 0.0).follow(lambda: "it died") == "it died"


def test_a_live_drill_is_refused_where_it_would_prove_nothing(drill) -> None:
    for edit, why in (
        (("canary_percentage = 25", "canary_percentage = 0"), "no canary with traffic"),
        (("[routes.alone]", "[routes.support.guard]\nauto_rollback = false\n\n[routes.alone]"), "auto_rollback is off"),
    ):
        drill.registry.write_text(TEXT.replace(*edit))
        with pytest.raises(Refused, match=why):
            check_live(drill)
    drill.registry.write_text(TEXT)
    with pytest.raises(Refused, match="no guard watches"):
        check_live(drill)
    post = Post(drill.registry, {})
    assert post.take(datetime.now(UTC))
    post.report((), datetime.now(UTC))
    try:
        with pytest.raises(Refused, match="tells nobody"):
            check_live(drill)
    finally:
        post.leave()
    post = Post(drill.registry, {"alerts": "slack"})
    assert post.take(datetime.now(UTC))
    post.report((), datetime.now(UTC))
    try:
        with pytest.raises(Refused, match="there is no request log"):
            check_live(drill)
        drill.log.touch()
        assert check_live(drill).name == "support"
    finally:
        post.leave()


@pytest.fixture
def guarded(drill):
    drill.log.touch()
    post = Post(drill.registry, {"alerts": "slack"})
    assert post.take(datetime.now(UTC))
    post.report((), datetime.now(UTC))
    yield drill
    post.leave()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--live",), 2, "Give --confirm support"),
        (("--live", "--confirm", "suport"), 1, "that is not the name of the route"),
        (("--live", "--confirm", "support", "--read-only"), 2, "read-only"),
        (("--live", "--confirm", "support", "--model", NEW), 2, "belong to a drill on a copy"),
        (("--live", "--confirm", "support", "--alert"), 2, "belong to a drill on a copy"),
        (("--factor", "1"), 2, "--factor"),
        (("--rate", "0"), 2, "--rate"),
        (("--fault", "meteor"), 2, "meteor"),
    ],
)
def test_a_drill_that_is_not_meant_touches_nothing(guarded, monkeypatch, capsys, options, code, said) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    monkeypatch.setattr("console.demo.drill.running.run", lambda *_: pytest.fail("it ran"))
    text = guarded.registry.read_bytes()
    argv = ["drill", "support", "--registry", str(guarded.registry), "--log", str(guarded.log), *options]
    assert main(argv) == code
    assert said in capsys.readouterr().err
    assert guarded.registry.read_bytes() == text


class Typed(io.StringIO):
    """A terminal on which somebody has typed."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("support\n", 0), (" support \n", 0), ("yes\n", 1), ("\n", 1), ("", 130)])
def test_a_live_drill_asks_for_the_name_and_says_what_it_will_do(guarded, monkeypatch, capsys, typed, code) -> None:
    monkeypatch.setattr("sys.stdin", Typed(typed))
    ran = []
    monkeypatch.setattr("console.demo.drill.running.run", lambda drill, _: ran.append(drill) or _found(live=True))
    assert main(["drill", "support", "--live", "--registry", str(guarded.registry), "--log", str(guarded.log)]) == code
    said = capsys.readouterr().err
    assert "The guard will roll the canary back from 25 % to 0 %" in said
    assert [drill.live for drill in ran] == ([True] if code == 0 else [])


def test_an_unknown_route_is_a_usage_error_and_a_broken_registry_an_invalid_one(drill, capsys) -> None:
    base = ["--registry", str(drill.registry), "--log", str(drill.log)]
    assert main(["drill", "suport", *base]) == 2
    assert "there is no route" in capsys.readouterr().err
    drill.registry.write_text("schema = 2\n")
    assert main(["drill", "support", *base]) == 3


def _found(**more: object) -> Drilled:
    held = tuple(Link(name, 1.0, 0.5, "as it should") for name in LINKS)
    values: dict[str, object] = {
        "route": "support", "model": NEW, "percentage": 25, "live": False, "links": held, "bad_requests": 61,
        "failed": 7, "last_bad_s": 24.0,
    }  # fmt: skip
    return Drilled(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        (_found(), 0, "proven: every link held"),
        (_found(links=(Link("alert", None, None, "nobody was told"),)), 1, "NOT proven: the chain broke at: alert"),
        (_found(problem="no rollback within 5 min"), 1, "NOT proven: no rollback within 5 min"),
        (_found(live=True, undo="console resume support"), 0, "to go on after the drill: console resume support"),
        (_found(notes=("the canary is held",)), 0, "note: the canary is held"),
    ],
)
def test_what_came_of_it_is_printed_and_is_the_exit_code(drill, monkeypatch, capsys, found, code, said) -> None:
    monkeypatch.setattr("console.demo.drill.running.run", lambda *_: found)
    base = ["drill", "support", "--registry", str(drill.registry), "--log", str(drill.log)]
    assert main(base) == code
    assert said in capsys.readouterr().out
    assert main([*base, "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["proven"] is (code == 0)
    assert (document["schema"], document["bad_requests"], document["fault"]["factor"]) == (1, 61, 10.0)


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_a_real_drill_holds_from_the_fault_to_the_alert_and_leaves_nothing(
    forked_children, drill, monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_SLACK", "http://127.0.0.1:9/real-people")
    before = files(drill)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    quick = replace(drill, traffic=Traffic(rate=100.0, latency_ms=100.0), factor=50.0, warm_s=1.0, patience_s=60.0)
    said: list[str] = []
    found = run(quick, said.append)
    assert found.proven, found
    assert [link.name for link in found.links] == list(LINKS)
    assert found.links[5].detail == "webhook has it"
    assert 0 < found.failed <= found.bad_requests
    assert found.last_bad_s <= (found.links[4].at_s or 0.0)
    assert files(drill) == before
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_drill_that_is_ended_takes_its_processes_and_folder_with_it(drill, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    words = ["drill", "support", "--registry", str(drill.registry)]
    process = warm.Process(words, {**os.environ, "TMPDIR": str(tmp_path / "tmp")}, ROOT)
    try:
        _until(lambda: list((tmp_path / "tmp").glob("*/met-0.json")), "it never began")
        process.signal(signal.SIGTERM)
    finally:
        assert process.end(20) == 128 + signal.SIGTERM
    assert list((tmp_path / "tmp").iterdir()) == []
