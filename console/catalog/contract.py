"""What each model rejects, ignores or wants elsewhere: one table of rules, read by whoever sends or checks a request.

Rules match a model by its provider and its own name, and a parameter by the word used here (`effort`, `max_tokens`,
`stop`); `console.providers.parameters` turns the providers' names into these. Every rule carries its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Literal

from console.catalog import facts
from console.catalog.platforms import bare_id
from console.domain.record import record

Effect = Literal["rejected", "ignored", "moved", "renamed"]
"""`rejected`: HTTP 400. `ignored`: accepted, and nothing comes of it. `moved`: another API of the provider takes it.
`renamed`: it has another name there."""
Api = Literal["messages", "chat", "responses"]


class Unseen(Enum):
    """The value of a parameter of which only the name is known."""

    VALUE = "?"


UNSEEN = Unseen.VALUE


@record
class Condition:
    """Holds where the value of parameter `of` ("" is the rule's own) is one of `inside`, or is none of `outside`.

    Of an object its `type` is the value. `absent` is the answer where `of` is not sent; None is "cannot be known".
    """

    of: str = ""
    inside: tuple[object, ...] | None = None
    outside: tuple[object, ...] | None = None
    absent: bool | None = None

    def holds(self, parameter: str, sent: Mapping[str, object]) -> bool | None:
        """Whether it holds of `sent`; None where that depends on a value nobody knows."""
        name = self.of or parameter
        if name not in sent:
            return self.absent
        value = sent[name]
        if value is UNSEEN:
            return None
        word = value.get("type") if isinstance(value, Mapping) else value
        if self.inside is not None and not any(word == one for one in self.inside):
            return False
        return self.outside is None or not any(word == one for one in self.outside)


@record
class Rule:
    """What models whose name begins with the pattern `models` do with `parameters`, where every condition holds.

    `api` "" is every API of the provider. `only_if` names, in words, what no request shows and the rule depends on.
    """

    id: str
    provider: str
    models: re.Pattern[str]
    parameters: tuple[str, ...]
    effect: Effect
    reason: str
    source: str
    api: str = ""
    when: tuple[Condition, ...] = ()
    instead: str = ""
    only_if: str = ""

    def names(self, provider: str | None, name: str) -> bool:
        """Whether the model called `name` is one of this rule's."""
        return provider == self.provider and self.models.match(name) is not None

    def holds(self, parameter: str, sent: Mapping[str, object], api: str) -> bool | None:
        """Whether `parameter` in `sent` is affected; None where that depends on what nobody knows."""
        if self.api and api and self.api != api:
            return False
        answers = [condition.holds(parameter, sent) for condition in self.when]
        if False in answers:
            return False
        return None if None in answers or (self.api and not api) else True


@record
class Hit:
    """A rule that holds of a parameter that is sent; not `certain` where a value or an API is not known."""

    rule: Rule
    parameter: str
    certain: bool


@record
class Told:
    """A fact about every model whose name begins with a pattern: a change of behaviour, or a limit in tokens."""

    text: str
    source: str
    tokens: int = 0


@record
class Ratio:
    """How many tokens the new model counts where the old one counts 1, for the same text; `why` says who says so."""

    value: float
    why: str


def as_of() -> date:
    """The day on which the table was checked."""
    return date.fromisoformat(_document()["as_of"])


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they are to be asked."""
    return tuple(_rule(row) for row in _document()["rules"])


def hits(provider: str | None, model: str, sent: Mapping[str, object], *, api: str = "") -> Iterator[Hit]:
    """What becomes of `sent` (word used here -> value, or UNSEEN) at `model`; each parameter is hit once at most.

    A parameter that is hit counts as left out for the rules after it: whether a model takes sampling parameters depends
    on the effort that it is really sent. `api` "" means that nobody knows through which one it is sent.
    """
    left = dict(sent)
    for rule in _rules_for(provider, bare_id(model)):
        for parameter in rule.parameters:
            if parameter in left and (held := rule.holds(parameter, left, api)) is not False:
                if rule.effect in ("rejected", "ignored"):
                    del left[parameter]
                yield Hit(rule, parameter, held is True)


def known(provider: str | None, model: str) -> bool:
    """Whether the table was made with `model` in view: silence about any other model says nothing."""
    return any(found(section, provider, model) for section in ("changes", "outputs"))


def changes(provider: str | None, model: str, before: str = "") -> tuple[Told, ...]:
    """How `model` behaves otherwise without anything being rejected; what is true of `before` as well is left out."""
    old = {row["id"] for row in _rows("changes", provider, before)} if before else set()
    rows = [row for row in _rows("changes", provider, model) if row["id"] not in old]
    return tuple(Told(row["text"], row["source"]) for row in rows)


def output_limit(provider: str | None, model: str) -> Told | None:
    """The most tokens that an answer of `model` can have, what it thinks included; None where that is not known."""
    row = found("outputs", provider, model)
    return Told("most tokens of an answer", row["source"], row["tokens"]) if row else None


def token_ratio(provider: str | None, old: str, new: str) -> Ratio | None:
    """What the same text counts on `new`, relative to `old`; None where nobody said."""
    before, after = found("tokenizers", provider, old), found("tokenizers", provider, new)
    if before is None or after is None:
        return None
    if before["name"] == after["name"]:
        return Ratio(1.0, "the same tokenizer")
    if "only_same" in before or "only_same" in after:
        return None
    return Ratio(after["relative"] / before["relative"], after["source"])


def takes(api: str) -> frozenset[str]:
    """The names that an API's SDK knows; empty for an API that is not in the table."""
    return frozenset(_document()["takes"].get(api, {}).get("names", ()))


def found(section: str, provider: str | None, model: str) -> Mapping[str, Any] | None:
    """The first row of `section` that is about `model`."""
    return next(iter(_rows(section, provider, model)), None)


def _rows(section: str, provider: str | None, model: str) -> list[Mapping[str, Any]]:
    name = bare_id(model)
    return [row for row in _document()[section] if row["provider"] == provider and re.match(row["models"], name)]


@lru_cache(maxsize=256)
def _rules_for(provider: str | None, name: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if rule.names(provider, name))


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        provider=row["provider"],
        models=re.compile(row["models"]),
        parameters=tuple(row["parameters"]),
        effect=row["effect"],
        reason=row["reason"],
        source=row["source"],
        api=row.get("api", ""),
        when=tuple(_condition(one) for one in row.get("when", ())),
        instead=row.get("instead", ""),
        only_if=row.get("only_if", ""),
    )


def _condition(row: Mapping[str, Any]) -> Condition:
    def words(key: str) -> tuple[object, ...] | None:
        return tuple(row[key]) if key in row else None

    return Condition(row.get("of", ""), words("in"), words("outside"), row.get("absent"))


def _document() -> Mapping[str, Any]:
    return facts.document("contract.json")
