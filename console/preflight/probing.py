"""Really asking: one tiny request for each way of calling, and what the provider says of it, parameter by parameter.

A parameter that is rejected is left out and the request sent again, so that one run names them all. The limit is sent
under the name the API wants, and values that nobody knows are stood in for by usual ones; both are said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from console.catalog.contract import UNSEEN
from console.catalog.prices import price_usd
from console.preflight.forecast import Priced
from console.preflight.records import Finding, Probed, Report, Sent
from console.preflight.sent import native_name
from console.providers.asking import answer_of
from console.providers.endpoints import Endpoints
from console.providers.parameters import neutral_name
from console.providers.records import Answer, Failure, Limits, Question

MOST_WAYS = 20
"""The most frequent ways of calling are asked; more would be a load test."""
MAX_TOKENS = 16
"""The least that OpenAI's Responses API accepts."""
LIMITS = Limits(first_token_s=60.0, total_s=120.0, retries=1)
AT_ONCE = 4

_LEAST_BUDGET = 1_024
_PROMPT: Mapping[str, object] = {"role": "user", "content": "Answer with OK."}
_BEGUN: Mapping[str, object] = {"role": "assistant", "content": "O"}
_SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}}
_USUAL: Mapping[str, object] = {
    "temperature": 0.7,
    "top_p": 0.9,
    "top_k": 40,
    "presence_penalty": 0.1,
    "frequency_penalty": 0.1,
    "seed": 7,
    "stop": ["###"],
    "logprobs": True,
    "tools": [{"name": "find", "description": "Finds a parcel", "input_schema": _SCHEMA}],
    "parallel_tool_calls": False,
}
"""What is sent of a parameter of which only the name is known."""
_NOT_SENT = frozenset(
    {"api", "model", "messages", "input", "system", "prefill", "stream", "stream_options", "max_tokens", "timeout"}
    | {"background", "conversation", "previous_response_id", "container", "extra_body", "extra_headers", "extra_query"}
)
"""Parameters that a tiny request says in its own way, or that would do more than ask."""
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "reasoning": ("effort",),
    "output_config": ("effort", "json_schema"),
    "text": ("json_schema",),
    "response_format": ("json_schema",),
    "messages": ("prefill",),
    "extra_body": ("thinking_budget", "thinking_level"),
    "google": ("thinking_budget", "thinking_level"),
}
"""An API's own name -> the words used here for what is put into it."""
_TEXT = (
    "Dear team, order #40-7731 arrived on 14 November, but 2 of the 3 cups were broken; I attach pictures. The total of"
    " 57.90 EUR was charged to my card ending in 0042. Could you send replacements to the same address, please?\n"
    '{"order": "40-7731", "items": [{"sku": "CUP-BLUE", "quantity": 2}], "reason": "damaged", "refund": false}\n'
    "for item in order.items:\n    if item.damaged:\n        queue.put(Replacement(item.sku, item.quantity))\n"
) * 4
"""Letters, numbers, JSON and code: the ratio of the tokens that two models count for it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One way of calling as it is going to be asked. `usual` are the parameters whose real value is not known."""

    sent: Sent
    params: Mapping[str, object]
    usual: frozenset[str] = frozenset()
    prefill: bool = False

    @property
    def most_requests(self) -> int:
        """How many requests it can take: one, and one more for each parameter that is rejected."""
        return 1 + len(self.params) + self.prefill


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be asked, before it is. `skipped` ways of calling are not."""

    probes: tuple[Probe, ...]
    skipped: int
    most_requests: int
    cost_usd: float | None
    """At most; None where no price is known."""


def plan(report: Report, old: Priced, new: Priced) -> Plan:
    """What a probe of `report` would ask, and what it would cost at most."""
    ordered = sorted(report.sent, key=lambda way: -way.requests) or [Sent((), {}, origin="params")]
    probes: dict[str, Probe] = {}
    for way in ordered:
        probe = _probe(way)
        probes.setdefault(repr((sorted(probe.params.items(), key=str), probe.prefill)), probe)
    chosen = tuple(probes.values())[:MOST_WAYS]
    costs = [_cost_usd(probe, new) for probe in chosen] + [_text_cost_usd(old), _text_cost_usd(new)]
    known = [cost for cost in costs if cost is not None]
    return Plan(
        probes=chosen,
        skipped=len(probes) - len(chosen),
        most_requests=sum(probe.most_requests for probe in chosen) + 2,
        cost_usd=sum(known) if len(known) == len(costs) else None,
    )


async def probe(
    wanted: Plan,
    old: Priced,
    new: Priced,
    endpoints: Endpoints,
    show: Callable[[str], None] = lambda _: None,
    limits: Limits = LIMITS,
) -> Probed:
    """Ask everything in `wanted`. Never raises for what a provider does: that is in `failures`."""
    turn = asyncio.Semaphore(AT_ONCE)
    found = [_Found() for _ in wanted.probes]
    done = 0

    async def one(probe: Probe, into: _Found) -> None:
        nonlocal done
        async with turn:
            await _ask(probe, new, endpoints, limits, into)
        done += 1
        show(f"{done} of {len(wanted.probes)} ways of calling asked")

    async with endpoints, asyncio.TaskGroup() as group:
        for probe, into in zip(wanted.probes, found, strict=True):
            group.create_task(one(probe, into))
        before = group.create_task(_count(old, endpoints, limits))
        after = group.create_task(_count(new, endpoints, limits))
    return _together(found, before.result(), after.result())


def merged(report: Report, probed: Probed) -> Report:
    """The report with what was measured: where the table and the provider differ, the provider is right."""
    measured = {finding.parameter for finding in probed.findings}
    advice = {finding.parameter: finding.instead for finding in report.findings}
    told = tuple(replace(finding, instead=advice.get(finding.parameter, "")) for finding in probed.findings)
    kept = [
        finding
        for finding in report.findings
        if finding.parameter not in measured
        and not (neutral_name(finding.parameter) in probed.accepted and finding.level in ("rejected", "depends"))
    ]
    return replace(report, findings=(*told, *kept), probed=probed)


@dataclass(slots=True)
class _Found:
    answers: list[Answer] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    failure: str = ""


def _probe(way: Sent) -> Probe:
    params: dict[str, object] = {}
    usual = set()
    for name, value in way.values.items():
        if name in _NOT_SENT:
            continue
        if value is not UNSEEN:
            params[name] = value
        elif name in _USUAL:
            params[name] = _USUAL[name]
            usual.add(name)
    thinking = params.get("thinking")
    if isinstance(thinking, Mapping) and thinking.get("type") == "enabled":
        params["thinking"] = {"type": "enabled", "budget_tokens": _LEAST_BUDGET}
    if way.api in ("chat", "responses"):
        params["api"] = way.api
    return Probe(way, params, frozenset(usual), "prefill" in way.values)


async def _ask(probe: Probe, new: Priced, endpoints: Endpoints, limits: Limits, into: _Found) -> None:
    """Until it is answered, or fails for another reason than a parameter."""
    left, prefill = dict(probe.params), probe.prefill
    for _ in range(probe.most_requests):
        answer = await answer_of(_question(new, left, prefill), endpoints, limits=limits)
        into.answers.append(answer)
        failure = answer.failure
        if failure is None:
            into.accepted |= {*left, *(("prefill",) if prefill else ())}
            return
        if failure.kind != "bad_request":
            into.failure = failure.message
            return
        blamed = _blamed(failure, left, prefill)
        into.findings.append(_finding(probe, failure, blamed, answer))
        if blamed == "prefill":
            prefill = False
        elif not blamed:
            return
        left.pop(blamed, None)


def _question(new: Priced, params: Mapping[str, object], prefill: bool) -> Question:
    thinking = params.get("thinking")
    budget = thinking.get("budget_tokens", 0) if isinstance(thinking, Mapping) else 0
    most = {"max_tokens": MAX_TOKENS + (budget if isinstance(budget, int) else 0)}
    messages = (_PROMPT, _BEGUN) if prefill else (_PROMPT,)
    return Question(new.model, messages, params={**params, **most}, provider=new.provider, price=new.price)


def _blamed(failure: Failure, left: Mapping[str, object], prefill: bool) -> str:
    """Which of the parameters that were sent the refusal is about; "" where it is none of them."""
    said = (failure.parameter or "").split(".")
    for name in said:
        candidates = (neutral_name(name), *_INSIDE.get(name, ()))
        for candidate in candidates:
            if candidate in left or (candidate == "prefill" and prefill):
                return candidate
    return "prefill" if prefill and "prefill" in failure.message else ""


def _finding(probe: Probe, failure: Failure, blamed: str, answer: Answer) -> Finding:
    """What the provider said, with the value it said it of where that is not the application's own."""
    said = f", asked with {probe.params[blamed]!r}" if blamed in probe.usual and blamed != "tools" else ""
    name = native_name(probe.sent, blamed) if blamed else ""
    reason = f"{failure.message}{said}"
    return Finding(
        "rejected",
        name,
        reason,
        source=f"measured with {_asked_with(answer)}",
        requests=probe.sent.requests,
        measured=True,
    )


