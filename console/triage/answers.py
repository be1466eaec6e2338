"""The final answer that a text states: a JSON field, a box, "the answer is", yes or no, an option, a lone number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from console.triage import normalising
from console.triage.affirming import affirms, asks_whether
from console.triage.asking import asks_day, asks_number
from console.triage.equality import assigned, first_assigned, listed_numbers
from console.triage.formulas import is_formula
from console.triage.options import described, named, on_a_line, picked, several_picked
from console.triage.phrases import holds_any
from console.triage.quantities import (
    is_unit,
    quantity,
    with_iso_dates,
    with_minutes,
    with_percent,
    with_plain_fractions,
    with_powers_of_ten,
)
from console.triage.reading import Reading

Kind = Literal["field", "boxed", "marked", "option", "yes or no", "short", "conclusion"]

ANSWER_FIELDS = (
    *("final_answer", "finalanswer", "answer", "final", "result", "solution", "choice", "option", "label"),
    *("prediction", "verdict", "classification", "category", "output", "response"),
)
_FIELD = re.compile(
    r'"(final_?answer|answer|solution|choice|label)"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)', re.IGNORECASE
)
_MARK = re.compile(
    r"(?<!either )(?<!any )(?<!every )(?<!each )(?<!no )(?<!your )"
    r"(?:\b(?:answer|option|choice|solution|result|output|verdict|conclusion)s?\b[^\n:.=]{0,40}?(?:\bis\b|\bare\b|:|=)"
    r"|\bfinal answer\b|#{3,4}(?=\s*[-$\d]))[\s:*_`\"]*",
    re.IGNORECASE,
)
_OF_LIST = re.compile(r"(?:options|choices|answers)\b[^\n]*:[\s*_]*\n", re.IGNORECASE)
_OWN_LINE = re.compile(r"(?:verdict|conclusion|result|solution|answer)[\s*_]*:", re.IGNORECASE)
_LAST_LINE = 40
"""Characters of a last line that says nothing but what is marked."""
_MARK_WORDS = ("answer", "option", "choice", "solution", "result", "output", "verdict", "conclusion", "###")
"""Without one of them there is no mark: a search for plain text takes a hundredth of the time."""
_MARK_ELSEWHERE = re.compile(
    r"(?:\b(?:antwort|lösung|réponse|respuesta|resposta|risposta)\b[^\n:.=]{0,40}?(?:\b(?:ist|lautet|est|es|é|è)\b|:|=)"
    r"|(?:答案|正解|答え|回答)(?:是|は|为|為|:|：)?)[\s:*_`\"]*",
    re.IGNORECASE,
)
_WORDS_ELSEWHERE = ("ntwort", "ösung", "éponse", "espuesta", "esposta", "isposta", "答", "正解")
_TAG = re.compile(r"[<\[](answer|final_answer|result)[>\]]\s*(.*?)\s*[<\[]/\1[>\]]", re.IGNORECASE | re.DOTALL)
_ASSERTED = re.compile(r"assert .{1,400} == (.{1,400})", re.DOTALL)
_BRACKETS = re.compile(r"\[\[?\s*([A-J]|yes|no|true|false|-?\d[\d.,]*)\s*\]\]?", re.IGNORECASE)
_END = re.compile(
    r"\n|。|\.(?=\s|$)|;|\s(?:because|since|which|as the|so that|due to)\b|,\s(?:because|since|which|as|so|but)\b"
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
CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|in total|altogether|in conclusion|consequently|we get|we find|a total of"
    r"|which (?:makes|gives|equals|leaves)|comes to|amounts to|adds up to|somit|daher|insgesamt|deshalb|folglich"
    r"|donc|ainsi|au total|finalement|par conséquent|por lo tanto|por tanto|así que|quindi|dunque|portanto"
    r")\b|^(?:so|also)\b|∴|=|所以|因此|一共|总共|したがって|よって",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.:/])(?:\d{1,2}:\d\d(?![\d:])"
    r"|[$€£]?-?(?:\d+ (?=\d+/\d))?\d[\d,]*(?:\.\d+)?(?:e-?\d{1,2}(?!\w))?(?:\s*/\s*\d+)?%?)"
)
_SIGNS = "$€£%,"
_DIGIT = re.compile(r"\d")
_UNIT = re.compile(r"\s?([a-zA-Z]{1,12}[²³]?|[ckKm]?m[23])(?!\w)")
_LAST_LETTER = re.compile(r"(?:\bis|:|=)\s*[*_`(\[]*([A-J])[)\]*_`]*\.?\s*$")
_LONE_LETTER = re.compile(r"\n[\s*_`(\[]*([A-J])[)\]*_`.]*\s*$")
LETTERS = re.compile(r"(?<=[a-z] )([A-J])(?![\w'])")
YES_NO_OF_FALSE = re.compile(r"(?:not? |no$|not|false|incorrect|invalid|wrong|non|nein|não)", re.IGNORECASE)
_ARTICLE = re.compile(
    r"^[\s*_`]*(?:therefore,?(?=\s)|thus,?(?=\s)|hence,?(?=\s)|then(?=\s))?\s*(?:the|la|el|il|le|l'|die|der|das|a)?\s?(?:option|letter|choice|opci[oó]n|lettre|letra|buchstabe)?\s+(?=\S)",
    re.IGNORECASE,
)
_CHECKS = re.compile(r"\W*(?:to )?(?:check|verif|proof\b|probe\b)", re.IGNORECASE)
_MARKER = re.compile(r"\(?\d{1,2}[.)]")
"""Of a list."""
_IN_BOLD = re.compile(r"\*\*(.+?)\*\*")
_DAYS = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_FORMULA = 12
_ALONE = 2
"""Words of a last sentence that is nothing but a value."""
_IS = re.compile(r" (?:is|are)\b:?")
_VARIABLE = re.compile(r"(?<![a-z])[a-z](?![a-z])")
_WRITTEN_DATE = re.compile(r"\A((?:19|20)\d\d)(\d\d)(\d\d)\Z")
_LIST = re.compile(r"\[[\[\]\d\s,.-]{3,1200}\]")
_LONGEST_LIST = 1_400
_REJECTS = re.compile(
    r"\b(?:not|never|incorrect|wrong|false|contraindicated|unlikely|ruled out)\b|n't\b", re.IGNORECASE
)
_PRAISE = frozenset({"correct", "right", "wrong", "incorrect", "the correct one", "the right one", "the best one"})
_PRAISES = re.compile(r"(?:richtig|korrekt|falsch|correcte?|correcta|fausse|incorrecta?)\b", re.IGNORECASE)
LONGEST_VALUE = 200
_TAIL = 1_500
_LAST = 3
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
        listed = bracketed(reading.text) if isinstance(reading.shape.data, list) else ""
        return Answer("field", listed) if listed else _field(reading)
    several = several_picked(reading.text, prompt, options)
    if several:
        return Answer("option", several)
    return (
        _field(reading)
        or _boxed(reading.text)
        or _lone_letter(reading.text, options)
        or _first_option(_marked(reading.text, options), reading, options)
        or _option(reading.text, options)
        or _only_letter(reading.text, options)
        or _named_option(reading, options)
        or _yes_no(reading.text, prompt)
        or _short(reading.text)
        or _day(reading, prompt)
        or _conclusion(reading, prompt)
    )


def _field(reading: Reading) -> Answer | None:
    data = reading.shape.data
    if isinstance(data, dict):
        names = {str(key).lower().replace(" ", "_"): key for key in data}
        for name in ANSWER_FIELDS:
            if name in names and _is_short(value := data[names[name]]):
                return Answer("field", str(value)[:LONGEST_VALUE])
        only = next(iter(data.values())) if len(data) == 1 else None
        return Answer("field", str(only)[:LONGEST_VALUE]) if _is_short(only) else None
    if data is None and '"' in reading.text and "{" in reading.text:
        found = _FIELD.findall(reading.text[-20_000:])
        if found:
            return Answer("field", found[-1][1].strip('"')[:LONGEST_VALUE])
    return None


def _is_short(value: object) -> bool:
    return len(value.split()) <= _PROSE if isinstance(value, str) else isinstance(value, (int, float))


def _boxed(text: str) -> Answer | None:
    at = max(text.rfind("\\boxed{"), text.rfind("\\fbox{"))
    if at < 0:
        return None
    start = text.index("{", at) + 1
    depth = 1
    for brace in re.finditer("[{}]", text[start : start + 2_000]):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return Answer("boxed", text[start : start + brace.start()][:LONGEST_VALUE])
    return None


def _marked(text: str, options: Mapping[str, str]) -> Answer | None:
    tagged = _TAG.findall(text) if "</" in text or "[/" in text else None
    if tagged:
        asserted = _ASSERTED.fullmatch(tagged[-1][1])
        return Answer("marked", (asserted or tagged[-1])[1][:LONGEST_VALUE])
    last = text.rpartition("\n")[2]
    if last.startswith("#### ") and (value := last.strip("# ")):
        return Answer("marked", value[:LONGEST_VALUE])
    tail = text[-_TAIL:]
    elsewhere = holds_any(tail, _WORDS_ELSEWHERE)
    for match in reversed(_marks(tail, elsewhere=elsewhere)):
        if _OF_LIST.match(match.group()):
            continue  # "the options:", which are gone through below
        value = _value(tail[match.end() : match.end() + _LONGEST_LIST], options)
        if value.lower().strip(".") in _PRAISE or _PRAISES.match(value):
            continue  # "A is correct"
        at_end = match.end() >= len(tail.rstrip(" *_.")) - _LAST_LINE and _OWN_LINE.match(match.group())
        if at_end and value and not any(map(str.isdigit, value)):
            return Answer("marked", value)  # "Verdict: reasonable" is how it ends
        # "The best option is …" is said in any prose: there only a value counts as one.
        if value and (
            elsewhere or "answer" in match.group().lower() or "#" in match.group() or _is_value(value, options)
        ):
            return Answer("marked", value)
    brackets = _BRACKETS.findall(tail) if "[" in tail else None
    if brackets and (len(brackets) == 1 or tail.rstrip(" .\n*").endswith("]")):
        return Answer("marked", brackets[-1])
    return None


def _first_option(marked: Answer | None, reading: Reading, options: Mapping[str, str]) -> Answer | None:
    """What is marked; where that is none of the options, the one that the first sentence names goes before it."""
    if marked is None or not options or picked(marked.text, options) is not None:
        return marked
    return _option(reading.text, options) or _named_option(reading, options) or marked


def says_answer(reading: Reading) -> bool:
    """Whether the end of a text says "the answer is": what stands before it are steps on the way."""
    return any("answer is" in sentence for sentence in reading.last_sentences[-2:])


def _marks(tail: str, *, elsewhere: bool) -> list[re.Match[str]]:
    if elsewhere:
        return list(_MARK_ELSEWHERE.finditer(tail))
    lower = tail.lower()
    return list(_MARK.finditer(tail)) if holds_any(lower, _MARK_WORDS) else []


def _is_value(text: str, options: Mapping[str, str]) -> bool:
    plain = text.strip("$*_`\\() ")
    return (
        quantity(plain) is not None
        or "\\" in text[:_FORMULA]
        or _YES_NO.fullmatch(plain) is not None
        or picked(text, options) is not None
        or text[:1] in "[({'\"\\"
        or bool(assigned(text))
    )


def _value(rest: str, options: Mapping[str, str]) -> str:
    """What stands after a mark, where it is short enough to be an answer."""
    if rest[:1] == "[" and (listed := bracketed(rest)):
        return listed
    letter = picked(_ARTICLE.sub("", rest.split("\n")[0]), options)
    if letter is not None:
        return f"({letter})"
    value = _END.split(rest.strip(' *_`"\n'), maxsplit=1)[0].strip(' *_`":')
    if "=" in value and not value.startswith(("[", "{", "(")) and len(assigned(value)) < 2:
        value = value.rpartition("=")[2].strip()
    words = value.split()
    if not words:
        return ""
    if len(words) <= 8:
        return value[:LONGEST_VALUE]
    numbers = _NUMBER.findall(value)
    return numbers[0] if len(numbers) == 1 else ""


def bracketed(text: str) -> str:
    """The list of numbers that a text begins with, on one line or several; "" where it is none."""
    match = _LIST.match(text)
    return match.group() if match is not None and match.group().count("[") == match.group().count("]") else ""


def _option(text: str, options: Mapping[str, str]) -> Answer | None:
    if not options and len(text) > 200:
        return None
    letter = picked(text, options)
    if letter is None:
        return None
    return Answer("option", f"({letter})")


def _lone_letter(text: str, options: Mapping[str, str]) -> Answer | None:
    """The option that stands alone on the first line of an answer."""
    first = text.partition("\n")[0].strip("*_`.:() ") if options else ""
    return Answer("option", f"({first})") if first in options else None


def _only_letter(text: str, options: Mapping[str, str]) -> Answer | None:
    """The option that a text ends with, or the one in brackets that it speaks of."""
    last = _LAST_LETTER.search(text[-60:]) or _LONE_LETTER.search(text[-12:]) if options else None
    if last is not None and last[1] in options:
        return Answer("option", f"({last[1]})")
    found = set(re.findall(r"\(([A-J])\)", text[-_TAIL:])) if options else set()
    return Answer("option", f"({found.pop()})") if len(found) == 1 and found <= options.keys() else None


def _named_option(reading: Reading, options: Mapping[str, str]) -> Answer | None:
    """The option whose words the first sentence has: "It's Jupiter.", or one of the last two describes."""
    if not options or not reading.sentences:
        return None
    letter = named(reading.sentences[0], options)
    letter = letter or on_a_line(reading.text, options)
    for sentence in reading.last_sentences[:-3:-1] if letter is None else ():
        letter = letter or described(sentence, options)
        if _REJECTS.search(sentence) is not None:
            break  # above it are the options that are not picked
    return None if letter is None else Answer("option", f"({letter})")


def _yes_no(text: str, prompt: str) -> Answer | None:
    match = _YES_NO.match(text[:60])
    if match:
        return Answer("yes or no", match[1])
    held = _HOLDS.match(text[:120])
    if held is None:
        affirmed = affirms(text) if asks_whether(prompt) else None
        return None if affirmed is None else Answer("yes or no", "yes" if affirmed else "no")
    word = "valid" if held[3].lower() == "follow" else held[3].lower()
    return Answer("yes or no", f"not {word}" if held[1] or held[2] else word)


def _short(text: str) -> Answer | None:
    plain = normalising.unmarked(text) if len(text) <= 120 else ""
    if not plain or len(plain.split()) > 4 or len(plain) > 60:
        return None
    return Answer("short", plain.rpartition("=")[2].strip() or plain)


def _day(reading: Reading, prompt: str) -> Answer | None:
    """The day of the week that the last sentence with one names last, or in bold, where a prompt asks for it."""
    if not asks_day(prompt):
        return None
    for sentence in reversed(reading.last_sentences[-_LAST:]):
        bold = [day for part in _IN_BOLD.findall(sentence) for day in _DAYS.findall(part)]
        if found := bold or _DAYS.findall(sentence):
            return Answer("conclusion", found[-1])
    return None


def _conclusion(reading: Reading, prompt: str) -> Answer | None:
    """The number that the last sentence comes to; only where a number was asked for, or it says that it concludes."""
    tail = reading.last_sentences
    asked = asks_number(prompt)
    told = [one for one in tail if _MARKER.fullmatch(one) is None]
    while len(told) > 1 and _CHECKS.match(told[-1]):
        told.pop()
    for whole in _most_telling(told[-_LAST:]):
        sentence = with_iso_dates(with_plain_fractions(with_powers_of_ten(whole)))
        if _DIGIT.search(sentence) is None:
            continue
        alone = whole is tail[-1] and len(sentence.split()) <= _ALONE
        concludes = alone or CONCLUDES.search(sentence) is not None
        bold = _numbers_in_bold(sentence)
        if not asked and not concludes and len(bold) != 1:
            continue
        comes_to = (sentence if "=" in sentence else _IS.sub("=", sentence)).rpartition("=")[2].strip(" .$*`\n")
        if comes_to != sentence and is_formula(comes_to) and ("=" in sentence or _VARIABLE.search(comes_to)):
            return Answer("conclusion", comes_to)
        if "=" not in sentence and (listed := listed_numbers(sentence)):
            return Answer("conclusion", listed)
        if len(assigned(sentence)) > 1:
            return Answer("conclusion", sentence[first_assigned(sentence) :].rstrip(". "))
        numbers = bold or numbers_of(sentence)
        given = {number.strip(_SIGNS) for number in _NUMBER.findall(with_iso_dates(prompt))}
        fresh = [number for number in numbers if bare(number) not in given]
        if not concludes and not bold and len(numbers) > 2 and len(fresh) != 1:
            continue
        fresh = fresh or numbers
        if fresh:
            return Answer("conclusion", _WRITTEN_DATE.sub(r"\1-\2-\3", fresh[-1].strip(" ,")))
    return None


def _most_telling(last: Sequence[str]) -> list[str]:
    """The last two sentences from the end; before one that does not conclude, the only one with a number in bold."""
    bold = [one for one in last if "**" in one and len(_numbers_in_bold(one)) == 1]
    found = list(reversed(last[-2:]))
    return (
        found if len(bold) != 1 or CONCLUDES.search(found[0]) else [bold[0], *(one for one in found if one != bold[0])]
    )


def _numbers_in_bold(sentence: str) -> list[str]:
    return [found for part in _IN_BOLD.findall(sentence) for found in numbers_of(part)]


def bare(number: str) -> str:
    """A number of `numbers_of` without its unit."""
    return number.split(" ")[0].strip(_SIGNS)


def numbers_of(text: str) -> list[str]:
    """The numbers of a text, each with its unit."""
    found = []
    for match in _NUMBER.finditer(with_percent(with_minutes(text))):
        unit = _UNIT.match(match.string, match.end())
        found.append(f"{match.group()} {unit[1]}" if unit and is_unit(unit[1]) else match.group())
    return found
