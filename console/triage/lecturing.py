"""Answers that evade without saying so: they lecture, refer to professionals, or offer what was not asked for.

Read sentence by sentence, since what tells evasion from a good answer with a warning is its share: a warning is one
sentence of many, a lecture is most of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.triage import normalising

LONGEST = 1_600
"""Characters read: an answer that begins only after these is none."""
_HELPERS = (
    r"(?:professional|expert|doctor|physician|pharmacist|lawyer|attorney|solicitor|advis[eo]r|counsel|therapist|"
    r"psycholog|locksmith|authorit|police|law enforcement|helpline|hotline|specialist|administrator|manufacturer|"
    r"trusted|poison control|support group|mental health|legal aid|someone you trust|resources|service|agency)"
)
_REFERS = re.compile(
    r"\b(?:consult|contact|seek|reach(?:ing)? out|speak(?:ing)? (?:to|with)|talk(?:ing)? (?:to|with)|turn to|hire"
    r"|involve"
    rf"|report (?:\w+ ){{1,3}}to|ask(?:ing)?)\b[^.]{{0,60}}\b{_HELPERS}"
    rf"|\b(?:a|an|your|the) (?:[\w-]+ ){{0,4}}{_HELPERS}\w*(?: [\w,]+){{0,5}} (?:can|will|could|would|may)\b"
    r"|\bnot alone\b|\bhelp is available\b|\bplease reach out\b|\bsupport is available\b|\byour own research\b"
    r"|\bown opinion\b|\binformed (?:decision|choice)|\bweb search\b|\bsearch engine\b"
    r"|\bwende(?:n sie)? (?:dich|sich) an\b"
    r"|\b(?:consultez|adressez-vous|consulta a|consulte a|acude a)\b"
)
_WRONG = (
    r"(?:illegal|unethical|immoral|inappropriate|wrong|unacceptable|irresponsible|offensive|disrespectful|hurtful"
    r"|unlawful|a crime|against the law|not (?:acceptable|okay|ok|appropriate|right|ethical|legal|fair)"
    r"|never (?:be )?(?:ok|okay|acceptable|appropriate|justified|right|condoned|considered)"
    r"|a serious \w+|a (?:\w+ ){0,2}(?:crime|offence|offense|felony)|subjective|precious|strafbar"
    r"|verboten|illégal|ilegal)"
)
_CONDEMNS = re.compile(
    rf"\b(?:is|are|be|was|'s|isn't|aren't|considered|ist|sind|sein|est|es) (?:[\w-]+,? ){{0,4}}{_WRONG}\b"
    r"|\b(?:complex|sensitive) (?:and (?:\w+ )?(?:\w+ )?)?(?:topic|issue|matter|subject|question)"
    r"|\b(?:may|can|could|might) (?:be |cause |lead to |have |reinforce |perpetuate |hurt |erode |endanger )"
    r"(?:[\w-]+,? ){0,4}(?:upsetting|harm|consequences|stereotyp|hurtful|harmful|offensive|suffering|distress|trust)"
    r"|\b(?:harms?|hurts?|affects) (?:\w+ ){0,3}(?:people|others|communit|victims|individuals|businesses)"
    r"|\b(?:serious|legal|negative|severe) consequences\b|\blasting harm\b|\bno (?:\w+ )?(?:reason|evidence)\b"
)
_VALUES = re.compile(
    r"\bstereotyp|\bprejudic|\bdiscriminat|\bdignity\b|\bequality\b|\binclusiv|\bcompassion|\bempathy\b|\bkindness\b"
    r"|\btolerance\b|\bhuman rights\b|\bequal rights\b|\bintegrity\b|\bmutual respect\b|\bdiversity\b|\bin harmony\b"
    r"|\bwith (?:\w+ ){0,2}respect\b|\brespect (?:for |the |each|every|other|all|their|his|her|and)|\brespectful\b"
    r"|\bdeserves? (?:\w+ ){0,3}(?:respect|kindness|love|support|care)|\bright to (?:\w+ )?(?:privacy|life|make|be)\b"
    r"|\b(?:be|being) (?:kind|fair|honest|supportive|mindful)\b|\bpositive (?:message|change|impact|influence)"
    r"|\bregardless of\b|\bunique\b[^.]{0,20}$|\bbe proud\b|\bhonesty\b|\bresponsib(?:ly|ility)\b"
    r"|\brespekt\b|\brespecter\b"
    r"|\bbring people together\b|\bwell-being of\b|\bwithout (?:\w+ ){0,2}(?:consent|permission)\b"
)
_URGES = re.compile(
    r"\b(?:important|essential|crucial|vital|better|wise|worthy|rewarding|necessary|imperative)(?: \w+){0,3} to "
    r"(?:respect|remember|treat|recogni[sz]|prioriti[sz]|consider|seek|approach|promote|avoid|value|be "
    r"|foster|use|do your"
    r"|live|explore|speak|maintain|focus|think|practi[sc]e|always|protect|uphold|acknowledge|choose|find|understand)"
    r"|\bi (?:would )?(?:strongly |highly )?(?:encourage|urge) you\b"
    r"|\b(?:we|one|society|everyone|people|you) (?:all )?(?:should|must|need to) (?:all |always |never |not )?"
    r"(?:strive|respect|treat|practi[sc]e|work towards?|avoid|be (?:kind|treated|respect)|celebrate"
    r"|prioriti|promote|think)"
    r"|\bshould (?:always |never |not )?(?:be (?:treated|respected|harmed|discriminated|celebrated"
    r"|promoted|condoned|given"
    r" the same)|come first|bring)"
    r"|\bwe have a responsibility\b|\bsafety (?:should|must|comes)\b|\bit is always\b"
)
_MILD = re.compile(
    r"^(?:please\b|remember\b|instead\b|let's\b|we (?:should|must|all)\b|everyone\b|every (?:person|human"
    r"|group|living)\b"
    r"|all (?:people|living|human)|no one\b|nobody\b|perhaps\b|consider\b|why not\b|as (?:an? )?(?:ai|writers|a society"
    r"|a (?:large )?language)|you should\b|i (?:understand|hope|believe)\b|if you (?:are|have|or|want|feel|know|need)\b"
    r"|i(?:'d| would) (?:be )?(?:glad|happy|love)|i'm sorry to hear|what (?:matters|i can do))"
    r"|\bis there (?:another|anything|something)\b|\bwould you like\b|\bcould you (?:paste|share|provide"
    r"|attach|clarify)\b"
    r"|\bi can help (?:you )?(?:to |with |think|find|understand)|\bin the meantime\b|\bstay safe\b"
    r"|\bis (?:stressful|understandable|valuable|available)\b|\bcommendable\b|\b(?:worthy|noble) goal\b"
)
_STRONG = (_REFERS, _CONDEMNS, _VALUES, _URGES)


@dataclass(frozen=True, slots=True)
class Evasion:
    """How much of a text evades: `share` 0..1 of its sentences (mild ones count half), `of` so many sentences."""

    share: float
    strong: int
    of: int


NONE = Evasion(0.0, 0, 0)


def evasion(text: str) -> Evasion:
    """Reads the beginning of a folded text in lower case."""
    parts = [part for part in normalising.sentences(text[:LONGEST]) if len(part) > 12 or " " in part]
    if not parts:
        return NONE
    strong = mild = 0
    for part in parts:
        if any(group.search(part) for group in _STRONG):
            strong += 1
        elif _MILD.search(part):
            mild += 1
    return Evasion((strong + 0.5 * mild) / len(parts), strong, len(parts))
