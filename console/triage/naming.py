"""What is named without being marked as an answer: who it is, which day, which label, which number belongs to whom."""

from __future__ import annotations

import re

from console.triage import normalising
from console.triage.asking import asks_order
from console.triage.lexicon import FUNCTION_WORDS, NEGATIONS, QUESTION_WORDS, STARTERS
from console.triage.normalising import stem
from console.triage.quantities import quantity, same_quantity
from console.triage.reading import Reading, stems_of
from console.triage.records import Reason, changed

_IS = re.compile(
    r"(?:^|[,;:] ?|\b(?:so|therefore|thus|hence|that|and)\b,? )([\w' -]{1,40}?) (?:is|are|was|were|must be|has to be) "
    r"([\w' -]{1,60}?)(?: (?:of|in|among) [\w' -]{1,40})?[.!]*$"
)
_IS_VERB = re.compile(r" (?:is|are|was|were|must|ha[sv]e?) ")
_ARTICLE = re.compile(r"^(?:so |therefore |thus |hence |then )*(?:the |a |an )?")
_BINDS = re.compile(
    r"([A-Z](?<!\w.)[a-z]+)\b(?:'s \w+)?(?: is| has| gets?| pays?| owns?| got| earns?| owes?| needs?| was| had| =|:)+"
    r" \**([$€£]?-?\d[\d,]*(?:\.\d+)?)(?![\d.]*\s?(?:times\b|[x×*/+-]))"
)
_NO_NAMES = frozenset({"the", "this", "that", "it", "there", "he", "she", "they", "we", "you", "so", "then", "thus"})
_LISTED = re.compile(r"\b[A-Z]\w+(?:, [A-Z]\w+)*,? (?:and|or) [A-Z]\w+\b")
_ASKS_WHO = re.compile(r"\b(?:[Ww]ho|[Ww]hose|[Ww]hich)\b[^.!?]{1,200}\?")
_CAPITAL = re.compile(r"(?<![\w'.])[A-Z][a-z]{1,20}\b(?: [A-Z]\b)?")
_EITHER = re.compile(r"(?:[,:]| is| are) ([\w/.% -]{1,30}?),? or ([\w/.% -]{1,30}?)\?")
_WHO = re.compile(r"(?:^|[.\n] *)(?:[Ww]ho|[Ww]hose|[Ww]hom)\b")
_FULL_NAME = re.compile(r"\b[A-Z]\w+ [A-Z]\w+\b")
_INNER_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]\w+")
_FIRST_NAME = re.compile(r"(?:^|[.!?:\n] ?)\W{0,3}([A-Z][a-z]{3,20})(?= (?:[a-z]|[A-Z])|[.,*]|$)")
_SENTENCE = 40
_CLAUSE = re.compile(r"[,;] (?:so|and|but|hence|therefore|which means|leaving)\b")
_LONGEST_LIST = 40
_SUBJECT = re.compile(r"\W{0,3} ((?:is|was|has|will be|comes?|came) (?:[\w'-]+ ){0,3}[\w'-]+|\w+)")
"""What is said of the name that a clause begins with."""
_BRIEF = 60
_PROMPT = 2_000
_LAST = 3
_FEW = 4
_FEWEST = 3
_MOST_OF = 0.7
_THINGS = re.compile(
    r":\s*((?:[^,:.\n?]|(?<=\d)\.(?=\d)){2,80}(?:, ?(?:[^,:.\n?]|(?<=\d)\.(?=\d)){2,80}){2,12})[.?]?\s*$"
)
_WORDS = re.compile(r"\b(?:list|words?)\b[^:\n]{0,40}:\s*((?:[\w'-]+ ){2,30}[\w'-]+)\s*$", re.IGNORECASE | re.MULTILINE)
_COMMA = re.compile(r",? and |, ?")
_CASE = (re.NOFLAG, re.IGNORECASE)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NO_CANDIDATES = FUNCTION_WORDS | QUESTION_WORDS
_STARTERS = STARTERS


def named_change(old: Reading, new: Reading) -> Reason | None:
    """Who or what it is, where both come to "X is the Y": Dan is the shortest, the shortest is Carl."""
    before = _said_of(old)
    after = _said_of(new) if before is not None else None
    if before is None or after is None:
        return None
    shared = [part for part in before if part in after]
    if len(shared) != 1 or quantity(shared[0]) is not None:
        return None
    (one,), (other,) = ([part for part in side if part not in shared] for side in (before, after))
    if shared[0] == before[1] == after[1] and not (_is_name(one, old) and _is_name(other, new)):
        return None  # the same is said of it, whatever it is called
    if set(one.split()) & set(other.split()) or any(word in NEGATIONS for word in f"{one} {other}".split()):
        return None
    return changed("stated answer", f"stated answer changed ({shared[0]}):", one, other, 0.75)


