"""Reports of a run: what each form says, and that text from outside can be read in it and do nothing else."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from console.domain.errors import Refused, Usage
from console.regression import reporting
from console.regression.escaping import in_html, md_block, md_code
from console.regression.page_style import STYLE
from console.regression.pictures import bars
from console.regression.recording import passed, result_words
from console.regression.records import Run, SuiteRun
from console.regression.reporting_html import as_html
from console.regression.reporting_json import document
from console.regression.reporting_junit import as_junit
from console.regression.reporting_markdown import as_markdown
from console.regression.reporting_text import as_text
from tests.regression.review_world import AT, CASES, NEW, OLD, answer, result

EVIL = "<script>alert(1)</script> [a](javascript:x) @everyone ``` | \x1b[31m\x00 ]]> &amp; \"'\u202e"


def run_of(**given: object) -> SuiteRun:
    results = tuple(result(case, *values) for case, values in CASES.items())
    values = {"results": results} | given
    return replace(SuiteRun("support", Path("s.toml"), "support", OLD, NEW, False, AT, 12.5, ()), **values)  # type: ignore[arg-type]


RUN = run_of()


DOUBTFUL = result(
    "summer", "acceptable", "tone",
    "Winter is quiet. Snow covers the roofs and the lake is frozen. Children skate after school.",
    "We like summer. The garden is full of flowers and bees. Trains leave from the old station.",
)  # fmt: skip


def test_what_needs_a_human_is_called_so_in_every_report_and_passes_as_acceptable() -> None:
    run = run_of(results=(*RUN.results, DOUBTFUL))
    assert DOUBTFUL.triage is not None
    assert (DOUBTFUL.needs_human, DOUBTFUL.word, DOUBTFUL.status) == (True, "needs a human", "acceptable")
    assert (run.counts["acceptable"], run.words["acceptable"], run.words["needs a human"]) == (3, 2, 1)
    text = as_text(run)
    assert "2 acceptable · 1 needs a human · 3 worrying" in text
    assert "cluster       failed  worrying  needs a human  acceptable  what" in text
    page = as_markdown(run)
    assert "**1** needs a human" in page
    assert "| cluster | failed | worrying | needs a human | acceptable | what |" in page
    html = as_html(run)
    assert '<li class="needs-a-human"><b>1</b> needs a human</li>' in html
    assert '<b class="needs-a-human">needs a human</b> <code>summer</code>' in html
    fields = next(case for case in document(run)["cases"] if case["id"] == "summer")  # type: ignore[attr-defined]
    assert (fields["status"], fields["needs_human"]) == ("acceptable", True)  # programs know the status
    assert passed(run_of(results=(DOUBTFUL,)))
    assert result_words(run_of(results=(DOUBTFUL,))) == "1 case, 1 needs a human"


def test_without_such_a_case_nothing_is_said_of_it() -> None:
    for report in (as_text, as_markdown, as_html):
        assert "needs a human" not in report(RUN).replace(STYLE, "")
    assert list(RUN.words) == list(RUN.counts)


def hostile() -> SuiteRun:
    """Every text that comes from outside is a nasty one."""
    first = result("too-long", "failed", "requirements", EVIL, EVIL * 2)
    first = replace(first, prompt=EVIL, note=EVIL, new=(Run(answer(EVIL * 2)),))
    return run_of(results=(first, replace(result("x", "not measured", "fault", "", ""), note=EVIL)), new_model=EVIL)


class Page(HTMLParser):
    """Which elements and attributes a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "rect", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            assert self.open.pop() == tag


