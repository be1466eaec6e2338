"""Multiple choice: the options a prompt offers, and which one an answer picks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from console.triage.phrases import holds_any
from console.triage.reading import stems_of

_LONGEST_PROMPT = 20_000
_OPTION = re.compile(r"(?:^|\n)[ \t]*(?:[-*][ \t]*)?\(?([A-Ja-j])(?:[).:]{1,2}| =)[ \t]+(\S[^\n]{0,300})")
_NUMBERED = re.compile(r"(?:^|\n)[ \t]*\(?([1-9])[).:]{1,2}[ \t]+(\S[^\n]{0,300})")
_ASKS_ONE = re.compile(r"\b(?:which|choose|select|pick|correct|best)\b", re.IGNORECASE)
_BARE = re.compile(
    r"(?:^|\n)[ \t]*A[ \t]{1,4}(\S[^\n]{0,200})\n\s{0,4}B[ \t]{1,4}(\S[^\n]{0,200})"
    r"(?:\n\s{0,4}C[ \t]{1,4}(\S[^\n]{0,200}))(?:\n\s{0,4}D[ \t]{1,4}(\S[^\n]{0,200}))?"
    r"(?:\n\s{0,4}E[ \t]{1,4}(\S[^\n]{0,200}))?"
)
"""Lines that begin with A, B and C, without any sign after the letter."""
_FIRST_NUMBER = ("1)", "1.", "1:")
_FIRST = ("A)", "A.", "A:", "A = ", "a)", "a.")
_INLINE = re.compile(r"\(([A-Ja-j])\)[.:]?\s*([^()\n]{1,200}?)\s*(?=[,;]?\s*\([A-Ja-j]\)|$|\n)")
_RUN_ON = re.compile(
    r"(?<![\w(])([A-Ja-j])(?:[.:]\s+|\)\s*)([^\n]{1,80}?)[.,;]?(?=\s+[A-Ja-j](?:[.:]\s|\))|\s*$|\s*\n)"
)
"""`A. Neon B. Argon`, on one line."""
_PICKED = re.compile(
    r"^[\s\"'*_`\[({$]*(?P<word>(?:option|choice|answer|opci[oó]n|opção|réponse|antwort|respuesta|risposta|resposta)\b)?[\s:*_]*"
    r"(?:\(([A-Ja-j])\)|\[([A-Ja-j])\]|\{([A-J])\}|([A-J])(?=$|[\u3000-\u9fff]|[\s\"'*_`\])}$]*(?:$|[.):,;\n-])))",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\b([a-z-]{2,20}(?:, [a-z-]{2,20})*,? or [a-z-]{2,20})\b(?=[^a-z]|$)")
_WORD = re.compile(r"[\s\"'*_`(]*([a-z-]{2,20})[\"'*_`)]*\s*(?:[:.,;\n-]|$)")
_CHOSEN = re.compile(r"\b(?:as|is|be|sentiment:|label:|category:|class:|answer:)\s+(?:a |an )?[\"'*_`]*([a-z-]{2,20})")
_CHOSEN_LETTER = re.compile(
    r"\b(?i:go with|choose|pick|select|option|choice|answer is|right one is|correct one is"
    r"|correct (?:answer|option) is|(?:has|have) to be|must be|would be|should be"
    r"|(?i:richtig|korrekt|correcta?|correcte|juste|corretta|certa) (?i:ist|est|es|è|é)|lautet)"
    r"[\s*_`\"':]*\(?([A-J])\)?(?![\w'])"
    r"|(?<![\w'])\(?([A-J])\)?[*_`\"']* (?i:is|would be) (?i:the )?"
    r"(?i:correct|right|best|most|true|one(?=[.,!:\n]|$))\b"
    r"|(?<![\w'])\(?([A-J])\)?[*_`\"']* (?:ist|est|es|è|é) (?:die |la |le )?"
    r"(?:richtig|korrekt|correct|bonne|juste|corrett|cert)"
    r"|(?:选项?|選項?|答案[是为為:]|正解は|答えは)\s*\(?([A-J])"
    r"|\b(?i:antwort|answer|option|choice|réponse|respuesta|risposta|resposta)[\s*_`\"':]*\(?([a-jA-J])\)"
)
_PICKED_NUMBER = re.compile(
    r"[\s\"'*_`\[({$]*(?:option|choice|answer)?[\s:]*([1-9])[.):]*(?![\w.,])([^\n]*)", re.IGNORECASE
)
_BEGINS_WITH = re.compile(r"\W*([1-9])[.):]\s+(?=\S)")
_CALLED = re.compile(
    r"^[ \t]*(?:solution|option|choice|sentence|ending|answer|hypothesis) ([1-9]): ?(\S[^\n]{0,300})",
    re.IGNORECASE | re.MULTILINE,
)
"""`Solution 1: …`"""
_TEXT = re.compile(r"\\(?:text|mathrm|mathbf|textbf)\{([^{}]{0,80})\}")
_ROMANS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_ROMAN = re.compile(r"(?:^|\n)[ \t]*\(?(i{1,3}|iv|v)[).][ \t]+(\S[^\n]{0,300})")
_PICKED_ROMAN = re.compile(r"(?:\A[\W_]*|\b(?:option|answer|choice)(?: is)?[\W_]{1,4})(i{1,3}|iv|v)[).]")
_CHOSEN_NUMBER = re.compile(
    r"\b(?:option|choice|number|answer is|answer:)[\s*_`\"':(]*([1-9])(?![\w.,]*\w)", re.IGNORECASE
)
_ON_A_LINE = re.compile(r"^[*_ \t(>-]{0,6}([A-J])[).:]{1,2}[*_ \t]{1,4}(\S[^\n]{0,300})$", re.MULTILINE)
_SEVERAL = re.compile(
    r"(?:^[\s*_`(]*|(?:\b(?:is|are|answers?|options?|statements?|choices?)|:)[\s:*]*)"
    r"([*(]{0,3}[A-J][*)]{0,3}(?:(?:\s{0,3}[,;&/+]\s{0,3}|\s{0,3},?\s{1,3}and\s{1,3})[*(]{0,3}[A-J][*)]{0,3})+)"
    r"(?![\w'])"
)
_ASKS_SEVERAL = re.compile(
    r"\ball that apply\b|\b(?:select|choose|pick|mark) (?:all|two|three|every|one or more)\b"
    r"|\bwhich (?:two|three|(?:\w+ ){0,5}(?:statements|options|answers|ones))\b|\bmore than one\b",
    re.IGNORECASE,
)
_SHORT_SENTENCE = 12
_DESCRIBED, _OTHERS, _FEWEST = 0.6, 0.4, 2
"""Shares of the words of an option that a sentence has that describes it, and has of others; of so many at least."""
_END = 80
_DENIES = re.compile(r"\b(?:not|no|never|neither|nor|except|unlike|than)\b|n't\b")
_LONGEST_SAID = 4_000
_NO_WORDS = re.compile(r"[\s(*_`\[]*[A-J](?:[\s,;&/+()*_`\]]|and|[A-J](?![a-z]))*\.?\s*")
_WITH_TEXT = re.compile(r"^[\s\"'*_`\[(]*([A-J])\s+(\S.*)")


@lru_cache(maxsize=8)
def options_of(prompt: str) -> Mapping[str, str]:
    """The options of a prompt by their capital letters, or by their numbers, in lower case.

    None where they do not start with A and B, or with 1 and 2.
    """
    text = prompt[-_LONGEST_PROMPT:]
    if "\nii" in text:
        roman = {_ROMANS[match[1]]: plain(match[2]) for match in _ROMAN.finditer(text)}
        if "1" in roman and "2" in roman:
            return roman
    if "1: " in text and (said := {match[1]: plain(match[2]) for match in _CALLED.finditer(text)}) and "2" in said:
        return said
    if holds_any(text, _FIRST_NUMBER) and "2" in text and ("(1) " in text or _ASKS_ONE.search(text)):
        numbered = {match[1]: plain(match[2]) for match in _NUMBERED.finditer(text)}
        if "1" in numbered and "2" in numbered and "A)" not in text and "A." not in text:
            return numbered
    if not holds_any(text, _FIRST):
        bare = _BARE.search(text) if "\nB " in text and "\nC " in text else None
        return (
            {letter: plain(words) for letter, words in zip("ABCDE", bare.groups(), strict=True) if words}
            if bare
            else {}
        )
    for pattern in (_OPTION, _INLINE, _RUN_ON):
        found = {match[1].upper(): plain(match[2]) for match in pattern.finditer(text)}
        if "A" in found and "B" in found:
            return found
    return {}


def picked(text: str, options: Mapping[str, str]) -> str | None:
    """The letter that `text` begins with, or that its words stand for among `options`; None where there is none."""
    head = _TEXT.sub(r"\1", text[:400]).strip()
    if "1" in options:
        return _numbered(head, options)
    if len(head.strip("*_`.() ")) == 1 and head.strip("*_`.() ").upper() in options:
        return head.strip("*_`.() ").upper()
    match = _PICKED.match(head)
    if match is not None:
        letter = next(group for group in match.groups()[1:] if group).upper()
        bare = match[5] if match["word"] is None else None
        lower_bare = bare is not None and bare.islower() and head[match.end(5) : match.end(5) + 1] != ")"
        if not lower_bare and (not options or letter in options):
            return letter
    if not options:
        return None
    with_text = _WITH_TEXT.match(head)
    if with_text and options.get(with_text[1], "\0")[:12] == plain(with_text[2])[:12]:
        return with_text[1]
    chosen = {next(filter(None, letters)).upper() for letters in _CHOSEN_LETTER.findall(head)} & set(options)
    if len(chosen) == 1:
        return str(chosen.pop())
    said = plain(head)
    return next((letter for letter, words in options.items() if said == words), None)


def _numbered(head: str, options: Mapping[str, str]) -> str | None:
    """The number that a text begins with, alone or with its words, or "option 2"; or the option it names."""
    if (roman := _PICKED_ROMAN.search(head)) is not None and _ROMANS[roman[1]] in options:
        return _ROMANS[roman[1]]
    match = _PICKED_NUMBER.match(head)
    if match is not None and match[1] in options and (not match[2].strip() or plain(match[2]) == options[match[1]]):
        return match[1]
    begun = _BEGINS_WITH.match(head)
    if begun is not None and begun[1] in options and not re.search(rf"^\W*{int(begun[1]) + 1}[.)]", head, re.MULTILINE):
        return begun[1]  # no list that goes on with the next number
    chosen = set(_CHOSEN_NUMBER.findall(head)) & set(options)
    if len(chosen) == 1:
        return str(chosen.pop())
    said = plain(head)
    return next((number for number, words in options.items() if said == words), None)


def named(sentence: str, options: Mapping[str, str]) -> str | None:
    """The letter of the only option whose words stand in a short sentence; None in one that denies something."""
    said = plain(sentence)
    if len(said.split()) > _SHORT_SENTENCE or _DENIES.search(said):
        return None
    found = [letter for letter, words in options.items() if len(words) > 2 and _holds(said, words)]
    longest = [one for one in found if not any(one != other and options[one] in options[other] for other in found)]
    return longest[0] if len(longest) == 1 else None


def on_a_line(text: str, options: Mapping[str, str]) -> str | None:
    """The only option that stands on a line of its own, letter and words."""
    found = {letter for letter, words in _ON_A_LINE.findall(text) if options.get(letter) == plain(words)}
    return found.pop() if len(found) == 1 else None


def described(sentence: str, options: Mapping[str, str]) -> str | None:
    """The only option most of whose words a sentence has, in whichever form: it says it in words of its own."""
    said = stems_of(sentence)
    shares = {letter: _shared(said, stems_of(words)) for letter, words in options.items()}
    best = max(shares, key=shares.__getitem__, default=None)
    if best is None or shares[best] < _DESCRIBED:
        return None
    return best if all(share <= _OTHERS for letter, share in shares.items() if letter != best) else None


def _shared(said: frozenset[str], words: frozenset[str]) -> float:
    return len(said & words) / len(words) if len(words) >= _FEWEST else 0.0


def _holds(said: str, words: str) -> bool:
    at = said.find(words)
    return at >= 0 and not (said[at - 1 : at].isalnum() or said[at + len(words) : at + len(words) + 1].isalnum())


def misnamed(text: str, letter: str, options: Mapping[str, str]) -> str | None:
    """The other option whose words stand right after a letter: `C) FAT32` where FAT32 is D."""
    own = options.get(letter, "")
    for said in re.findall(rf"(?<!\w)\(?{letter}(?:[).:*]{{1,4}} ?\(?| \(?)([^\n]{{1,120}})", text[:_LONGEST_SAID]):
        words = plain(said)
        if own and words.startswith(own):
            return None
        for other, theirs in options.items():
            if other == letter or len(theirs) < 2 or own.startswith(theirs) or not words.startswith(theirs):
                continue
            if not words[len(theirs) : len(theirs) + 1].isalnum():
                return other
    return None


def several_picked(text: str, prompt: str, options: Mapping[str, str]) -> str:
    """`A, C` where a text picks more than one of the options, and may; "" where it does not."""
    if len(options) < 2 or not (_NO_WORDS.fullmatch(text[:60]) or _asks_several(prompt)):
        return ""
    found = [sorted(set(re.findall("[A-J]", letters))) for letters in _SEVERAL.findall(text[:_LONGEST_PROMPT])]
    if not any(len(letters) > 1 for letters in found):
        found.append(sorted(set(re.findall(r"\(([A-J])\)", text[:_LONGEST_PROMPT]))))
    several = [letters for letters in found if len(letters) > 1 and all(letter in options for letter in letters)]
    return ", ".join(several[-1]) if several else ""


@lru_cache(maxsize=8)
def _asks_several(prompt: str) -> bool:
    return _ASKS_SEVERAL.search(prompt) is not None


def labels_of(prompt: str) -> tuple[str, ...]:
    """The words a prompt offers to choose from, `positive, negative or neutral`, in lower case; none without a list."""
    match = _CHOICE.search(prompt[-_LONGEST_PROMPT:].lower()) if " or " in prompt else None
    if match is None:
        return ()
    return tuple(dict.fromkeys(word for word in re.split(r"[\s,/]+|\bor\b", match[1]) if word))


def label_of(text: str, labels: Collection[str]) -> str:
    """The one of `labels` that a text begins with, or that it says it chooses; "" where there is none."""
    if not labels:
        return ""
    lower = text[:400].lower()
    first = _WORD.match(lower)
    if first is not None and first[1] in labels:
        return first[1]
    said = [word for part in (lower, text[-_END:].lower()) for word in _CHOSEN.findall(part) if word in labels]
    return said[0] if len(set(said)) == 1 else ""


def plain(text: str) -> str:
    """Lower case, without marks and end punctuation."""
    return " ".join(text.lower().replace("*", "").replace("_", " ").split()).strip(" .;,\"'`$")
