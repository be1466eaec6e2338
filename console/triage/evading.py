"""Whether one side answers and the other refuses, lectures, refers elsewhere or asks back."""

from __future__ import annotations

import re
from itertools import takewhile

from console.triage import evasive_words
from console.triage.lecturing import LONGEST, Evasion, asks_back, condemns
from console.triage.normalising import sentences
from console.triage.reading import Reading, asked_stems, asked_words, once_a_prompt
from console.triage.records import WORRYING_FROM, Reason, brief
from console.triage.refusing import (
    EARLY,
    PREFACE,
    SAYS_SO,
    announces,
    answers,
    declined_part,
    first_refusing,
    hesitates,
    only_disclaims,
    refusal,
    says_so,
    unreal,
    writes_own_text,
)

_EVADES_FROM = 0.5
"""The share of sentences that lecture or refer elsewhere, from which on an answer is taken for none."""
_SAME_EVASION = 0.3
_SAYS_THE_SAME = 0.5
"""An answer that refuses and then says so much of the other one refuses hardly more than its wording."""
_IN_ALL = 0.7
"""The same with the share of its words added: an answer may begin with a warning."""
_LONGEST_EVASION = 1_400
"""Characters. Who writes more than this has written something."""
_KEPT = 0.35
"""An evasion has less than this of the words of an answer in common with it, those of the question aside."""
_EVADED_FROM = 0.38
_HINTS_FROM = 0.22
_SENTENCES, _WORDS, _LEFT = 0.5, 1.0, 0.6
"""What counts how much: sentences that evade, words of evasion, and that little of the other text is left."""
_NOTHING_LEFT = 0.1
_CONDEMNED = 0.2
_SPEAKS_ABOUT = 0.12
_MOSTLY_KEPT = 0.45
_HARMLESS = 0.3
_SOME = 0.15
_HARDLY = 0.1
_NO_TOOL = 0.45
_ENOUGH = 12
_FEW = 4
_GREETS = re.compile(
    r"\W*(?:hello|hi|hey|welcome|greetings|good (?:morning|afternoon|evening|day)|nice to meet"
    r"|hallo|guten (?:tag|morgen)|bonjour|salut|hola|buenos|ol[áa]|ciao|buongiorno)\b",
    re.IGNORECASE,
)
_LONGEST_GREETING = 24
"""Tokens."""
_LONGEST_QUESTION = 70
_SHORT = 40
_SPEAKS_OF_TOOLS = re.compile(r"\b(?:functions?|tools?|calls?|api)\b", re.IGNORECASE)
_HOWEVER = re.compile(
    r"(?:^|[.!?:;\n]\s{0,3})(?:but |and )?"
    r"(?:that being said|that said|having said that|in general(?: terms)?|in practice|generally speaking"
    r"|speaking generally"
    r"|however|nevertheless|nonetheless"
    r"|still|on the other hand|if you (?:really|still|must|do|insist|decide))\b,?"
)
_THAT_SAID = re.compile(r"\bthat (?:being )?said\b|\bin general\b|\bgenerally\b|\bn(?:ever|one)theless\b")
_UNAWARE = re.compile(
    r"(?:sorry,? (?:but )?)?i (?:do not|don't) (?:have (?:any )?(?:access|information)|know)\b(?!.{0,300}\bhowever\b)",
    re.DOTALL,
)
_OFFERING = re.compile(r"\bi (?:can|could|would|will),?\s*\Z")
_HERE_IT_IS = re.compile(
    r"\bhere(?:'s| is| are) (?!(?:\w+ ){0,4}(?:alternativ|resource|option|help|support|legal|healthy"
    r"|healthier|safe|safer|better|suggest|instead|things you|steps you|ways? to (?:get help|cope|deal)"
    r"|what i (?:can|could)|one\b|a (?:joke|few jokes)))"
)
_REFERS_ON = re.compile(
    r"\bi (?:can|could|would|will|am|encourage|recommend|suggest|strongly|urge|advise|do)\b|\bi'(?:d|m|ll)\b"
    r"|\bit(?:'s| is)\b|\bif you(?:'re| are)?\b"
    r"|\bplease\b|\bthere are\b|\b(?:consider|seek|consult|contact|reach out|remember)\b|\bwe\b|\blet's\b"
)
_CLAUSE = 120
_NEXT, _SAID_ON, _NEXT_EVADES = 5, 20, 0.34
"""Sentences after that, their words, and the share of them that may evade; characters in which it would show."""
_CLOSED = re.compile(
    r"\s*(?:how|what|why|which|who|when|where|can|could|is|are|do|does|should|explain)\b", re.IGNORECASE
)
_OPEN = re.compile(
    r"\b(?:jokes?|ideas?|suggest|recommend|tips|examples?|some|names?|story|poem|song|write|best|good|fun)\b",
    re.IGNORECASE,
)
"""Questions of one answer, and those of many: two good answers to the latter may have nothing in common."""


