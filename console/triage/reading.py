"""One answer, read as often as the checks ask: each way of reading it is computed once, when first asked for."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from console.triage import normalising, shapes
from console.triage.quantities import NUMBER_WORDS, canonical, with_digits, with_iso_dates

LONGEST = 400_000
"""Characters read of one answer: the first and the last half of this. What lies between is compared as a whole only."""


class Reading:
    """An answer's text and what can be read in it. Cheap to make; holds nothing but the text until asked."""

    def __init__(self, text: str) -> None:
        self.raw = text
        middle = f"\n[{len(text) - LONGEST} characters]\n"
        cut = text if len(text) <= LONGEST else text[: LONGEST // 2] + middle + text[-LONGEST // 2 :]
        self.text = normalising.folded(cut).replace("\r\n", "\n").strip()

    @cached_property
    def squeezed(self) -> str:
        """Without regard to white space."""
        return normalising.squeezed(self.text)

    @cached_property
    def tokens(self) -> list[str]:
        """Words in lower case and numbers, each number in one spelling; dates are one number."""
        found = normalising.tokens(with_iso_dates(with_digits(self.text)))
        return [canonical(token) if token[0] <= "9" else NUMBER_WORDS.get(token, token) for token in found]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each token occurs."""
        return Counter(self.tokens)

    @cached_property
    def numbers(self) -> Counter[str]:
        """How often each number occurs."""
        return Counter({token: n for token, n in self.counts.items() if normalising.is_number(token)})

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences and lines."""
        return normalising.sentences(self.text)

    @cached_property
    def shape(self) -> shapes.Shape:
        """What kind of text this is, and the data or code in it."""
        return shapes.shape(self.text)
