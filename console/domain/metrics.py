"""The metrics a canary is judged by: one list for the registry's keys, the verdict, the screen and the docs."""

from __future__ import annotations

from typing import Literal

from console.domain.record import record
from console.domain.registry import Role

Kind = Literal["share", "quantile", "mean", "display"]


@record
class Metric:
    """One metric, its role and its default gate.

    `tolerance` and `margin` are (relative, absolute): a canary is regressed beyond `r * production + d` of the
    tolerance, and passes when shown to be below `r * production + d` of the margin. `weight` is its share of the
    family-wise alpha. `quantile` is set for kind "quantile".
    """

    name: str
    label: str
    unit: str
    kind: Kind
    role: Role
    tolerance: tuple[float, float] = (1.0, 0.0)
    margin: tuple[float, float] = (1.0, 0.0)
    weight: float = 0.0
    quantile: float = 0.0


METRICS: tuple[Metric, ...] = (
    Metric("error", "error rate", "share", "share", "guardrail", (1.10, 0.001), (1.25, 0.005), 0.30),
    Metric("latency_p50", "latency p50", "ms", "quantile", "signal", (1.10, 0.0), (1.25, 0.0), quantile=0.50),
    Metric("latency_p95", "latency p95", "ms", "quantile", "guardrail", (1.20, 0.0), (1.50, 0.0), 0.25, 0.95),
    Metric("cost", "cost per 1k", "usd", "mean", "signal", (1.05, 0.0), (1.15, 0.0)),
    Metric("dissatisfied", "dissatisfied", "share", "share", "signal", (1.0, 0.01), (1.0, 0.03)),
    Metric("flagged", "flagged", "share", "share", "guardrail", (1.0, 0.0005), (1.5, 0.001), 0.20),
    Metric("refusal", "refusals", "share", "share", "guardrail", (1.10, 0.002), (1.25, 0.005), 0.10),
    Metric("empty", "empty", "share", "share", "guardrail", (1.10, 0.002), (1.25, 0.005), 0.10),
    Metric("truncated", "truncated", "share", "share", "guardrail", (1.10, 0.002), (1.25, 0.005), 0.05),
    Metric("ttft_p50", "first token p50", "ms", "quantile", "signal", (1.10, 0.0), (1.25, 0.0), quantile=0.50),
)
"""In the order of the screen. Sources of the figures: docs/verdict.md."""

METRIC_NAMES: tuple[str, ...] = tuple(metric.name for metric in METRICS)
