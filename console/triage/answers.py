"""The final answer that a text states: a JSON field, a box, "the answer is", yes or no, an option, a lone number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from console.triage import normalising
from console.triage.asking import ASKS_NAME, ASKS_NUMBER, ASKS_ORDER
from console.triage.equality import holds_formula, same_answer
from console.triage.facts import states
from console.triage.lexicon import NEGATIONS
from console.triage.naming import bound_change, closed_change, named_change
from console.triage.nearly import is_negation
from console.triage.options import options_of, picked, several_picked
from console.triage.quantities import is_unit, quantity, same_quantity, with_minutes
from console.triage.reading import Reading, asked_words, is_content
from console.triage.records import Reason, brief, changed

Kind = Literal["field", "boxed", "marked", "option", "yes or no", "short", "conclusion"]

_FIELDS = (
    *("final_answer", "finalanswer", "answer", "final", "result", "solution", "choice", "option", "label"),
    *("prediction", "verdict", "classification", "category", "output", "response"),
)
_FIELD = re.compile(
    r'"(final_?answer|answer|solution|choice|label)"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)', re.IGNORECASE
)
_MARK = re.compile(
    r"(?:\b(?:answer|option|choice|solution|result|output|verdict|conclusion)s?\b[^\n:.=]{0,40}?(?:\bis\b|\bare\b|:|=)"
    r"|\bfinal answer\b|#{3,4}(?=\s*[-$\d]))[\s:*_`\"]*",
    re.IGNORECASE,
)
_MARK_ELSEWHERE = re.compile(
    r"(?:\b(?:antwort|lösung|réponse|respuesta|resposta|risposta)\b[^\n:.=]{0,40}?(?:\b(?:ist|lautet|est|es|é|è)\b|:|=)"
    r"|(?:答案|正解|答え|回答)(?:是|は|为|為|:|：)?)[\s:*_`\"]*",
    re.IGNORECASE,
)
_WORDS_ELSEWHERE = ("ntwort", "ösung", "éponse", "espuesta", "esposta", "isposta", "答", "正解")
_TAG = re.compile(r"<(answer|final_answer|result)>\s*(.*?)\s*</\1>", re.IGNORECASE | re.DOTALL)
_BRACKETS = re.compile(r"\[\[?\s*([A-J]|yes|no|true|false|-?\d[\d.,]*)\s*\]\]?", re.IGNORECASE)
_END = re.compile(
    r"\n|\.(?=\s|$)|;|\s(?:because|since|which|as the|so that|due to)\b|,\s(?:because|since|which|as|so|but)\b"
)
_YES_NO = re.compile(
    r"^[\s\"'*_`#]*(yes|not necessarily|no|true|false|correct|incorrect|valid|invalid|oui|non|ja|nein|sí|sim|não|是|否)"
    r"(?![\w'-])(?! (?:one|matter|need|problem|longer|doubt|worries|single|other|evidence|such|specific|more)\b)",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"^(?:this|that|it|(?:the|this|that) (?:statement|claim|argument|answer|assertion|reasoning|conclusion|inference))"
    r"(?:(?: is|'s)( not|n't)?|(?: does)( not|n't) (?=follow)) ?(?:also |indeed |actually |logically |therefore )?"
    r"(true|false|correct|incorrect|right|wrong|valid|invalid|follow)\b",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|in total|altogether|in conclusion|consequently|we get|we find|a total of"
    r"|which (?:makes|gives|equals|leaves)|comes to|amounts to|adds up to)\b|^so\b|∴|=",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])[$€£]?-?(?:\d+ (?=\d+/\d))?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+)?%?")
_UNIT = re.compile(r"\s?([a-zA-Z]{1,12})\b")
_LAST_LETTER = re.compile(r"(?:\bis|:|=)\s*[*_`(\[]*([A-J])[)\]*_`]*\.?\s*$")
_LETTERS = re.compile(r"(?<=[a-z] )([A-J])(?![\w'])")
_YES_NO_OF_FALSE = re.compile(r"(?:not? |no$|not|false|incorrect|invalid|wrong|non|nein|não)", re.IGNORECASE)
_PRAISE = frozenset({"correct", "right", "wrong", "incorrect", "the correct one", "the right one", "the best one"})
_LONGEST_VALUE = 200
_SENTENCE = 40
"""Tokens of an answer that is hardly more than a sentence."""
_TAIL = 1_500
_PROSE = 6
"""Words of a value in data beyond which it is prose: what that states is read on its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text states as its answer. `text` is how it is written there."""

    kind: Kind
    text: str

    @property
    def sure(self) -> bool:
        """Whether the text marks it as the answer; a conclusion is only where one would look for it."""
        return self.kind != "conclusion"


def stated(reading: Reading, prompt: str, options: Mapping[str, str]) -> Answer | None:
    """The final answer of a text, by the clearest sign there is."""
    if reading.shape.kind == "json" and reading.shape.wrap != "mixed":
        return _field(reading)
    several = several_picked(reading.text, prompt, options)
    if several:
        return Answer("option", several)
    return (
        _field(reading)
        or _boxed(reading.text)
        or _marked(reading.text, options)
        or _option(reading.text, options)
        or _only_letter(reading.text, options)
        or _yes_no(reading.text)
        or _short(reading.text)
        or _conclusion(reading, prompt)
    )


def _field(reading: Reading) -> Answer | None:
    data = reading.shape.data
    if isinstance(data, dict):
        names = {str(key).lower().replace(" ", "_"): key for key in data}
        for name in _FIELDS:
            if name in names and _is_short(value := data[names[name]]):
                return Answer("field", str(value)[:_LONGEST_VALUE])
        return None
    if data is None and '"' in reading.text and "{" in reading.text:
        found = _FIELD.findall(reading.text[-20_000:])
        if found:
            return Answer("field", found[-1][1].strip('"')[:_LONGEST_VALUE])
    return None


def _is_short(value: object) -> bool:
    return len(value.split()) <= _PROSE if isinstance(value, str) else isinstance(value, (int, float))


def _boxed(text: str) -> Answer | None:
    at = max(text.rfind("\\boxed{"), text.rfind("\\fbox{"))
    if at < 0:
        return None
    start = text.index("{", at) + 1
    depth = 1
    for place in range(start, min(len(text), start + 2_000)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return Answer("boxed", text[start:place][:_LONGEST_VALUE])
    return None


def _marked(text: str, options: Mapping[str, str]) -> Answer | None:
    tagged = _TAG.findall(text) if "</" in text else None
    if tagged:
        return Answer("marked", tagged[-1][1][:_LONGEST_VALUE])
    tail = text[-_TAIL:]
    elsewhere = any(word in tail for word in _WORDS_ELSEWHERE)
    for match in reversed(list((_MARK_ELSEWHERE if elsewhere else _MARK).finditer(tail))):
        value = _value(tail[match.end() : match.end() + 400], options)
        if value.lower().strip(".") in _PRAISE:
            continue  # "A is correct"
        # "The best option is …" is said in any prose: there only a value counts as one.
        if value and (
            elsewhere or "answer" in match.group().lower() or "#" in match.group() or _is_value(value, options)
        ):
            return Answer("marked", value)
    brackets = _BRACKETS.findall(tail) if "[" in tail else None
    if brackets and (len(brackets) == 1 or tail.rstrip(" .\n*").endswith("]")):
        return Answer("marked", brackets[-1])
    return None


def _is_value(text: str, options: Mapping[str, str]) -> bool:
    plain = text.strip("$*_`\\() ")
    return (
        quantity(plain) is not None
        or _YES_NO.fullmatch(plain) is not None
        or picked(text, options) is not None
        or text[:1] in "[({'\"\\"
    )


def _value(rest: str, options: Mapping[str, str]) -> str:
    """What stands after a mark, where it is short enough to be an answer."""
    letter = picked(rest.split("\n")[0], options)
    if letter is not None:
        return f"({letter})"
    value = _END.split(rest.strip(' *_`"\n'), maxsplit=1)[0].strip(' *_`":')
    if "=" in value and not value.startswith(("[", "{", "(")):
        value = value.rpartition("=")[2].strip()
    words = value.split()
    if not words:
        return ""
    if len(words) <= 8:
        return value[:_LONGEST_VALUE]
    numbers = _NUMBER.findall(value)
    return numbers[0] if len(numbers) == 1 else ""


def _option(text: str, options: Mapping[str, str]) -> Answer | None:
    if not options and len(text) > 200:
        return None
    letter = picked(text, options)
    if letter is None:
        return None
    return Answer("option", f"({letter})")


def _only_letter(text: str, options: Mapping[str, str]) -> Answer | None:
    """The option that a text ends with, or the one in brackets that it speaks of."""
    last = _LAST_LETTER.search(text[-60:]) if options else None
    if last is not None and last[1] in options:
        return Answer("option", f"({last[1]})")
    found = set(re.findall(r"\(([A-J])\)", text[-_TAIL:])) if options else set()
    return Answer("option", f"({found.pop()})") if len(found) == 1 and found <= options.keys() else None


def _yes_no(text: str) -> Answer | None:
    match = _YES_NO.match(text[:60])
    if match:
        return Answer("yes or no", match[1])
    held = _HOLDS.match(text[:120])
    if held is None:
        return None
    word = "valid" if held[3].lower() == "follow" else held[3].lower()
    return Answer("yes or no", f"not {word}" if held[1] or held[2] else word)


def _short(text: str) -> Answer | None:
    plain = normalising.unmarked(text) if len(text) <= 120 else ""
    if not plain or len(plain.split()) > 4 or len(plain) > 60:
        return None
    return Answer("short", plain.rpartition("=")[2].strip() or plain)


def _conclusion(reading: Reading, prompt: str) -> Answer | None:
    """The number that the last sentence comes to; only where a number was asked for, or it says that it concludes."""
    tail = reading.last_sentences
    asked = bool(ASKS_NUMBER.search(prompt[-2_000:]))
    for sentence in reversed(tail[-2:]):
        concludes = _CONCLUDES.search(sentence) is not None
        if not asked and not concludes:
            continue
        bold = [found for part in re.findall(r"\*\*(.+?)\*\*", sentence) for found in _numbers(part)]
        numbers = bold or _numbers(sentence)
        if not concludes and not bold and len(numbers) > 2:
            continue
        given = {number.strip("$€£%,") for number in _NUMBER.findall(prompt)}
        fresh = [number for number in numbers if number.split(" ")[0].strip("$€£%,") not in given] or numbers
        if fresh:
            return Answer("conclusion", fresh[-1].strip(" ,"))
    return None


def _numbers(text: str) -> list[str]:
    """The numbers of a text, each with its unit."""
    found = []
    for match in _NUMBER.finditer(with_minutes(text)):
        unit = _UNIT.match(match.string, match.end())
        found.append(f"{match.group()} {unit[1]}" if unit and is_unit(unit[1]) else match.group())
    return found


def answer_changes(old: Reading, new: Reading, prompt: str) -> tuple[list[Reason], bool]:
    """A stated answer that changed or is lost; and whether both state the same one."""
    options = options_of(prompt) if prompt else {}
    before = stated(old, prompt, options)
    if before is None or before.kind in ("short", "conclusion"):
        named = named_change(old, new) or closed_change(old, new, prompt) or bound_change(old, new)
        if named is not None:
            return [named], False
    after = stated(new, prompt, options)
    if before is None:
        return _newly_short(after, old, prompt), False
    if after is not None and same_answer(before.text, after.text, options):
        if ASKS_ORDER.search(prompt) and _listed(before.text) != _listed(after.text):
            return [changed("stated answer", "in another order:", before.text, after.text, 0.75)], False
        return [], True
    if (truth := _of_truth(before, after, old, new, prompt)) is not None:
        return truth
    if after is None or (before.sure and not after.sure):
        return _lost(before, after, new, prompt, options)
    if not before.sure:
        return _of_conclusions(before, after, old, new)
    if "short" in (before.kind, after.kind):
        return _of_short(before, after, old, new)
    return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.9)], False


def _listed(text: str) -> list[str]:
    """The words of a list in its order; none where it is no list of three or more."""
    return Reading(text).tokens if text.count(",") >= 2 else []


def _newly_short(after: Answer | None, old: Reading, prompt: str) -> list[Reason]:
    """A question answered in a sentence is answered in a few words now, none of which was in it."""
    if after is None or after.kind != "short" or len(old.tokens) > _SENTENCE or ASKS_NAME.search(prompt) is None:
        return []
    said = Reading(after.text).content
    if not said or said & old.counts.keys():
        return []
    return [changed("stated answer", "stated answer changed:", old.text, after.text, 0.6)]


def _of_conclusions(before: Answer, after: Answer, old: Reading, new: Reading) -> tuple[list[Reason], bool]:
    """Conclusions are guessed: the old one may stand in the new text's end, or the other way round."""
    if not after.sure and (_ends_with(new, before.text) or _ends_with(old, after.text)):
        return [], False
    if after.sure and (quantity(after.text) is None or _ends_with(old, after.text)):
        return [], False
    return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.7)], False


