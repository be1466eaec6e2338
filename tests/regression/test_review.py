"""Reviewing a run: what a decision does to the files, what undo puts back, what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.domain.errors import ReadOnly, Refused, Usage
from console.regression import saving, snapshots
from console.regression.decisions import What
from console.regression.grouping import changed_clusters
from console.regression.record_page import decision_record
from console.regression.records import Run, SuiteRun
from console.regression.reviewing import Review
from tests.regression.review_world import ANSWERED, AT, CASES, NEW, NOW, OLD, World, answer, make_world

CHANGED = ["too-long", "refund-damaged", "refund-opened", "order-json", "thanks", "greeting"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def files(world: World) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(world.suite.snapshots.iterdir())}


def standing(review: Review) -> dict[str, str]:
    return {case: decision.what for case, decision in review.decisions().items()}


def test_only_changed_cases_are_on_the_list_clusters_first_worst_first(world: World) -> None:
    review = world.review()
    assert list(review.results) == CHANGED
    assert [cluster.name for cluster in review.clusters] == ["requirements", "facts", "shape", "tone"]
    assert [cluster.worst for cluster in review.clusters] == ["failed", "worrying", "worrying", "acceptable"]


def test_a_cluster_is_called_what_its_cases_have_in_common(world: World) -> None:
    titles = {cluster.name: cluster.title for cluster in world.review().clusters}
    assert titles["facts"] == "value changed"
    assert titles["tone"] == "other words, same content"


def test_accept_writes_the_new_answer_as_the_snapshot(world: World) -> None:
    world.review().decide("accepted", "refund-damaged")
    snapshot = snapshots.read(world.snapshot("refund-damaged"))
    assert snapshot is not None
    assert (snapshot.answers, snapshot.model, snapshot.date) == ((ANSWERED,), NEW, NOW.date())
    assert standing(world.review()) == {"refund-damaged": "accepted"}


def test_the_stand_in_takes_no_place_of_a_models_accepted_answer(tmp_path: Path) -> None:
    def invented(run: SuiteRun) -> SuiteRun:
        results = (replace(each, accepted=False, new=(Run(answer("Made up.", stand_in=True)),)) for each in run.results)
        return replace(run, stand_in=True, results=tuple(results))

    world = make_world(tmp_path, change=invented)
    before = files(world)
    with pytest.raises(Refused, match=f"thanks has an accepted answer of {OLD}"):
        world.review().decide("accepted", "thanks")
    assert files(world) == before
    world.snapshot("greeting").unlink()
    world.review().decide("accepted", "greeting")  # nobody's answer is replaced there
    snapshot = snapshots.read(world.snapshot("greeting"))
    assert snapshot is not None
    assert snapshot.stand_in


def test_accept_keeps_every_different_repeat(tmp_path: Path) -> None:
    def repeated(run: SuiteRun) -> SuiteRun:
        first, *others = run.results
        runs = tuple(Run(answer(text)) for text in ("one", "two", "one"))
        return replace(run, results=(replace(first, new=runs), *others))

    world = make_world(tmp_path, change=repeated)
    world.review().decide("accepted", "refund-damaged")
    snapshot = snapshots.read(world.snapshot("refund-damaged"))
    assert snapshot is not None
    assert snapshot.answers == ("one", "two")


@pytest.mark.parametrize("what", ["rejected", "skipped"])
def test_reject_and_skip_touch_no_snapshot(world: World, what: What) -> None:
    before = files(world)
    world.review().decide(what, "refund-damaged")
    assert files(world) == before
    assert standing(world.review()) == {"refund-damaged": what}


def test_undo_restores_the_bytes_and_a_missing_snapshot_is_missing_again(world: World) -> None:
    world.snapshot("greeting").unlink()
    odd = world.snapshot("thanks").read_bytes()
    review = world.review()
    before = files(world)
    review.decide("accepted", "thanks")
    with pytest.raises(Refused, match="changed since this run"):  # the run was compared with a snapshot that is gone
        review.decide("accepted", "greeting")
    assert [decision.case for decision in review.undo()] == ["thanks"]
    assert world.snapshot("thanks").read_bytes() == odd
    assert files(world) == before
    assert standing(review) == {}


def test_a_case_nobody_accepted_before_gets_a_snapshot_and_loses_it_by_undo(tmp_path: Path) -> None:
    def first(run: SuiteRun) -> SuiteRun:
        return replace(run, results=tuple(replace(each, accepted=False) for each in run.results))

    world = make_world(tmp_path, change=first)
    world.snapshot("greeting").unlink()
    review = world.review()
    review.decide("accepted", "greeting")
    assert world.snapshot("greeting").exists()
    review.undo()
    assert not world.snapshot("greeting").exists()


def test_the_rest_of_a_cluster_is_decided_and_undone_together(world: World) -> None:
    review = world.review()
    before = files(world)
    review.decide("rejected", "refund-opened")
    assert review.rest_of("facts") == ("refund-damaged",)
    batch = review.new_batch()
    for case in review.rest_of("tone"):
        review.decide("accepted", case, batch)
    assert standing(review) == {"refund-opened": "rejected", "thanks": "accepted", "greeting": "accepted"}
    assert {decision.case for decision in review.undo()} == {"thanks", "greeting"}
    assert files(world) == before
    assert [decision.case for decision in review.undo()] == ["refund-opened"]
    with pytest.raises(Refused, match="no decision to undo"):
        review.undo()


def test_an_undo_leaves_what_another_review_decided_under_the_same_number(world: World) -> None:
    ana, ben = world.review("ana"), world.review("ben")
    before, batch = files(world), ana.new_batch()
    assert ben.new_batch() == batch  # both drawn before either has decided anything
    for case in ("thanks", "greeting"):
        ana.decide("accepted", case, batch)
    ben.decide("accepted", "too-long", batch)
    assert [decision.case for decision in ana.undo()] == ["too-long"]  # the last one, whoever took it
    assert standing(world.review()) == {"thanks": "accepted", "greeting": "accepted"}
    assert {decision.case for decision in world.review("kim").undo()} == {"thanks", "greeting"}
    assert files(world) == before


def test_another_decision_about_an_accepted_case_puts_its_snapshot_back_first(world: World) -> None:
    before = files(world)
    review = world.review()
    review.decide("accepted", "thanks")
    review.decide("rejected", "thanks")
    assert files(world) == before
    assert standing(review) == {"thanks": "rejected"}


def test_deciding_the_same_twice_is_one_decision(world: World) -> None:
    review = world.review()
    assert review.decide("accepted", "thanks") == review.decide("accepted", "thanks")
    review.undo()
    assert standing(review) == {}


@pytest.mark.parametrize("case", ["same-as-ever", "broken"])
def test_what_has_not_changed_or_was_not_measured_cannot_be_decided(world: World, case: str) -> None:
    with pytest.raises(Usage, match="nothing to decide"):
        world.review().decide("accepted", case)


def test_an_unknown_case_or_cluster_names_what_there_is(world: World) -> None:
    with pytest.raises(Usage) as found:
        world.review().decide("accepted", "refund-damagd")
    assert "refund-damaged" in found.value.hint
    with pytest.raises(Usage) as found:
        world.review().rest_of("fact")
    assert "facts" in found.value.hint


def test_read_only_decides_and_undoes_nothing(world: World) -> None:
    world.review().decide("accepted", "thanks")
    before = files(world)
    review = world.review(read_only=True)
    for act in (lambda: review.decide("accepted", "greeting"), review.undo):
        with pytest.raises(ReadOnly):
            act()
    assert files(world) == before
    assert standing(review) == {"thanks": "accepted"}


def test_a_snapshot_that_was_changed_meanwhile_is_not_written_over(world: World) -> None:
    review = world.review()
    path = world.snapshot("thanks")
    path.write_bytes(path.read_bytes() + b"\n")
    for what in ("accepted", "rejected"):
        with pytest.raises(Refused, match="snapshot of thanks was changed since this review was opened"):
            review.decide(what, "thanks")  # type: ignore[arg-type]
    assert standing(review) == {}
    review.decide("accepted", "greeting")  # the others can be decided


@pytest.mark.parametrize(
    "data", [b"", b"<<<<<<< HEAD\n", "other"], ids=["empty", "with merge markers", "of somebody else"]
)
def test_a_snapshot_that_is_not_what_the_run_was_compared_with_is_not_written_over(
    world: World, data: bytes | str
) -> None:
    path = world.snapshot("thanks")
    if isinstance(data, str):
        known = snapshots.read(path)
        assert known is not None
        data = snapshots.dump(replace(known, answers=("Something else.",)))
    path.write_bytes(data)
    with pytest.raises(Refused, match="was changed since this run"):
        world.review().decide("accepted", "thanks")
    assert path.read_bytes() == data


def test_a_newer_run_ends_the_review(world: World) -> None:
    review = world.review()
    saving.save(replace(world.run, seconds=1.0), world.state, lambda: AT)
    with pytest.raises(Refused, match="a newer run of support was saved"):
        review.decide("accepted", "thanks")


def test_a_changed_suite_ends_the_review_and_a_changed_prompt_its_case(world: World) -> None:
    review = world.review()
    text = world.suite_path.read_text()
    world.suite_path.write_text(text.replace("About thanks?", "About something else?"))
    with pytest.raises(Refused, match=r"support\.toml was changed"):
        review.decide("accepted", "greeting")
    again = world.review()
    again.decide("accepted", "greeting")
    with pytest.raises(Refused, match="thanks has another prompt"):
        again.decide("accepted", "thanks")


def test_decisions_belong_to_one_run(world: World) -> None:
    world.review().decide("rejected", "thanks")
    later = replace(world.run, started=NOW)
    saving.save(later, world.state, lambda: AT)
    assert standing(world.review()) == {}


def test_two_consoles_see_each_others_decisions(world: World) -> None:
    ours, theirs = world.review("olga"), world.review("kim")
    ours.decide("accepted", "thanks")
    assert standing(theirs) == {"thanks": "accepted"}
    theirs.decide("accepted", "thanks")
    theirs.decide("rejected", "greeting")
    assert {case: each.actor for case, each in ours.decisions().items()} == {"thanks": "olga", "greeting": "kim"}
    theirs.undo()
    theirs.undo()
    assert standing(ours) == {}


def test_an_accepted_snapshot_that_git_took_back_is_not_accepted_any_more(world: World) -> None:
    path = world.snapshot("thanks")
    before = path.read_bytes()
    review = world.review()
    review.decide("accepted", "thanks")
    path.write_bytes(before)
    assert standing(review) == {}
    review.decide("accepted", "thanks")
    assert standing(review) == {"thanks": "accepted"}


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """The folder of the snapshots is on a disk without room: the system says so when the file is flushed."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if str(world.suite.snapshots) in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_while_accepting_loses_nothing(world: World) -> None:
    review = world.review()
    review.decide("rejected", "thanks")
    before = files(world)
    with pytest.raises(Refused, match="no space left"):
        review.decide("accepted", "thanks")
    assert files(world) == before  # the snapshot, and no half of another beside it
    assert standing(review) == {"thanks": "rejected"}
    assert standing(world.review()) == {"thanks": "rejected"}