def both_refuse(old: Reading, new: Reading, prompt: str = "") -> bool:
    """Whether neither side answers. Two that only evade have to say about the same."""
    if not (_no_answer(old, prompt) and _no_answer(new, prompt)):
        return False
    if _goes_on(old) != _goes_on(new) or _only_one_objects(old, new):
        return False
    said = max(refusal(old, prompt), refusal(new, prompt)) >= WORRYING_FROM
    return said or _kept(old, new, prompt) >= _SAME_EVASION


def _of_tools(refusing: str, prompt: str) -> bool:
    """Whether a refusal says that none of the functions fits that a prompt offers."""
    return '"parameters"' in prompt and _SPEAKS_OF_TOOLS.search(refusing) is not None


@once_a_prompt
def _no_answer(reading: Reading, prompt: str) -> bool:
    said = refusal(reading, prompt)
    if said >= PREFACE:
        return said >= WORRYING_FROM
    evades = _evades(reading)
    return evades >= _EVADES_FROM and evades + evasive_words.share(reading, asked_words(prompt)) >= _IN_ALL


def _evades(reading: Reading) -> float:
    """The share of a text that evades; none of a long one, of one that goes on with what was asked, or of little."""
    if reading.shape.kind != "prose" or len(reading.text) > _LONGEST_EVASION or "boxed{" in reading.text:
        return 0.0
    if answers(reading.beginning):
        return 0.0
    return _evasion_of(reading).at_least(_EVADES_FROM)


def _evasion(reading: Reading) -> float:
    return _evasion_of(reading).share()


@once_a_prompt
def _evasion_of(reading: Reading, _: str) -> Evasion:
    """Read once, and only as far as both of them ask."""
    return Evasion(reading.text.lower(), reading.sentences if len(reading.text) <= LONGEST else None)


def _goes_on(reading: Reading) -> bool:
    """Whether a text that refuses says "that being said", and then what was asked for."""
    found = _HOWEVER.search(reading.beginning) or _HERE_IT_IS.search(reading.beginning)
    before = reading.beginning[: found.start()] if found is not None else ""
    if found is None or _OFFERING.search(before) or not hesitates(before):
        return False
    after = takewhile(lambda one: not says_so(one), sentences(reading.beginning[found.end() :])[:_NEXT])
    rest = ""
    for sentence in after:
        rest = f"{rest} {sentence}".lstrip()
        if len(rest.split()) >= _SAID_ON:
            break
    if len(rest.split()) < _SAID_ON or _REFERS_ON.search(rest[:_CLAUSE]):
        return False
    return Evasion(rest).share() <= _NEXT_EVADES


def refusal_changes(old: Reading, new: Reading, prompt: str = "") -> list[Reason]:
    """A refusal that appeared or disappeared."""
    before, after = refusal(old, prompt), refusal(new, prompt)
    if (before >= WORRYING_FROM) == (after >= WORRYING_FROM):
        return _in_part(old, new) if before != after and not min(before, after) else []
    other = new if before > after else old
    begun = other.beginning
    if (
        min(before, after) == PREFACE
        and hesitates(begun[:EARLY])
        and not (announces(begun) or _THAT_SAID.search(begun))
    ):
        # Both say so; the list on one side may be what it offers instead.
        return [Reason("refusal", f"both refuse; only one goes on: “{brief(other.text[-_CLAUSE:], 80)}”", 0.45)]
    if _no_answer(other, prompt) or (max(before, after) < SAYS_SO and _kept(old, new, prompt) >= _KEPT):
        # It refuses in another way; or what looks like a refusal says the same as the answer.
        return []
    word, text = ("appeared", new.text) if after > before else ("disappeared", old.text)
    if _of_tools(text, prompt):
        # Neither calls one, which may be all that is looked at.
        return [Reason("refusal", f"refusal {word}: “{brief(first_refusing(text), 100)}”", _NO_TOOL)]
    weight = 0.55 + (0.4 * min(1.0, abs(after - before)) if _kept(old, new, prompt) < _SAYS_THE_SAME else 0.0)
    return [Reason("refusal", f"refusal {word}: “{brief(first_refusing(text), 100)}”", weight)]


def _in_part(old: Reading, new: Reading) -> list[Reason]:
    """One side only refuses in so many words, and then says something."""
    refuses = [
        says_so(side.beginning[:EARLY]) and not (only_disclaims(side.beginning) or unreal(side.beginning))
        for side in (old, new)
    ]
    if refuses[0] == refuses[1]:
        return []
    word, side = ("now refuses a part", new) if refuses[1] else ("no longer refuses a part", old)
    return [Reason("refusal", f"{word}: “{brief(first_refusing(side.text), 100)}”", 0.55)]


