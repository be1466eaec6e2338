"""A stated answer that changed or is lost, and whether two texts state the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from console.triage import normalising
from console.triage.answers import ANSWER_FIELDS, LETTERS, LONGEST_VALUE, YES_NO_OF_FALSE, Answer, numbers_of, stated
from console.triage.asking import ASKS_NAME, asks_order
from console.triage.equality import assigned, holds_formula, same_answer
from console.triage.facts import states
from console.triage.formulas import is_formula, same_formula
from console.triage.leads import concludes, ends_aside, other_result, same_lead
from console.triage.lexicon import NEGATIONS
from console.triage.naming import bound_change, closed_change, named_change, order_change, ranking_change
from console.triage.nearly import is_negation
from console.triage.options import label_of, labels_of, misnamed, options_of, picked
from console.triage.quantities import Quantity, quantity, same_quantity
from console.triage.reading import Reading, asked_words, is_content
from console.triage.records import Reason, brief, changed

_FEW = 4
_SENTENCE = 40
"""Tokens of an answer that is hardly more than a sentence."""


def answer_changes(old: Reading, new: Reading, prompt: str) -> tuple[list[Reason], bool]:
    """A stated answer that changed or is lost; and whether both state the same one."""
    if _only_data(old, new):
        return [], False  # compared as such
    options = options_of(prompt) if prompt else {}
    before = stated(old, prompt, options)
    labels = labels_of(prompt)
    if labels:
        after = stated(new, prompt, options)
        one, other = (_label(answer, side, labels) for answer, side in ((before, old), (after, new)))
        if one and other:
            reason = changed("stated answer", "stated answer changed:", one, other, 0.85)
            return ([], True) if one == other else ([reason], False)
        first = set(normalising.tokens(new.sentences[0])) if new.sentences else set()
        if one and sum(label in first for label in labels) > 1:
            return [Reason("stated answer", f"stated answer lost: it was {one}", 0.6)], False
    if asks_order(prompt) and (moved := order_change(old, new, prompt)) is not None:
        return [moved], False
    if old.shape.kind != "json" and (before is None or before.kind in ("short", "conclusion")):
        named = (
            named_change(old, new)
            or ranking_change(old, new, prompt)
            or closed_change(old, new, prompt)
            or bound_change(old, new)
        )
        if named is not None:
            return [named], False
    after = stated(new, prompt, options)
    if before is None:
        return _newly_short(after, old, prompt), False
    if after is not None and same_answer(before.text, after.text, options):
        if _in_other_order(before.text, after.text) and asks_order(prompt):
            return [changed("stated answer", "in another order:", before.text, after.text, 0.75)], False
        if options and (swapped := _misnamed(before, old, new, options)) is not None:
            return [swapped], False
        return [], True
    if (truth := _of_truth(before, after, old, new, prompt)) is not None:
        return truth
    if after is None or (before.sure and not after.sure):
        return _lost(before, after, new, prompt, options)
    if not before.sure:
        return _of_conclusions(before, after, old, new, prompt)
    if "short" in (before.kind, after.kind):
        return _of_short(before, after, old, new)
    return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.9)], False


def _misnamed(before: Answer, old: Reading, new: Reading, options: Mapping[str, str]) -> Reason | None:
    """The same letter, with the words of another option."""
    letter = picked(before.text, options)
    other = misnamed(new.text, letter, options) if letter is not None else None
    if letter is None or other is None or misnamed(old.text, letter, options) is not None:
        return None
    return changed("stated answer", f"({letter}) has other words:", options[letter], options[other], 0.8)


def _only_data(old: Reading, new: Reading) -> bool:
    """Whether both are lists, or objects without a field for an answer."""
    data = old.shape.data, new.shape.data
    if all(isinstance(one, list) for one in data):
        return True
    return all(isinstance(one, dict) and not any(key.lower() in ANSWER_FIELDS for key in one) for one in data)


def _label(answer: Answer | None, reading: Reading, labels: tuple[str, ...]) -> str:
    """The one of some labels that an answer states, or that its text does."""
    return (label_of(answer.text, labels) if answer is not None else "") or label_of(reading.text, labels)


def _in_other_order(one: str, other: str) -> bool:
    """Whether the words of a list of three or more have another order."""
    return max(one.count(","), other.count(",")) >= 2 and Reading(one).tokens != Reading(other).tokens


def _newly_short(after: Answer | None, old: Reading, prompt: str) -> list[Reason]:
    """A question answered in a sentence is answered in a few words now, none of which was in it."""
    few = after is not None and after.kind in ("short", "marked", "field") and len(after.text.split()) <= _FEW
    if after is None or not few or len(old.tokens) > _SENTENCE or ASKS_NAME.search(prompt) is None:
        return []
    said = Reading(after.text).content
    if not said or said & old.counts.keys():
        return []
    return [changed("stated answer", "stated answer changed:", old.text, after.text, 0.6)]


def _of_conclusions(
    before: Answer, after: Answer, old: Reading, new: Reading, prompt: str
) -> tuple[list[Reason], bool]:
    """Conclusions are guessed: the old one may stand in the new text's end, or the other way round."""
    if is_formula(before.text) and is_formula(after.text):
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.7)], False
    firm = concludes(old, before.text) and (after.sure or concludes(new, after.text))
    if not firm and same_lead(old, new, prompt):
        return [], True
    if not after.sure and (other := other_result(before.text, new, prompt)):
        return [changed("stated answer", "stated answer changed:", before.text, other, 0.7)], False
    if not after.sure and (_ends_with(new, before.text) or _ends_with(old, after.text)):
        return [], False
    value = _one_number(after.text)
    one, its = quantity(before.text), quantity(value)
    if one is not None and its is not None and same_quantity(one, its):
        return [], True
    if after.sure and (its is None or _ends_with(old, value)):
        return [], False
    if not firm and ends_aside(new):
        return [], False
    return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.7)], False


