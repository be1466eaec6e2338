"""Findings as text, as annotations of a code host, and as SARIF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.text.safe import safe_line

if TYPE_CHECKING:
    from console.catalog.source.troubles import Level, Trouble
    from console.cli.output import Style

_STYLES: Mapping[Level, Style] = {"error": "bad", "warning": "waiting", "advice": "muted"}
_COMMANDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "advice": "notice"}
_SARIF: Mapping[Level, str] = {"error": "error", "warning": "warning", "advice": "note"}
HELP = "https://github.com/model-console/model-console/blob/main/docs/check.md"


@dataclass(frozen=True, slots=True)
class Report:
    """One place with an id and everything wrong there, from the code or from the registry alike. Path, id and
    messages are as they were found: each format neutralises them in its own way."""

    path: str
    line: int
    column: int
    id: str
    troubles: tuple[Trouble, ...]

    @property
    def level(self) -> Level:
        """The gravest of its troubles."""
        return self.troubles[0].level

    @property
    def use_instead(self) -> str:
        """The first id that a trouble names."""
        return next((trouble.use_instead for trouble in self.troubles if trouble.use_instead), "")


def pieces(report: Report) -> Iterator[tuple[str, Style]]:
    """One line: `src/app.py:12:9: gpt-4o  alias: may move → gpt-4o-2024-11-20`, with the style of each piece."""
    yield f"{safe_line(report.path)}:{report.line}:{report.column}: ", ""
    if report.id:
        yield f"{safe_line(report.id)}  ", "bold"
    for index, trouble in enumerate(report.troubles):
        yield f"{' · ' if index else ''}{safe_line(trouble.message)}", _STYLES[trouble.level]
    if report.use_instead:
        yield f" → {safe_line(report.use_instead)}", "good"


def workflow_commands(report: Report) -> Iterator[str]:
    """Workflow commands of GitHub Actions, one a trouble. What could end or begin a command is escaped."""
    for trouble in report.troubles:
        where = f"file={_property(report.path)},line={report.line},col={report.column}"
        title = _property(f"console: {trouble.rule}")
        yield f"::{_COMMANDS[trouble.level]} {where},title={title}::{_data(_message(report, trouble))}"


def _message(report: Report, trouble: Trouble) -> str:
    instead = f" Use {trouble.use_instead}." if trouble.use_instead else ""
    subject = f"{report.id}: " if report.id else ""
    return f"{subject}{trouble.message}.{instead}"


def _data(text: str) -> str:
    return safe_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(reports: Sequence[Report], version: str) -> str:
    """A SARIF 2.1.0 log: what code-scanning pages read."""
    import json

    from console.catalog.source.troubles import RULES

    rules = list(RULES)
    driver = {
        "name": "console check",
        "semanticVersion": version,
        "informationUri": HELP,
        "rules": [
            {"id": rule, "shortDescription": {"text": text}, "helpUri": f"{HELP}#{rule}"}
            for rule, text in RULES.items()
        ],
    }
    results = [
        {
            "ruleId": trouble.rule,
            "ruleIndex": rules.index(trouble.rule),
            "level": _SARIF[trouble.level],
            "message": {"text": safe_line(_message(report, trouble))},
            "locations": [_location(report)],
            "partialFingerprints": {"modelId/v1": f"{safe_line(report.path)}:{safe_line(report.id)}:{trouble.rule}"},
        }
        for report in reports
        for trouble in report.troubles
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1)


def _location(report: Report) -> Mapping[str, object]:
    from urllib.parse import quote

    region = {
        "startLine": report.line,
        "startColumn": report.column,
        "endColumn": report.column + max(1, len(report.id)),
    }
    # A surrogate stands for a byte that is no text; in an address it goes back to that byte.
    address = quote(report.path.encode("utf-8", "surrogateescape"))
    return {"physicalLocation": {"artifactLocation": {"uri": address}, "region": region}}
