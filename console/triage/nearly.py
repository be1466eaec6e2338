"""Nearly identical texts: a number, a negation or a name that changed, a part that is missing, a garbled tail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from console.triage.garbage import ends_in_symbols, garbled, last_part
from console.triage.lexicon import NEGATIONS, OPPOSITES
from console.triage.normalising import is_number
from console.triage.reading import Reading
from console.triage.records import Reason, brief, changed

_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis")
_CLOSING = re.compile(
    r"\b(?:let me know|feel free|hope (?:this|that) helps|have a (?:great|nice|good)|if you (?:have|need|would like)|"
    r"happy to help|good luck|thank you|thanks|please note|remember)\b",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^\s*(\d{1,2})[.)]\s", re.MULTILINE)
_ENDED = re.compile(r"[.!?。)\]}`\"'$*:>%|…]\s*$")
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_SHOWN = 4
_MOST_EDITS = 24


def is_negation(token: str) -> bool:
    """Whether a token denies."""
    return token in NEGATIONS or token.endswith("n't")


def few_edits(old: Reading, new: Reading) -> bool:
    """Whether all but a few tokens are on both sides, wherever they stand."""
    size = max(len(old.tokens), len(new.tokens))
    if abs(len(old.tokens) - len(new.tokens)) > _MOST_EDITS or size < 4:
        return False
    if len(old.counts.keys() ^ new.counts.keys()) > _MOST_EDITS:
        return False
    edits = sum(((old.counts - new.counts) + (new.counts - old.counts)).values())
    return edits <= min(_MOST_EDITS, max(4 if size >= 8 else 2, 0.1 * size))


def value_changes(old: Reading, new: Reading) -> list[Reason]:
    """Other values in otherwise equal text: the same words in the same order, with other numbers between them."""
    left, right = old.tokens, new.tokens
    if len(left) != len(right) or len(left) < 2 or left == right:
        return []
    apart = [(one, other) for one, other in zip(left, right, strict=True) if one != other]
    if len(apart) > _SHOWN * 8 or not all(is_number(one) and is_number(other) for one, other in apart):
        return []
    return [
        changed(
            "values", "value changed:" if len(apart) == 1 else "values changed:", _list(apart, 0), _list(apart, 1), 0.8
        )
    ]


def _list(pairs: Sequence[tuple[str, str]], side: int) -> str:
    more = f" and {len(pairs) - _SHOWN} more" if len(pairs) > _SHOWN else ""
    return ", ".join(pair[side] for pair in pairs[:_SHOWN]) + more


def small_changes(old: Reading, new: Reading) -> list[Reason]:
    """What changed between nearly identical texts."""
    if not few_edits(old, new):
        return []
    gone, added = old.counts - new.counts, new.counts - old.counts
    return [*_of_numbers(gone, added, old, new), *_of_meaning(gone, added), *_of_names(gone, added, old, new)]


def _of_numbers(gone: Counter[str], added: Counter[str], old: Reading, new: Reading) -> list[Reason]:
    lost, gained = ([token for token in side.elements() if is_number(token)] for side in (gone, added))
    if not lost and not gained:
        return []
    if not lost and set(gained) <= set(_MARKER.findall(new.text)):
        return []
    if not gained and set(lost) <= set(_MARKER.findall(old.text)):
        return []
    one, other = ", ".join(lost[:_SHOWN]), ", ".join(gained[:_SHOWN])
    return [changed("number", "number changed in nearly the same text:", one, other, 0.75)]


def _of_meaning(gone: Counter[str], added: Counter[str]) -> list[Reason]:
    """A negation more or less, or a word that became its opposite."""
    lost, gained = (sum(n for token, n in side.items() if is_negation(token)) for side in (gone, added))
    if lost != gained:
        words = [token for token in (*gone, *added) if is_negation(token)]
        verb = "gone from" if lost > gained else "new in"
        return [Reason("negation", f"negation {verb} nearly the same text: {', '.join(words[:_SHOWN])}", 0.75)]
    for one in gone:
        for other in added:
            if (one, other) in OPPOSITES or _prefixed(one, other) or _prefixed(other, one):
                return [changed("negation", "turned into its opposite:", one, other, 0.65)]
    return []


def _prefixed(one: str, other: str) -> bool:
    return len(one) > 3 and any(other == prefix + one for prefix in _PREFIXES)


def _of_names(gone: Counter[str], added: Counter[str], old: Reading, new: Reading) -> list[Reason]:
    lost, gained = _names(gone, old.text), _names(added, new.text)
    if not lost or not gained:
        return []
    return [changed("name", "name changed in nearly the same text:", " ".join(lost), " ".join(gained), 0.6)]


def _names(words: Counter[str], text: str) -> list[str]:
    """Those of a few words that are written with a capital in the middle of a sentence."""
    found = []
    for word in list(words)[:_SHOWN]:
        if len(word) < 3 or is_number(word):
            continue
        name = word[0].upper() + word[1:]
        at = text.find(name)
        if at > 1 and text[at - 1] == " " and text[at - 2] not in ".!?:*#-":
            found.append(name)
    return found


def tail_changes(old: Reading, new: Reading, prompt: str, *, same_answer: bool = False) -> list[Reason]:
    """A last part that is missing or is no language any more; steps on the way to the `same_answer` may be left out."""
    if ends_in_symbols(new.text) and not ends_in_symbols(old.text):
        return [Reason("tail", f"the end is garbled (symbols instead of words): “{_end(new, 2)}”", 0.9)]
    left, right = old.tokens, new.tokens
    shared = _shared_start(left, right)
    if (missing := _missing_inside(left, right, shared)) is not None:
        return [Reason("tail", f"a part is missing: “{missing}”", 0.4 if same_answer else 0.6)]
    if shared >= 4 and 2 * shared >= min(len(left), len(right)):
        rest_old, rest_new = left[shared:], right[shared:]
        if rest_old and not rest_new:
            return [Reason("tail", f"the last part is missing: “{_end(old, len(rest_old))}”", 0.7)]
        if rest_new:
            added = _of_added(old, new, len(rest_new), alone=not rest_old)
            if added:
                return added
    return _of_end(old, new, prompt)


def around_code(old: Reading, new: Reading) -> list[Reason]:
    """What changed in the words around code that stayed the same; or that garbage follows it."""
    if ends_in_symbols(new.text) and not ends_in_symbols(old.text):
        return [Reason("tail", f"the end is garbled (symbols instead of words): “{_end(new, 2)}”", 0.9)]
    if "```" not in old.text or "```" not in new.text:
        return []
    before, after = (Reading(_FENCED.sub("\n", reading.text)) for reading in (old, new))
    wrong = garbled(last_part(after, 60), old.counts) if len(after.text) > len(before.text) else ""
    if wrong and not garbled(last_part(before, 60), new.counts):
        return [Reason("tail", f"the end is garbled ({wrong}): “{_end(new, 12)}”", 0.9)]
    return value_changes(before, after) or small_changes(before, after)


def _shared_start(left: Sequence[str], right: Sequence[str]) -> int:
    for place, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return place
    return min(len(left), len(right))


def _missing_inside(left: Sequence[str], right: Sequence[str], shared: int) -> str | None:
    """The words of a part of at least five that is missing while all before and after it is there."""
    missing = len(left) - len(right)
    if missing < 5 or shared < 2 or len(right) - shared < 2 or left[shared + missing :] != right[shared:]:
        return None
    return brief(" ".join(left[shared : shared + missing]), 80)


def _end(reading: Reading, words: int) -> str:
    return brief(" ".join(reading.text.split()[-max(1, words) :]), 80)


def _of_added(old: Reading, new: Reading, words: int, *, alone: bool) -> list[Reason]:
    """What stands after the part both share: garbled, or (`alone`) more text than before."""
    tail = last_part(new, min(words, 60))
    wrong = garbled(tail, old.counts)
    if wrong:
        return [Reason("tail", f"the end is garbled ({wrong}): “{_end(new, min(words, 12))}”", 0.9)]
    if alone and words >= 3:
        polite = _CLOSING.search(tail.text) is not None and words <= 40
        return [Reason("tail", f"text added at the end: “{_end(new, words)}”", 0.1 if polite else 0.35)]
    return []


def _of_end(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    """The end of a text that shares no beginning with the old one."""
    if len(new.tokens) >= 12 and new.shape.kind == "prose":
        end = last_part(new)
        wrong = garbled(end, old.counts) and garbled(end, old.counts + Reading(prompt[-2_000:]).counts)
        if wrong and not garbled(last_part(old), new.counts):
            return [Reason("tail", f"the end is garbled ({wrong}): “{_end(new, 12)}”", 0.85)]
    if len(new.text) >= 200 and _ENDED.search(old.text[-3:]) and re.search(r"[\w,]", new.text[-1:]):
        last = new.text[-300:].rpartition("\n")[2]
        if len(last.split()) >= 8:
            return [Reason("tail", f"ends in the middle of a sentence: “{_end(new, 12)}”", 0.4)]
    return []