def _one_number(text: str) -> str:
    """The number in a few words, where there is one; else the words."""
    numbers = numbers_of(text)
    return numbers[0] if len(numbers) == 1 else text.strip("$ ")


def _of_short(before: Answer, after: Answer, old: Reading, new: Reading) -> tuple[list[Reason], bool]:
    """One side is only a few words: the same if the other side holds them all and denies none."""
    short, other = (before, new) if before.kind == "short" else (after, old)
    if set(LETTERS.findall(before.text)) != set(LETTERS.findall(after.text)):
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if "^" in short.text and not holds_formula(other.text, short.text):
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if _same_number(before.text, after.text) or _same_formula(short.text, other.text):
        return [], True
    if same_formula(*(text.strip(" $*`.") for text in (before.text, after.text))) is False:
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    longer = after if before.kind == "short" else before
    if longer.kind in ("marked", "boxed", "field") and None not in _quantities(before.text, after.text):
        # The number may be in the other text, but on the way to another answer.
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if after.kind == before.kind == "short" or len(other.tokens) <= 40:
        if _within(Reading(short.text), other):
            return [], True
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.6)], False


def _quantities(*texts: str) -> list[Quantity | None]:
    return [quantity(_one_number(text)) for text in texts]


def _same_number(one: str, other: str) -> bool:
    """Whether two few words hold one number each, and the same."""
    left, right = Reading(one).numbers, Reading(other).numbers
    return len(left) == 1 == sum(left.values()) and left == right


def _same_formula(short: str, other: str) -> bool:
    """Whether what a formula comes to stands in the few words of the other side."""
    value = other.rpartition("=")[2].strip(" $.*`\n").lower() if "=" in other else ""
    return len(value) >= 2 and re.search(rf"(?<![\w.]){re.escape(value)}(?!\w|\.\d)", short.lower()) is not None