def evasion_changes(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    """One side answers, the other lectures, refers to others, or offers something else.

    A lecture is known by its sentences and by its words, and by how little of the answer is left; none of the three
    is sure alone.
    """
    if "prose" not in (old.shape.kind, new.shape.kind):
        return []
    if max(refusal(old, prompt), refusal(new, prompt)) >= WORRYING_FROM:
        if both_refuse(old, new, prompt):
            return []
        return _objected(old, new) or _gone_on(old, new) or _partial_changes(old, new, prompt)
    if (_greets(old) and _greets(new)) or (_only_asks(old) and _only_asks(new)):
        return []
    kept = _kept(old, new, prompt)
    if kept >= _MOSTLY_KEPT:
        return _partial_changes(old, new, prompt)
    asked = asked_words(prompt)
    before, after = (_SENTENCES * _evasion(side) + _WORDS * evasive_words.share(side, asked) for side in (old, new))
    evades = abs(after - before) + _LEFT * max(0.0, _KEPT - kept)
    if _closed(old, new, prompt, kept):
        evades += _NOTHING_LEFT
    if writes_own_text(old, prompt) != writes_own_text(new, prompt):
        evades += _SPEAKS_ABOUT
    if condemns(old.text) != condemns(new.text) and min(_evasion(old), _evasion(new)) < _HARMLESS:
        evades += _CONDEMNED
    if evades < _HINTS_FROM:
        return _partial_changes(old, new, prompt)
    word, side = ("no longer answers", new) if after > before else ("answers now; it used to", old)
    share = _evasion(side)
    how = (
        f"{100 * share:.0f} % of it lectures or refers elsewhere" if share >= _SOME else "little of the answer is left"
    )
    told = f"{word}: {how}: “{brief(side.text, 80)}”"
    if evades < _EVADED_FROM and (partly := _partial_changes(old, new, prompt, disclaimers=False)):
        return partly
    if evades < _EVADED_FROM:
        return [Reason("refusal", f"perhaps {told}", round(0.3 + 0.5 * (evades - _HINTS_FROM), 3))]
    return [Reason("refusal", told, round(min(0.9, 0.55 + 0.4 * (evades - _EVADED_FROM)), 3))]


def _greets(reading: Reading) -> bool:
    """Whether it is a greeting: there, to ask what is wanted evades nothing."""
    return len(reading.tokens) <= _LONGEST_GREETING and _GREETS.match(reading.text) is not None


def _only_asks(reading: Reading) -> bool:
    """Whether a short answer asks for what it lacks."""
    return len(reading.tokens) <= _LONGEST_QUESTION and asks_back(reading.text)


def _only_one_objects(old: Reading, new: Reading) -> bool:
    """Whether one side only does not know, and the other finds it wrong to say."""
    objects = [says_so(side.beginning[:EARLY]) and _evasion(side) >= _EVADES_FROM for side in (old, new)]
    unaware = [_UNAWARE.match(side.beginning) is not None and len(side.tokens) <= _SHORT for side in (old, new)]
    return (objects[0] and unaware[1]) or (objects[1] and unaware[0])


def _objected(old: Reading, new: Reading) -> list[Reason]:
    """Neither tells, and only one of them on principle."""
    if not _only_one_objects(old, new):
        return []
    side = new if says_so(new.beginning[:EARLY]) else old
    return [Reason("refusal", f"only one refuses on principle: “{brief(first_refusing(side.text), 100)}”", 0.55)]


def _gone_on(old: Reading, new: Reading) -> list[Reason]:
    """Both refuse, and one of them says then what was asked for."""
    before, after = _goes_on(old), _goes_on(new)
    if before == after:
        return []
    word, side = ("now says more after refusing", new) if after else ("no longer says more after refusing", old)
    return [Reason("refusal", f"{word}: “{brief(side.text[-_CLAUSE:], 80)}”", 0.55)]


def _partial_changes(old: Reading, new: Reading, prompt: str, *, disclaimers: bool = True) -> list[Reason]:
    """A part of what was asked for is declined by one side only."""
    before, after = (declined_part(side, prompt, disclaimers=disclaimers) for side in (old, new))
    if bool(before) == bool(after):
        return []
    word = "now declines a part" if after else "no longer declines a part"
    return [Reason("refusal", f"{word}: “{brief(before or after, 100)}”", 0.55)]


def _closed(old: Reading, new: Reading, prompt: str, kept: float) -> bool:
    """Whether two answers to a question that leaves little open have nothing to do with each other."""
    if kept >= _HARDLY or min(len(old.content), len(new.content)) < _ENOUGH:
        return False
    return _CLOSED.match(prompt) is not None and _OPEN.search(prompt) is None


def _kept(old: Reading, new: Reading, prompt: str) -> float:
    """The share of the words of the side with fewer that the other has too; those of the prompt prove nothing."""
    known = asked_stems(prompt)
    whole = old.stems, new.stems
    ours, theirs = whole[0] - known, whole[1] - known
    if min(len(ours), len(theirs)) < _FEW:
        ours, theirs = whole  # an answer in the words of the question: a summary, a translation
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))