@pytest.mark.parametrize("run", [RUN, hostile(), run_of(results=())], ids=["plain", "hostile", "empty"])
def test_the_page_opens_without_a_server_and_runs_nothing(run: SuiteRun) -> None:
    page = Page(as_html(run))
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    policy = next(value for name, value in page.attributes if name == "content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_has_a_picture_of_all_cases_and_one_of_the_clusters() -> None:
    text = as_html(RUN)
    assert text.count("<svg") == 2
    assert 'aria-label="changed cases by cluster"' in text
    assert "<title>3 worrying</title>" in text
    assert text.count("<details>") == 6
    assert '<mark class="new">' in text


def test_the_page_without_changes_has_no_picture_of_them() -> None:
    text = as_html(run_of(results=(result("a", "same", "", "Yes.", "Yes."),)))
    assert "What changed" not in text


def test_a_page_of_many_changed_cases_stays_openable() -> None:
    many = tuple(
        result(f"c-{number}", "worrying", "facts", "Within 30 days.", "Within 14 days.") for number in range(300)
    )
    text = as_html(run_of(results=many))
    assert len(text) < 1_000_000
    assert text.count("<mark") < 300 * 2  # only the first 200 are compared word by word


def test_a_long_answer_is_cut_and_says_so() -> None:
    long = replace(result("a", "worrying", "facts", "30 days", "14 days"), new=(Run(answer("x" * 50_000)),))
    assert "30,000 more characters" in as_html(run_of(results=(long,)))


def test_bars_show_every_count_and_cut_a_long_label_with_its_whole_in_the_tooltip() -> None:
    label = "a label that is much longer than there is room for"
    text = bars([(label, {"failed": 3, "worrying": 1}), ("b", {"same": 1})], "cases")
    root = ElementTree.fromstring(text)
    found = [one.text for one in root.iter() if one.text]
    assert "3 failed" in found
    assert label in found
    assert any(one.endswith("…") for one in found)
    widths = [float(one.get("width", "0")) for one in root.iter() if one.tag.endswith("rect")]
    assert widths[0] == pytest.approx(3 * widths[1])


def test_bars_of_nothing_are_no_error() -> None:
    ElementTree.fromstring(bars([], "cases"))
    ElementTree.fromstring(bars([("a", {})], "cases"))


def test_junit_counts_failures_and_errors_and_names_the_cluster() -> None:
    suite = ElementTree.fromstring(as_junit(RUN))[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "8", "failures": "4", "errors": "1",
    }  # fmt: skip
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    failure = cases["refund-damaged"].find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("facts", "value changed: 30 days → 14 days")
    assert cases["broken"].find("error") is not None
    assert list(cases["greeting"]) == []
    assert float(cases["greeting"].get("time") or 0) == 1.2


def test_junit_survives_what_xml_cannot_hold() -> None:
    suite = ElementTree.fromstring(as_junit(hostile()))[0]
    assert "alert(1)" in ElementTree.tostring(suite, encoding="unicode")


def test_json_holds_every_answer_whole_and_only_ascii() -> None:
    text = reporting.FORMATS[".json"](hostile())
    assert text.isascii()
    found = json.loads(text)
    assert found["cases"][0]["new"][0]["text"] == EVIL * 2
    assert document(RUN)["counts"] == RUN.counts


def test_json_has_no_number_that_json_does_not_know() -> None:
    assert json.loads(reporting.FORMATS[".json"](run_of(seconds=float("nan"))))["seconds"] is None


def test_markdown_folds_the_worst_cases_and_keeps_the_table() -> None:
    text = as_markdown(RUN)
    assert "| facts |  | 2 |  | `value changed` |" in text
    assert text.count("<details>") == 4  # acceptable ones stand in the table only
    assert "> 12.5 % of the cases got no answer" in text


def test_markdown_of_hostile_text_has_no_link_no_mention_and_no_open_fence() -> None:
    text = as_markdown(hostile())
    outside = re.sub(r"(`{3,}).*?\n\1(?=\n|$)|(`+)(?!`).*?(?<!`)\2(?!`)", "", text, flags=re.DOTALL)
    for nasty in ("<script>", "@everyone", "](javascript"):
        assert nasty not in outside


def test_markdown_fits_into_a_comment() -> None:
    many = tuple(result(f"c-{number}", "worrying", "facts", "a " * 3_000, "b " * 3_000) for number in range(40))
    text = as_markdown(run_of(results=many))
    assert len(text) < 65_536
    assert f"and {40 - text.count('<details>')} more" in text
    assert text.count("<details>") > 10


def test_text_is_neutralised_and_says_what_it_took() -> None:
    assert "\x1b" not in as_text(hostile())
    text = as_text(RUN)
    assert "took     12.5 s for 8 cases" in text
    assert "cost     $0.0140 new\n" in text
    assert text.startswith(f"support: {NEW} against {OLD}")


@pytest.mark.parametrize("status", ["same", "acceptable", "worrying"])
def test_blocks_are_parted_by_one_blank_row(status: str) -> None:
    text = as_text(run_of(results=(result("a", status, "tone", "Yes.", "Yes, of course."),)))
    assert "\n\n" in text
    assert "\n\n\n" not in text


def test_warnings_come_before_numbers() -> None:
    text = as_text(run_of(stand_in=True, partial=True))
    assert "stand-in answers: this says nothing about a model" in text
    assert "only some of the suite's cases" in text
    assert text.index("stand-in") < text.index("took")


def test_flaky_cases_are_named() -> None:
    flaky = replace(RUN.results[0], flaky=True)
    assert "flaky    refund-damaged" in as_text(run_of(results=(flaky,)))


@pytest.mark.parametrize("ending", sorted(reporting.FORMATS))
def test_the_name_says_the_form(tmp_path: Path, ending: str) -> None:
    reporting.write(RUN, tmp_path / f"report{ending.upper()}")
    assert (tmp_path / f"report{ending.upper()}").read_text() == reporting.FORMATS[ending](RUN)


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Usage) as found:
        reporting.write(RUN, tmp_path / "report.docx")
    assert ".html" in found.value.hint


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(Refused):
        reporting.write(RUN, tmp_path / "folder.md")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.md"]


@pytest.mark.parametrize("text", ["", "`", "``a``", "a|b", "a\nb", EVIL])
def test_a_code_span_is_one_line_that_nothing_closes(text: str) -> None:
    span = md_code(text)
    fence = re.match(r"`+", span)
    assert fence is not None
    assert "\n" not in span
    assert span.endswith(fence[0])
    inside = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall(r"`+", inside)


def test_a_block_has_a_fence_longer_than_any_inside() -> None:
    assert md_block("a\n````\nb").startswith("`````text\n")
    ElementTree.fromstring(f"<a>{in_html(EVIL)}</a>")