def test_a_journal_that_cannot_be_written_decides_nothing(world: World) -> None:
    review = world.review()
    review._journal.path.symlink_to("/dev/full")
    before = files(world)
    with pytest.raises(Refused, match="could not be kept"):
        review.decide("accepted", "thanks")
    assert files(world) == before


def test_a_crash_between_journal_and_snapshot_leaves_the_case_undecided(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = world.review()
    before = files(world)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(snapshots, "write_bytes", crash)
        with pytest.raises(KeyboardInterrupt):
            review.decide("accepted", "thanks")
    assert files(world) == before
    again = world.review()
    assert standing(again) == {}
    again.decide("accepted", "thanks")
    assert standing(again) == {"thanks": "accepted"}
    again.undo()
    assert files(world) == before


KILLED = """
import sys
from pathlib import Path
from tests.regression.review_world import World
world = World(Path(sys.argv[1]), Path(sys.argv[2]), None)
review = world.review()
while True:
    for case in ("thanks", "greeting", "order-json"):
        review.decide("accepted", case)
        print(case, flush=True)
    for _ in range(3):
        review.undo()
"""


@pytest.mark.parametrize("lines", [1, 7])
def test_kill_minus_nine_leaves_whole_snapshots_and_decisions_that_fit_them(world: World, lines: int) -> None:
    before = files(world)
    command = [sys.executable, "-c", KILLED, str(world.suite_path), str(world.state)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    review = world.review()
    accepted = {case for case, what in standing(review).items() if what == "accepted"}
    for case in CASES:
        snapshot = snapshots.read(world.snapshot(case))  # raises where it is half a file
        assert snapshot is not None
        assert (snapshot.model == NEW) == (case in accepted)
    while standing(review):
        review.undo()
    after = {name: data for name, data in files(world).items() if not name.endswith(".console-tmp")}
    assert after == before


acts = st.lists(
    st.tuples(st.sampled_from(["accepted", "rejected", "skipped", "undo", "reopen"]), st.sampled_from(CHANGED)),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@example(acts=[("accepted", "order-json"), ("reopen", ""), ("undo", ""), ("accepted", "order-json")])
@given(acts=acts)
def test_whatever_is_done_and_undone_the_files_say_what_the_decisions_say(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str]]
) -> None:
    world = make_world(tmp_path_factory.mktemp("world"))
    before, review = files(world), world.review()
    for what, case in acts:
        if what == "reopen":
            review = world.review()
        elif what != "undo":
            review.decide(what, case)  # type: ignore[arg-type]
            assert standing(review)[case] == what
        elif standing(review):
            review.undo()
        decided, found = standing(review), files(world)
        for name in CHANGED:
            assert (found[f"{name}.llmsnap"] == before[f"{name}.llmsnap"]) == (decided.get(name) != "accepted")
    while standing(review):
        review.undo()
    assert files(world) == before


def test_the_record_names_every_case_with_its_decision_and_who_took_it(world: World) -> None:
    review = world.review()
    review.decide("accepted", "thanks")
    review.decide("rejected", "refund-damaged")
    page = decision_record(review, NOW)
    assert "**1** accepted · **1** rejected · **0** skipped · **4** not decided" in page
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert set(rows) == set(CHANGED)
    assert "**accepted** | `olga@desk` | 2026-11-24 09:30" in rows["thanks"]
    assert "value changed: 30 days → 14 days" in rows["refund-damaged"]
    assert "not decided" in rows["greeting"]


def test_no_run_is_one_clear_message(world: World) -> None:
    with pytest.raises(Usage, match="no run of support is kept"):
        world.review(folder=world.state / "elsewhere")
    with pytest.raises(Usage, match="no run of support on gpt-9 is kept"):
        world.review(model="gpt-9")


def test_a_run_without_changes_has_an_empty_list(tmp_path: Path) -> None:
    world = make_world(tmp_path, {"same-as-ever": CASES["same-as-ever"]})
    assert changed_clusters(world.run) == ()
    assert world.review().results == {}
    assert "**0** not decided" in decision_record(world.review(), NOW)
