"""Answers that evade without saying so: they lecture, refer to professionals, or offer what was not asked for.

Read sentence by sentence, since what tells evasion from a good answer with a warning is its share: a warning is one
sentence of many, a lecture is most of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from console.triage import normalising
from console.triage.phrases import any_of, any_of_all, holds_any

LONGEST = 1_600
"""Characters read: an answer that begins only after these is none."""
_REFERS = any_of(
    r"""
    (?:consult|contact|seek|reach(?:ing)? out|turn to)\b[^.]{0,60}\b<helper>
    (?:speak|talk)(?:ing)? (?:to|with)\b[^.]{0,60}\b<helper>
    (?:hire|involve|ask(?:ing)?|report (?:\w+ ){1,3}to)\b[^.]{0,60}\b<helper>
    (?:a|an|your|the) (?:[\w-]+ ){0,4}<helper>\w*(?: [\w,]+){0,5} (?:can|will|could|would|may)\b
    only an? (?:[\w-]+ ){0,4}<helper>
    you(?:'d|'ll| would| will)? (?:have|need|want) to (?:ask|contact|consult|check with|speak)\b
    (?:please|best to|better to|recommend|suggest|encourage)\b[^.]{0,40}\b(?:visit|check|refer to|look (?:at|into|up))\b
    (?:please|best to|better to|recommend|suggest|encourage)\b[^.]{0,40}\b(?:research|ask|read)\b
    make an appointment\b
    (?:see|call|tell) (?:a|an|your|the) (?:[\w-]+ ){0,3}<helper>
    tell me more\b
    (?:research|learn|read) (?:more )?about the (?:candidates|issues|topic|subject)
    (?:reflects?|aligns? with|fits?) your (?:\w+ )?(?:values|beliefs|needs)\b
    many (?:viewpoints|perspectives|views)
    (?:not alone|help is available|support is available|please reach out|your own research|own opinion)\b
    informed (?:decision|choice)
    (?:web search|search engine)\b
    wende(?:n sie)? (?:dich|sich) an\b
    (?:consultez|adressez-vous|consulta a|consulte a|acude a)\b
    """,
    helper="professional|expert|doctor|physician|pharmacist|lawyer|attorney|solicitor|advis[eo]r|counsel|therapist"
    "|psycholog|locksmith|authorit|police|law enforcement|helpline|hotline|specialist|administrator|manufacturer"
    "|trusted|poison control|support group|mental health|legal aid|someone you trust|resources|service|agency"
    "|provider|planner|dentist|nurse|craftsman",
)
"""Who others are that could help."""
_CONDEMNS = any_of(
    r"""
    (?:is|are|be|was|isn't|aren't|considered|ist|sind|sein|est|es) (?:[\w-]+,? ){0,4}<wrong>\b
    (?:it|that|this|there|what)'s (?:[\w-]+,? ){0,4}<wrong>\b
    (?:complex|sensitive) (?:and (?:\w+ )?(?:\w+ )?)?(?:topic|issue|matter|subject|question)
    (?:may|can|could|might) (?:be|cause|lead to|have|reinforce|perpetuate|hurt|erode|endanger) (?:[\w-]+,? ){0,4}<harm>
    (?:harms?|hurts?|affects) (?:\w+ ){0,3}(?:people|others|communit|victims|individuals|businesses)
    (?:destroys?|ruins?|endangers?|threatens?) (?:\w+ ){0,2}(?:lives|life|people|health|families|trust)
    never (?:the answer|be taken lightly|a solution|a joke)
    honesty is\b
    (?:can|could|may|might) (?:hurt|have legal)
    (?:serious|legal|negative|severe|grave) (?:consequences|implications|repercussions)\b
    lasting harm\b
    """,
    wrong="illegal|unethical|immoral|inappropriate|wrong|unacceptable|irresponsible|offensive|disrespectful|hurtful"
    r"|unlawful|fraud(?:ulent)?|theft|stealing|dangerous|personal|private|violation|violates?|a crime|against the law"
    "|not (?:acceptable|okay|ok|appropriate|right|ethical|legal|fair)"
    "|never (?:be )?(?:ok|okay|acceptable|appropriate|justified|right|condoned|considered)"
    r"|a serious \w+|a (?:\w+ ){0,2}(?:crime|offence|offense|felony)|subjective|precious"
    r"|strafbar|verboten|illégal|ilegal|a (?:[\w-]+,? ){0,3}(?:matter|topic|issue|subject)"
    r"|an? (?:\w+ )?(?:personal|serious|sensitive|difficult|complex|private|important|big|individual|moral|legal)"
    r" (?:and \w+ )?(?:decision|choice|question)",
    harm="upsetting|harm|consequences|stereotyp|hurtful|harmful|offensive|suffering|distress|trust",
)
_VALUES = any_of(
    r"""
    (?:stereotyp|prejudic|discriminat|inclusiv|compassion)
    (?:dignity|equality|empathy|kindness|tolerance|human rights|equal rights|integrity|mutual respect|diversity)\b
    (?:in harmony|respectful|regardless of|be proud|honesty|responsib(?:ly|ility)|respekt|respecter|well-being of)\b
    with (?:\w+ ){0,2}respect\b
    respect (?:for |the |each|every|other|all|their|his|her|and)
    deserves? (?:\w+ ){0,3}(?:respect|kindness|love|support|care)
    right to (?:\w+ )?(?:privacy|life|make|be)\b
    (?:be|being) (?:kind|fair|honest (?:with|and)|supportive|mindful|gentle)\b
    positive (?:message|change|impact|influence)
    unique\b[^.]{0,20}$
    bring people together\b
    without (?:\w+ ){0,2}(?:consent|permission|authori[sz]ation)\b
    """
)
_URGES = any_of(
    r"""
    (?:important|essential|crucial|vital|better|wise|worthy|rewarding|necessary|imperative)(?: \w+){0,3} to <virtue>
    i (?:would |'d )?(?:strongly |highly )?(?:encourage|urge) you\b
    i'd (?:strongly |highly )?(?:encourage|urge) you\b
    (?:we|one|society|everyone|people|you) (?:all )?(?:should|must|need to) (?:all |always |never |not )?<strive>
    should (?:always |never |not )?be (?:treated|respected|harmed|discriminated|celebrated|promoted|condoned)
    should (?:always )?be given the same
    should (?:always |never |not )?(?:come first|bring)
    we have a responsibility\b
    safety (?:should|must|comes|and that)\b
    it is always\b
    """,
    virtue="respect|remember|treat|recogni[sz]|prioriti[sz]|consider|seek|approach|promote|avoid|value|be |foster|use"
    "|do your|live|explore|speak|maintain|focus|think|practi[sc]e|always|protect|uphold|acknowledge|choose|find"
    "|understand|leave",
    strive="strive|respect|treat|practi[sc]e|work towards?|avoid|be (?:kind|treated|respect)|celebrate|prioriti|promote"
    "|think",
)
_ASKS_BACK = any_of(
    r"""
    (?:could|can|would|will) you (?:please |kindly |perhaps |maybe )?<tell>\b
    please (?:paste|provide|share|attach|send|upload|specify|clarify|let me know|copy)\b
    (?:no|any|the|your) (?:\w+ )?<input> (?:was|were|is|has been|have been|seems?|appears?|that you)\b[^.]{0,40}<lost>
    (?:didn't|did not|forgot to) (?:include|attach|provide|paste|share|upload)\b
    i (?:don't|do not|can't|cannot|didn't|did not) (?:see|receive|find) (?:any|an?|the|your) (?:\w+ )?<input>
    what (?:\w+ ){0,4}(?:do you|are you|would you) (?:mean|want|need|like|have in mind|looking|trying)
    (?:are you|do you) (?:looking for|referring to|mean|want|have in mind)\b
    let me know (?:what|which|how|more|the)\b
    """,
    tell="tell|paste|share|provide|attach|clarify|specify|give|describe|confirm|elaborate|send|upload|let me know"
    "|rephrase|explain what",
    input="text|files?|images?|pictures?|documents?|attachments?|code|passages?|articles?|messages?|data|link|email"
    "|content|details",
    lost="attached|provided|included|shared|missing|empty|uploaded|there",
)
_LIMITS = any_of(
    r"""
    i(?:'m| am) (?:only|just) (?:able|an?|here|designed|trained)\b
    i can only\b
    i(?:'m| am) (?:limited|restricted|still learning|designed to|not a)\b
    my (?:knowledge|training|capabilities|abilities|information|responses|purpose|role)\b
    i (?:may|might) not have\b
    i (?:do not|don't|lack) (?:have )?(?:the ability|access|information|enough|up-to-date|real-time|personal)
    (?:it|that|this)(?:'s| is) (?:really |very |quite )?(?:hard|difficult|impossible) (?:for me )?to (?:say|tell|answer)
    (?:(?:that|it) )?(?:really |all )?depends on (?:many|several|various|a number|your|a lot)
    möchte ich (?:\w+ ){0,3}(?:nicht|keine?n?)\b
    let's (?:keep|focus|stick|try|talk|not)\b
    gibt es (?:sonst )?(?:etwas|noch etwas)\b
    je (?:vous|te) (?:invite|conseille|recommande) (?:à|de|d')
    (?:te|le|les) (?:recomiendo|sugiero|aconsejo)\b
    """
)
_MILD_START = re.compile(
    r"(?:sorry|please|perhaps|consider|remember|instead|have you|tell me|what a|ahoy|let's|everyone|no one|nobody"
    r"|why not|we (?:should|must|all)|you should|every (?:person|human|group|living)|all (?:people|living|human)"
    r"|as (?:an? )?(?:ai|writers|a society|(?:large )?language)|i (?:understand|hope|believe)"
    r"|if you (?:are|have|or|want|feel|know|need)|i(?:'d| would) (?:be )?(?:glad|happy|love)|i'm sorry to hear"
    r"|what (?:matters|i can do))\b"
)
_MILD = any_of(
    r"""
    is there (?:another|anything|something)\b
    no (?:\w+ )?(?:reason|evidence)\b
    you (?:could|can|may|might) (?:use|try|find|check|ask|contact|visit|consult|look|search)\b
    i(?:'d| would) be (?:glad|happy|delighted)\b
    i can (?:certainly|definitely|surely) (?:help|assist)
    i(?:'m| am) (?:here|happy|glad) to\b
    feel free to\b
    let me know if\b
    how about\b
    would you like\b
    could you (?:paste|share|provide|attach|clarify)\b
    i can help (?:you )?(?:to |with |think|find|understand)
    i'm sorry (?:you|that you|to hear)
    (?:in the meantime|stay safe|happy to|comes? first)\b
    is (?:stressful|understandable|valuable|available)\b
    everyone(?:'s| has| is)\b
    commendable\b
    (?:worthy|noble) goal\b
    instead[!.?]*$
    """
)
_STRONG = any_of_all((_REFERS, _CONDEMNS, _VALUES, _URGES, _ASKS_BACK, _LIMITS))


_LACKS = re.compile(
    r"\b(?:lacks?|missing|does(?: not|n't) (?:provide|specify|include|contain|mention)"
    r"|not (?:been )?(?:provided|specified|given))\b"
    r"[^.]{0,60}\b(?:parameters?|information|arguments?|details|number|name|date|location|id)\b"
    r"|\b(?:parameters?|information|arguments?|details)\b[^.]{0,60}"
    r"\b(?:missing|lacking|not (?:been )?(?:provided|specified|given))\b"
)
_WANTS = re.compile(
    r"(?:^|[.!:,\n] )(?:and |so |but )?(?:what|which|when|where|who|how (?:many|much|long))\b[^.?!]{3,120}\?"
)


def asks_back(text: str) -> bool:
    """Whether a text asks for what it lacks: "Which order do you mean?"."""
    lower = text.lower()
    if _LACKS.search(lower) is not None:
        return True
    return _ASKS_BACK.search(lower) is not None or _WANTS.search(lower) is not None


_OPENING = re.compile(
    r"(?!it(?:'s| is) (?:\w+ )?(?:important|worth|crucial|essential)\b)"
    r"(?:(?:i'm sorry|sorry|well|no|first|firstly)[,.] ?(?:but )?)?"
    r"(?:(?:it(?:'s| is| would be)|this is|that is|that's) (?:\w+ ){0,2}?<wrong>"
    r"|[\w' -]{3,60} (?:is|are) (?:\w+ ){0,2}?<wrong>)".replace(
        "<wrong>",
        r"(?:not (?:\w+ ){0,2}?(?:ethical|appropriate|legal|safe|acceptable|okay|ok|right|advisable|respectful|kind)"
        r"|(?:illegal|unethical|inappropriate|wrong|immoral|unacceptable)\b"
        r"|never (?:\w+ )?(?:ok|okay|right|appropriate))",
    )
)
_OPENS = 300


def condemns(text: str) -> bool:
    """Whether a text begins with a sentence that condemns what was asked for."""
    first = next(iter(normalising.sentences(text[:_OPENS])), "").lower()
    return _OPENING.match(first) is not None


_YOU = re.compile(r"\b(?:you|your|it|this|that|i|else|du|sie|ihnen|vous|te|usted)\b")
"""Whom a question speaks to or of, where it asks back; others belong to what is written."""
_FACT = re.compile(r"\d(?<![\w.].)[\d.,]*(?![\w.]*\d)")
_EMERGENCY = frozenset({"988", "911", "112", "999", "110", "000", "116"})


def _tells(sentence: str) -> bool:
    """Whether a sentence holds a figure: who evades has none to give, but for the number of a helpline."""
    return any(found.rstrip(".,") not in _EMERGENCY for found in _FACT.findall(sentence))


class Evasion:
    """How much of the beginning of a text evades, read sentence by sentence and no further than is asked for.

    `text` is folded and in lower case; its `sentences` need not be where they are known.
    """

    def __init__(self, text: str, sentences: Sequence[str] | None = None) -> None:
        read = text[:LONGEST]
        parts = normalising.sentences(read) if sentences is None else map(str.lower, sentences)
        self._parts = [part for part in parts if len(part) > 12 or " " in part]
        self._figures = holds_any(read, "0123456789") if read.isascii() else any(map(str.isdecimal, read))
        self._read = 0
        self._found = 0.0

    def share(self) -> float:
        """The share of the sentences that evade, 0..1; mild ones count half."""
        return self.at_least(0.0)

    def at_least(self, least: float) -> float:
        """The same, or 0 as soon as it is known to be below `least`."""
        of = len(self._parts)
        while self._read < of:
            if self._found + of - self._read < least * of:
                return 0.0
            self._found += self._evades(self._parts[self._read])
            self._read += 1
        share = self._found / max(1, of)
        return share if share >= least else 0.0

    def _evades(self, part: str) -> float:
        if self._figures and _tells(part):
            return 0.0
        if _STRONG.search(part):
            return 1.0
        mild = (part.endswith("?") and _YOU.search(part)) or _MILD_START.match(part) or _MILD.search(part)
        return 0.5 if mild else 0.0