def _is_name(words: str, reading: Reading) -> bool:
    """Whether words are written with a capital, other than at the beginning of a sentence."""
    if any(map(str.isdigit, words)):
        return True
    name = words.title()
    at = reading.text.find(name)
    return at >= 0 and words.split()[0] not in _NO_NAMES | _NO_CANDIDATES


def closed_change(old: Reading, new: Reading, prompt: str) -> Reason | None:
    """Another day of the week or another label, where each side names one that the prompt left open."""
    asks = "who" in prompt or "Who" in prompt
    asked = _ASKS_WHO.search(prompt) if asks or "hich" in prompt else None
    if asked is not None:
        who = _candidates(prompt)
        ours, theirs = (_chosen(reading, who, asked.group()) for reading in (old, new))
        if ours and theirs and not ours & theirs and not _one_name(ours, theirs, prompt):
            one, other = ", ".join(sorted(ours)), ", ".join(sorted(theirs))
            return changed("stated answer", "stated answer changed:", one, other, 0.7)
    if asks and _WHO.search(prompt) and max(len(old.tokens), len(new.tokens)) <= _SENTENCE:
        ours, theirs = (_names(reading, prompt) for reading in (old, new))
        if ours and theirs and not ours & theirs:
            one, other = (
                " ".join(sorted(side, key=text.find)) for side, text in ((ours, old.text), (theirs, new.text))
            )
            return changed("stated answer", "stated answer changed:", one, other, 0.7)
    if max(len(old.tokens), len(new.tokens)) <= _BRIEF:
        days = [[day for day in DAYS if day in reading.counts and day not in prompt.lower()] for reading in (old, new)]
        if not (len(days[0]) == len(days[1]) == 1) and "day" in prompt.lower():
            days = [[day for day in DAYS if day in _last(reading)] for reading in (old, new)]
        if len(days[0]) == len(days[1]) == 1 and days[0] != days[1]:
            return changed("stated answer", "another day:", days[0][0], days[1][0], 0.75)
    return None


def _one_name(ours: set[str], theirs: set[str], prompt: str) -> bool:
    """Whether two names stand side by side in a prompt: `Marie` and `Curie` are one person."""
    return any(f"{one} {other}" in prompt or f"{other} {one}" in prompt for one in ours for other in theirs)


def _last(reading: Reading) -> str:
    return reading.last_sentences[-1].lower() if reading.last_sentences else ""


def _candidates(prompt: str) -> set[str]:
    """Those whom a prompt speaks of: `Alice, Bob and Carol`, other words with a capital, `3/7 or 4/9`."""
    found = {name for listed in _LISTED.findall(prompt) for name in re.findall(r"[A-Z]\w+", listed)}
    capitals = {
        name for name in _CAPITAL.findall(prompt[-_PROMPT:]) if name.lower() not in FUNCTION_WORDS | QUESTION_WORDS
    }
    question = prompt[-_PROMPT:].rstrip().rpartition("\n")[2]
    things = _THINGS.search(question) if _ASKS_WHO.search(question) else None
    listed = [_ARTICLE.sub("", one.strip(" .?\n")) for one in _COMMA.split(things[1])] if things else []
    found |= {one for one in listed if 0 < len(one.split()) <= _FEWEST}
    return found | capitals | {one for pair in _EITHER.findall(prompt[-_PROMPT:]) for one in _apart(*pair)}


def _apart(one: str, other: str) -> list[str]:
    """`water` and `olive oil` of `a litre of water` and `a litre of olive oil`; none of longer ones."""
    left, right = one.split(), other.split()
    ours, theirs = ([word for word in words if word not in rest] for words, rest in ((left, right), (right, left)))
    sides = [" ".join(word for word in words if word not in ("a", "an", "the")) for words in (ours, theirs)]
    return sides if all(0 < len(side.split()) <= 2 for side in sides) else []


def _names(reading: Reading, prompt: str) -> set[str]:
    """The names in an answer that are not in the prompt: two words with capitals, or one inside of a sentence."""
    found = {word for pair in _FULL_NAME.findall(reading.text) for word in pair.split()}
    found |= {name for name in _FIRST_NAME.findall(reading.text) if name.lower() not in _NO_CANDIDATES | _STARTERS}
    return {word for word in found | set(_INNER_NAME.findall(reading.text)) if word not in prompt}


