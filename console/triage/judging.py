"""Two answers to one prompt, judged: the same, acceptable or worrying, with the reasons in order.

The checks run from the certain to the soft. What decides is a difference a program or a person would trip over; how
alike two texts look decides nothing, because one changed number leaves them looking the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from console.triage import normalising
from console.triage.answer_changes import answer_changes
from console.triage.answers import says_answer
from console.triage.asking import calculates
from console.triage.calls import Call, call_changes, given_calls
from console.triage.code import code_changes, codes_of
from console.triage.content import content_changes, same_answer_content, short_changes, stance_changes
from console.triage.evading import both_refuse, evasion_changes, refusal_changes
from console.triage.facts import fact_changes
from console.triage.json_diff import json_changes, prose_of, prose_pairs
from console.triage.nearly import around_code, small_changes, tail_changes, value_changes
from console.triage.options import options_of
from console.triage.reading import LONGEST, Reading
from console.triage.records import WORRYING_FROM, Reason, Requirements, Triage, Verdict, brief
from console.triage.refusing import refusal
from console.triage.requiring import broken_requirements, fits_reference
from console.triage.shape_changes import shape_changes, unindented
from console.triage.written import form_changes, offered, with_plain_names, written_calls

_DOUBT_FROM = 0.3
"""A soft score from here on is for a person to look at."""
_LONGEST_PROMPT = 20_000
_BEGINNING = 120
_MOST_TEXTS = 24
"""Texts in JSON values that are compared one by one."""
_CERTAIN = 0.9
"""Two stated answers that differ: what else differs adds nothing."""


def triage(
    old: str,
    new: str,
    *,
    prompt: str = "",
    requirements: Requirements | None = None,
    old_tools: Sequence[object] = (),
    new_tools: Sequence[object] = (),
    old_error: str = "",
    new_error: str = "",
) -> Triage:
    """Judge the answers `old` and `new` to `prompt`.

    Tools are calls with a name and arguments (JSON text or data), as objects, mappings or pairs. An error is why a side
    has no answer. Never raises on any text; the time grows with its length up to 400,000 characters a side.
    """
    before, after = Reading(old), Reading(new)
    asked = normalising.folded(prompt[-_LONGEST_PROMPT:])
    calls = given_calls(old_tools), given_calls(new_tools)
    broken = list(broken_requirements(requirements, before, after)) if requirements else []
    if not (old_error or new_error) and _identical(old, new, before, after, calls):
        return _verdict(broken) if broken else Triage("same", 0.0)
    failed = _failures(before, after, calls, old_error, new_error)
    if failed:
        return _verdict([*failed, *broken])
    try:
        reasons = _differences(before, after, asked, calls)
    except RecursionError:  # hostile nesting that a parser let through: the only way for it to be known
        reasons = [Reason("content", "nested too deeply to compare", 0.6)]
    if requirements and requirements.reference:
        reasons = _against_reference(requirements.reference, before, after, asked, reasons)
    return _verdict([*reasons, *broken])


def _identical(
    old: str, new: str, before: Reading, after: Reading, calls: tuple[tuple[Call, ...], tuple[Call, ...]]
) -> bool:
    if call_changes(*calls) or not (before.text or calls[0]) or _apart(before.text, after.text):
        return False
    if before.squeezed != after.squeezed or before.thinks != after.thinks or unindented(before, after):
        return False
    if _cut(old, new) and normalising.squeezed(normalising.folded(old)) != normalising.squeezed(
        normalising.folded(new)
    ):
        return False
    # In code white space has a meaning.
    return before.text == after.text or before.shape.kind != "code" or code_changes(before, after)[1]


def _apart(old: str, new: str) -> bool:
    """Whether the first or the last words differ already; at the cut may be half a word."""
    one, other = old[:_BEGINNING].split()[:-1], new[:_BEGINNING].split()[:-1]
    size = min(len(one), len(other))
    if one[:size] != other[:size]:
        return True
    one, other = old[-_BEGINNING:].split()[:0:-1], new[-_BEGINNING:].split()[:0:-1]
    size = min(len(one), len(other))
    return one[:size] != other[:size]


def _cut(old: str, new: str) -> bool:
    return max(len(old), len(new)) > LONGEST


def _failures(
    old: Reading, new: Reading, calls: tuple[tuple[Call, ...], tuple[Call, ...]], old_error: str, new_error: str
) -> list[Reason]:
    """A side without an answer."""
    reasons = []
    sides = (("old", old, calls[0], old_error), ("new", new, calls[1], new_error))
    for name, reading, made, error in sides:
        if error:
            reasons.append(Reason("error", f"the {name} answer is an error: {brief(error, 120)}", 1.0))
        elif not any(map(str.isprintable, reading.text)) and not made:
            reasons.append(Reason("empty", f"the {name} answer is empty", 1.0))
    return reasons


def _differences(
    old: Reading, new: Reading, prompt: str, calls: tuple[tuple[Call, ...], tuple[Call, ...]]
) -> list[Reason]:
    """Every check in order; the soft ones only where no certain one has found something."""
    if any(calls):
        reasons = call_changes(*calls, prompt)
        if reasons or not (old.text and new.text):
            return reasons
    refusals = refusal_changes(old, new, prompt)
    names = set(offered(prompt))
    written = written_calls(old, names), written_calls(new, names)
    if any(written):
        names |= {call.name for calls in written for call in calls}
        written = written_calls(old, names), written_calls(new, names)
        differ = call_changes(*with_plain_names(*written, old, new), prompt)
        if all(reason.weight < WORRYING_FROM for reason in differ):
            differ += form_changes(old, new, prompt)
        # Data among the arguments of a call in source is no JSON that anybody reads.
        data = old.shape.kind == "json" and old.shape.wrap != "mixed"
        shapes = shape_changes(old, new, prompt) if data else []
        return [*refusals, *differ, *shapes]
    if names and "[]" in (old.squeezed, new.squeezed):
        return [Reason("tool call", "calls nothing, as before; only one side says why", 0.4)]
    neither = not (refusals or options_of(prompt)) and both_refuse(old, new, prompt)
    reasons = [*refusals, *(shape_changes(old, new, prompt) if not neither else [])]
    if old.shape.kind == new.shape.kind == "json":
        reasons += json_changes(old.shape.data, new.shape.data, options_of(prompt))
    codes = codes_of(old, new, prompt)
    found, same_code = code_changes(old, new, prompt)
    reasons += found
    if same_code:
        return [*reasons, *around_code(old, new)]
    same_answer = False
    if not all(codes) and not neither:
        found, same_answer = answer_changes(old, new, prompt)
        reasons += found if not refusals else []
        if any(one.weight >= _CERTAIN for one in found):
            return _once(reasons)
    if not (refusals or same_answer or any(one.weight >= WORRYING_FROM for one in reasons)):
        reasons += evasion_changes(old, new, prompt)
    reasons += value_changes(old, new) or small_changes(old, new)
    if not (reasons or same_answer or both_refuse(old, new, prompt)) and old.shape.kind == new.shape.kind == "prose":
        reasons += stance_changes(old, new)
    reasons += tail_changes(old, new, prompt, same_answer=same_answer)
    if old.shape.kind == new.shape.kind == "json":
        reasons += _of_prose(old.shape.data, new.shape.data, prompt, reasons)
    if any(reason.weight >= WORRYING_FROM for reason in reasons):
        return _once(reasons)
    return [*reasons, *_soft(old, new, prompt, same_answer=same_answer)]


def _of_prose(old: object, new: object, prompt: str, said: list[Reason]) -> list[Reason]:
    """What differs in the prose of two JSON values, judged like an answer of its own; the soft checks see it as one."""
    known = {reason.values or reason.text for reason in said}
    return [
        replace(reason, text=f"{place}: {reason.text}" if place else reason.text)
        for place, one, other in itertools.islice(prose_pairs(old, new), _MOST_TEXTS)
        for reason in _differences(Reading(one), Reading(other), prompt, ((), ()))
        if reason.weight >= WORRYING_FROM and (reason.values or reason.text) not in known
    ]


def _soft(old: Reading, new: Reading, prompt: str, *, same_answer: bool) -> list[Reason]:
    """What is left to compare of answers in which nothing certain has changed."""
    if both_refuse(old, new, prompt):
        sure = min(refusal(old, prompt), refusal(new, prompt)) >= WORRYING_FROM
        return [Reason("content", "both refuse, in other words", 0.08 if sure else 0.2)]
    if _cut(old.raw, new.raw) and old.squeezed == new.squeezed:
        return [Reason("content", f"differs in the middle; {LONGEST:,} characters of an answer are read", 0.5)]
    if old.tokens == new.tokens:
        return [Reason("content", "only punctuation, case or formatting differs", 0.02)]
    if old.shape.kind == new.shape.kind == "json":
        old, new = Reading(prose_of(old.shape.data)), Reading(prose_of(new.shape.data))
        if old.squeezed == new.squeezed:
            return []
        return same_answer_content(old, new) if same_answer else content_changes(old, new, prompt)
    if _same_lines(old, new):
        return [Reason("content", "the same lines in another order", 0.15)]
    facts = (
        []
        if same_answer and (calculates(old.text, new.text, prompt) or all(map(says_answer, (old, new))))
        else fact_changes(old, new, prompt, measured=same_answer)
    )
    if same_answer:
        return [*facts, *same_answer_content(old, new)]
    return facts or short_changes(old, new, prompt) or content_changes(old, new, prompt)


def _same_lines(old: Reading, new: Reading) -> bool:
    if "\n" not in old.text or len(old.tokens) != len(new.tokens):
        return False
    return sorted(map(_line, old.text.split("\n"))) == sorted(map(_line, new.text.split("\n")))


def _line(line: str) -> str:
    return normalising.unmarked(line).lower()


def _against_reference(reference: str, old: Reading, new: Reading, prompt: str, reasons: list[Reason]) -> list[Reason]:
    """With a right answer at hand, a changed one is better or worse."""
    before, after = (fits_reference(reference, reading, prompt) for reading in (old, new))
    kept = [reason for reason in reasons if reason.check != "stated answer"]
    if after:
        word = "as before" if before else "the old one did not"
        # Numbers on the way to a right answer may differ.
        kept = [one for one in kept if one.check not in ("values", "number")]
        return [Reason("reference", f"states the reference answer, {word}", 0.05), *kept]
    if before and after is False:
        return [Reason("reference", f"worse: no longer the reference answer {brief(reference)}", 0.95), *reasons]
    if after is False:
        return [Reason("reference", f"neither states the reference answer {brief(reference)}", 0.7), *reasons]
    return reasons


def _once(reasons: list[Reason]) -> list[Reason]:
    """Without those that only say in other words what a certain one has said with the same values."""
    kept: dict[object, Reason] = {}
    for reason in reasons:
        kept.setdefault(reason.values or reason.text, reason)
    return list(kept.values())


def _verdict(reasons: Sequence[Reason]) -> Triage:
    score = max((reason.weight for reason in reasons), default=0.0)
    verdict: Verdict = "worrying" if score >= WORRYING_FROM else "acceptable"
    soft = max((one.weight for one in reasons if one.check in ("content", "code", "tail")), default=0.0)
    return Triage(verdict, score, tuple(reasons), needs_human=verdict == "acceptable" and soft >= _DOUBT_FROM)
