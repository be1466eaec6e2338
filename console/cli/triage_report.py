"""The report of `console triage --html`: one file, no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from console.cli.triage_pairs import PairLine
from console.text.safe import safe, safe_line
from console.text.words import count
from console.triage.records import Triage

SHOWN_PAIRS = 1_000
SHOWN_CHARACTERS = 8_000
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1b2027;
  background: #fff }
h1 { font-size: 1.3rem } p.sum { color: #555d68 } article { border-top: 1px solid #cfd5dc; padding: .8rem 0 }
h2 { font-size: 1rem; margin: 0 } ul { margin: .3rem 0 } .worrying { color: #8a4b00 } .acceptable { color: #3d4a57 }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 1.2rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f6f8; padding: .6rem; margin: .3rem 0 }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #dfe5eb } pre { background: #1f252c }
  .worrying { color: #f0b35a } .acceptable { color: #a9b6c2 } p.sum { color: #a9b6c2 } }
@media (max-width: 50rem) { .two { grid-template-columns: 1fr } }
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with its judgement."""

    pair: PairLine
    triage: Triage


def page(name: str, counts: Mapping[str, int], judged: Sequence[Judged]) -> str:
    """The report as HTML: the highest scores first. Every text from outside is escaped."""
    worst = sorted(judged, key=lambda one: -one.triage.score)
    words = " · ".join(f"{count(counts.get(word, 0))} {word}" for word in ("worrying", "acceptable", "same"))
    more = len(worst) - SHOWN_PAIRS
    rest = f"<p>{count(more)} more with lower scores are not shown.</p>" if more > 0 else ""
    articles = "\n".join(map(_article, worst[:SHOWN_PAIRS]))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Triage of {_text(name)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>\n'
        f'<body><h1>Triage of {_text(name)}</h1><p class="sum">{words}</p>\n{articles}\n{rest}</body></html>\n'
    )


def _article(one: Judged) -> str:
    found, pair = one.triage, one.pair
    human = " · for a person to look at" if found.needs_human else ""
    reasons = "".join(f"<li>{_text(reason.text)}</li>" for reason in found.reasons)
    prompt = f"<pre>{_block(pair.prompt)}</pre>" if pair.prompt else ""
    return (
        f'<article><h2><span class="{found.verdict}">{found.verdict}</span> {found.score:.2f} · {_text(pair.name)}'
        f"{human}</h2><ul>{reasons}</ul><details><summary>prompt and both answers</summary>{prompt}"
        f'<div class="two"><pre>{_block(pair.old)}</pre><pre>{_block(pair.new)}</pre></div></details></article>'
    )


def _text(value: object) -> str:
    return escape(safe_line(value))


def _block(value: str) -> str:
    more = f"\n… {count(len(value) - SHOWN_CHARACTERS)} more characters" if len(value) > SHOWN_CHARACTERS else ""
    return escape(safe(value[:SHOWN_CHARACTERS])) + more