def _lost(
    before: Answer, after: Answer | None, new: Reading, prompt: str, options: Mapping[str, str]
) -> tuple[list[Reason], bool]:
    if before.kind == "boxed" and "boxed" in prompt:
        return [Reason("stated answer", f"stated answer is no longer in a box: {brief(before.text)}", 0.7)], False
    other = other_result(before.text, new, prompt) if not before.sure else ""
    if other:
        return [changed("stated answer", "stated answer changed:", before.text, other, 0.7)], False
    if (
        _ends_with(new, before.text)
        or states(new, before.text)
        or (before.kind == "short" and _within(Reading(before.text), new))
    ):
        return [], True
    letter = picked(before.text, options)
    if letter is not None and _only_option(letter, options, new.text.lower()):
        return [], True
    if after is not None and quantity(before.text) is not None:
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if before.kind == "yes or no" and len(new.tokens) > 12:
        return [Reason("stated answer", f"no longer answers {brief(before.text)} or its opposite", 0.4)], False
    weight = 0.6 if before.kind == "marked" else 0.8
    return [Reason("stated answer", f"stated answer lost: it was {brief(before.text)}", weight)], False


def _only_option(letter: str, options: Mapping[str, str], text: str) -> bool:
    """Whether the words of an option stand in a text, and those of no other."""
    words = options.get(letter)
    if not words or words not in text:
        return False
    rest = text.replace(words, " ")
    return not any(other in rest for key, other in options.items() if key != letter and other)


def _of_truth(
    before: Answer, after: Answer | None, old: Reading, new: Reading, prompt: str
) -> tuple[list[Reason], bool] | None:
    """One side says yes or no, the other says it in a sentence: "7 is not even"."""
    kinds = before.kind, after.kind if after is not None else None
    if kinds.count("yes or no") != 1:
        return None
    said, sentence = (before.text, new) if kinds[0] == "yes or no" else (after.text if after else "", old)
    denies = _denies(sentence, prompt)
    if denies is None:
        return None
    if denies == (YES_NO_OF_FALSE.match(said) is not None):
        return [], True
    values = (said, new.sentences[0]) if sentence is new else (old.sentences[0], said)
    return [changed("stated answer", "stated answer changed:", *values, 0.75)], False


def _denies(reading: Reading, prompt: str) -> bool | None:
    """Whether the first sentence denies what was asked; None where it speaks of something else."""
    asked = asked_words(prompt)
    first = Reading(reading.sentences[0]) if reading.sentences else None
    if first is None or "?" not in prompt or not asked or len(first.content & asked) < 0.5 * len(first.content):
        return None
    return any(map(is_negation, first.counts))


def _ends_with(reading: Reading, value: str) -> bool:
    """Whether the value stands in the last two sentences."""
    wanted = [token for token in Reading(value[:LONGEST_VALUE]).tokens if token not in ("the", "a", "an")]
    if numbers := assigned(value):
        ends = reading.last_sentences[-1:]
        return bool(ends) and sorted(assigned(ends[0])) == sorted(numbers)
    last = " ".join(reading.last_sentences[-2:])
    found = Reading(last).counts
    if sum(found.values()) < 3 * sum(n for token, n in found.items() if token[0].isdigit()):
        # A calculation: that the number occurs in it says nothing.
        return False
    if wanted and all(token in found for token in wanted) and (len(wanted) > 1 or _alone(wanted[0], last)):
        return True
    one = quantity(value)
    several = [quantity(number) for number in numbers_of(last)] if one is not None else []
    return one is not None and any(other is not None and same_quantity(one, other) for other in several)


def _alone(token: str, text: str) -> bool:
    """Whether a number stands in a text other than as a part of a calculation."""
    if not normalising.is_number(token):
        return True
    return (
        re.search(rf"(?<![\w.,/*+^-]){re.escape(token)}(?!\s*[-+*/^=]|[,.]?\w)", text) is not None or token not in text
    )


def _within(short: Reading, other: Reading) -> bool:
    wanted = [token for token in short.tokens if token not in ("the", "a", "an")]
    wanted = [token for token in wanted if is_content(token) or normalising.is_number(token)] or wanted
    if not wanted or not all(token in other.counts for token in wanted):
        return False
    return {token for token in short.counts if token in NEGATIONS} == {t for t in other.counts if t in NEGATIONS}