def _asked_with(answer: Answer) -> str:
    """SDK and API version are part of what was measured: another one may accept what this one rejects."""
    return f"{answer.sdk}, API {answer.api_version}" if answer.api_version else answer.sdk


async def _count(model: Priced, endpoints: Endpoints, limits: Limits) -> Answer:
    messages = ({"role": "user", "content": f"{_TEXT}\nAnswer with OK."},)
    params = {"max_tokens": MAX_TOKENS}
    question = Question(model.model, messages, params=params, provider=model.provider, price=model.price)
    return await answer_of(question, endpoints, limits=limits)


def _together(found: Sequence[_Found], before: Answer, after: Answer) -> Probed:
    findings: dict[tuple[str, str], Finding] = {}
    for one in found:
        for finding in one.findings:
            key = (finding.parameter, finding.reason)
            known = findings.get(key)
            findings[key] = finding if known is None else replace(known, requests=known.requests + finding.requests)
    answers = [*(answer for one in found for answer in one.answers), before, after]
    rejected = {neutral_name(finding.parameter) for finding in findings.values()}
    failures = [f"{after.model}: {one.failure}" for one in found if one.failure]
    for answer in (before, after):
        # A production model that is gone only leaves the ratio unknown: that is what many upgrades are for.
        gone = answer is before and answer.failure is not None and answer.failure.kind == "not_found"
        if answer.failure is not None and answer.failure.kind != "bad_request" and not gone:
            failures.append(f"{answer.model}: {answer.failure.message}")
    costs = [answer.cost_usd for answer in answers if answer.failure is None]
    return Probed(
        asked=sum(1 + answer.retries for answer in answers if not _unsent(answer)),
        ways=sum(not one.failure for one in found),
        findings=tuple(findings.values()),
        accepted=frozenset(name for one in found for name in one.accepted) - rejected,
        failures=tuple(dict.fromkeys(failures)),
        ratio=_ratio(before, after),
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        stand_in=any(answer.stand_in for answer in answers),
    )


def _unsent(answer: Answer) -> bool:
    return answer.failure is not None and answer.failure.kind in ("no_key", "unsupported")


def _ratio(before: Answer, after: Answer) -> float | None:
    if before.failure or after.failure or not before.input_tokens or not after.input_tokens:
        return None
    return after.input_tokens / before.input_tokens


def _cost_usd(probe: Probe, new: Priced) -> float | None:
    """At most: every parameter rejected once, and the last request answered at full length."""
    thinking = probe.params.get("thinking")
    extra = _LEAST_BUDGET if isinstance(thinking, Mapping) else 0
    tokens = (len(str(probe.params)) + len(str(_PROMPT))) // 2
    return price_usd(new.model, new.provider, tokens, MAX_TOKENS + extra, override=new.price)


def _text_cost_usd(model: Priced) -> float | None:
    return price_usd(model.model, model.provider, len(_TEXT) // 2, MAX_TOKENS, override=model.price)