def _of_short(before: Answer, after: Answer, old: Reading, new: Reading) -> tuple[list[Reason], bool]:
    """One side is only a few words: the same if the other side holds them all and denies none."""
    short, other = (before, new) if before.kind == "short" else (after, old)
    if set(_LETTERS.findall(before.text)) != set(_LETTERS.findall(after.text)):
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if "^" in short.text and not holds_formula(other.text, short.text):
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if _same_number(before.text, after.text) or _same_formula(short.text, other.text):
        return [], True
    if after.kind == before.kind == "short" or len(other.tokens) <= 40:
        if _within(Reading(short.text), other):
            return [], True
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.6)], False


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
    if (
        _ends_with(new, before.text)
        or states(new, before.text)
        or (before.kind == "short" and _within(Reading(before.text), new))
    ):
        return [], True
    letter = picked(before.text, options)
    if letter is not None and options.get(letter) and options[letter] in new.text.lower():
        return [], True
    if after is not None and quantity(before.text) is not None:
        return [changed("stated answer", "stated answer changed:", before.text, after.text, 0.8)], False
    if before.kind == "yes or no" and len(new.tokens) > 12:
        return [Reason("stated answer", f"no longer answers {brief(before.text)} or its opposite", 0.4)], False
    weight = 0.6 if before.kind == "marked" else 0.8
    return [Reason("stated answer", f"stated answer lost: it was {brief(before.text)}", weight)], False


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
    if denies == (_YES_NO_OF_FALSE.match(said) is not None):
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
    wanted = [token for token in Reading(value[:_LONGEST_VALUE]).tokens if token not in ("the", "a", "an")]
    last = " ".join(reading.last_sentences[-2:])
    found = Reading(last).counts
    if sum(found.values()) < 3 * sum(n for token, n in found.items() if token[0].isdigit()):
        # A calculation: that the number occurs in it says nothing.
        return False
    if wanted and all(token in found for token in wanted):
        return True
    one = quantity(value)
    several = [quantity(number) for number in _numbers(last)] if one is not None else []
    return one is not None and any(other is not None and same_quantity(one, other) for other in several)


def _within(short: Reading, other: Reading) -> bool:
    wanted = [token for token in short.tokens if token not in ("the", "a", "an")]
    wanted = [token for token in wanted if is_content(token) or normalising.is_number(token)] or wanted
    if not wanted or not all(token in other.counts for token in wanted):
        return False
    return {token for token in short.counts if token in NEGATIONS} == {t for t in other.counts if t in NEGATIONS}