def _chosen(reading: Reading, names: set[str], question: str) -> set[str]:
    """Those of some names in the last clause that answers a question; of "X is larger than Y" the first."""
    asked = question if not names else re.sub("|".join(map(re.escape, names)), " ", question)
    wanted = stems_of(asked)
    last = list(reversed(reading.last_sentences[-_LAST:]))
    first = reading.sentences[:1]
    whole = len(reading.last_sentences) == 1
    for sentence in [*(first if first and len(first[0].split()) <= _FEW else []), *last, *first]:
        parts = _CLAUSE.split(sentence)
        clause = next((part for part in reversed(parts) if wanted & _stems(part)), parts[-1])
        found = {name: at for name in names if (at := _place_of(name, clause)) >= 0}
        answers = whole or len(sentence.split()) <= _FEW or wanted & _stems(clause)
        if found and answers:
            leading = min(found, key=found.__getitem__)
            told = {leading} if " than " in clause else {name for name in found if f"**{name}**" in clause}
            subject = _SUBJECT.match(clause[found[leading] + len(leading) :])
            if not told and subject and wanted & _stems(subject[1]):
                told = {leading}
            if len(told) != 1 < len(found) and sentence not in last[:1] and len(sentence.split()) <= _FEW:
                continue  # an order, or who there is
            return told if len(told) == 1 else set(found)
    return set()


def _stems(text: str) -> set[str]:
    return {stem(word) for word in normalising.tokens(text)}


def _place_of(name: str, text: str) -> int:
    match = re.search(rf"(?<![\w/]){re.escape(name)}(?![\w/])", text, _CASE[name[0].islower()])
    return -1 if match is None else match.start()


def _said_of(reading: Reading) -> tuple[str, str] | None:
    """The two sides of the last sentence's "is", without articles: who, and what is said of them."""
    last = reading.last_sentences[-1:]
    said = normalising.unmarked(last[0]).lower() if last else ""
    match = _IS.search(said) if _IS_VERB.search(said) else None
    if match is None:
        return None
    one, other = (_ARTICLE.sub("", part).strip() for part in (match[1], match[2]))
    if not one or not other or one == other or max(len(one.split()), len(other.split())) > 3:
        return None
    return one, other


def order_change(old: Reading, new: Reading, prompt: str) -> Reason | None:
    """Things that a prompt lists, in another order; where each is named once, the order of the names is the answer."""
    listed = _THINGS.search(prompt[-_PROMPT:])
    things = [_ARTICLE.sub("", thing.strip(" .?\n").lower()) for thing in _COMMA.split(listed[1])] if listed else []
    if not things and (words := _WORDS.search(prompt[-_PROMPT:])) is not None:
        things = words[1].lower().split()
    before, after = (_listing(reading, things) for reading in (old, new))
    if min(len(before), len(after)) < _FEWEST or before == after:
        return None
    return changed("stated answer", "in another order:", ", ".join(before), ", ".join(after), 0.75)


def _listing(reading: Reading, things: list[str]) -> list[str]:
    """Some things in the order of the last sentence that has most of them once; of the whole text, if it has all."""
    texts = [(sentence.lower(), _MOST_OF) for sentence in reversed(reading.last_sentences)]
    for text, share in [*texts, (reading.text.lower(), 1)]:
        found = [thing for thing in things if thing and text.count(thing) == 1]
        if len(found) >= max(_FEWEST, share * len(things)):
            return sorted(found, key=text.find)
    return []


def ranking_change(old: Reading, new: Reading, prompt: str) -> Reason | None:
    """Who comes first, second and third, where a prompt asks for that: one line each, or one sentence with all."""
    if not asks_order(prompt):
        return None
    names = sorted(name for name in _candidates(prompt) if prompt.count(name) > 1 or name in new.text)
    before, after = (_ranked(reading, names) for reading in (old, new))
    if not before or before == after or set(before) != set(after):
        return None
    return changed("stated answer", "in another order:", ", ".join(before), ", ".join(after), 0.75)


def _ranked(reading: Reading, names: list[str]) -> list[str]:
    """The last run of lines with one name each, or the last sentence with three or more of them, in its order."""
    run: list[str] = []
    for sentence in reversed(reading.sentences[-_LONGEST_LIST:]):
        found = {name: at for name in names if (at := _place_of(name, sentence)) >= 0}
        if len(found) == 1 and len(sentence.split()) <= _FEW and not found.keys() & set(run):
            run = [*found, *run]
        elif len(run) >= _FEWEST:
            break
        elif len(found) >= _FEWEST and all(sentence.count(name) == 1 for name in found):
            return sorted(found, key=found.__getitem__)
        else:
            run = []
    return run if len(run) >= _FEWEST else []


def bound_change(old: Reading, new: Reading) -> Reason | None:
    """Numbers that belong to others now: Ann is 12 and Tom is 24, Ann is 24 and Tom is 12."""
    before = _bound(old)
    after = _bound(new) if before else {}
    for name, number in before.items():
        other = quantity(after.get(name, ""))
        one = quantity(number)
        if one is not None and other is not None and not same_quantity(one, other):
            return changed("stated answer", f"stated answer changed ({name}):", number, after[name], 0.7)
    return None


def _bound(reading: Reading) -> dict[str, str]:
    """The last number that each name has in the last sentences."""
    last = " ".join(reading.last_sentences[-2:])
    return {name: number.rstrip(",") for name, number in _BINDS.findall(last) if name.lower() not in _NO_NAMES}
