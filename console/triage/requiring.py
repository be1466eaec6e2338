"""What a case demands of the new answer: facts that must be there or must not, a schema, a length, a reference."""

from __future__ import annotations

from collections.abc import Iterator

from console.text.words import plural
from console.triage.answers import stated
from console.triage.equality import same_answer
from console.triage.options import options_of
from console.triage.reading import Reading
from console.triage.records import Reason, Requirements, brief
from console.triage.schema import violations


def broken_requirements(requirements: Requirements, old: Reading, new: Reading) -> Iterator[Reason]:
    """Every demand that the new answer breaks, whether or not the old one kept it."""
    before, after = (reading.squeezed.casefold() for reading in (old, new))
    for fact in requirements.must_include:
        if _plain(fact) not in after:
            also = "" if _plain(fact) in before else " (before, too)"
            yield Reason("required", f"required text is missing{also}: “{brief(fact)}”", 0.9)
    for fact in requirements.must_not_include:
        if _plain(fact) in after:
            yield Reason("required", f"forbidden text is there: “{brief(fact)}”", 0.9)
    words = len(new.text.split())
    if requirements.max_words is not None and words > requirements.max_words:
        yield Reason("required", f"{plural(words, 'word')}, at most {requirements.max_words:,} allowed", 0.7)
    if requirements.schema is not None:
        yield from _of_schema(requirements, new)


def _plain(fact: str) -> str:
    return Reading(fact).squeezed.casefold()


def _of_schema(requirements: Requirements, new: Reading) -> Iterator[Reason]:
    if new.shape.kind != "json":
        yield Reason("required", "schema: the answer is no JSON", 0.9)
        return
    for text in violations(new.shape.data, requirements.schema):
        yield Reason("required", f"schema: {brief(text, 100)}", 0.9)


def fits_reference(reference: str, reading: Reading, prompt: str) -> bool | None:
    """Whether an answer states what the reference says; None where it states nothing that can be compared."""
    options = options_of(prompt) if prompt else {}
    wanted = stated(Reading(reference), prompt, options)
    value = reference.strip().lstrip("#").strip() if wanted is None else wanted.text
    if reading.squeezed.casefold() == _plain(value):
        return True
    found = stated(reading, prompt, options)
    if found is None:
        return None
    return same_answer(value, found.text, options)
