"""The evidence that a change is recorded with."""

from __future__ import annotations

import json

from console.actions.standing import UNKNOWN, Standing


def test_nothing_known_is_no_evidence():
    assert UNKNOWN.evidence() is None
    assert Standing().evidence() is None


def test_everything_known_is_kept_as_plain_json():
    standing = Standing(
        "pass", "all 5 metrics", ("p95 ×0.96",), 12.5, 20_000, 18_402, ("output_tokens",), 6_214, 99_000
    )
    evidence = standing.evidence()
    assert json.loads(json.dumps(evidence)) == evidence
    assert evidence["state"] == "pass"
    assert evidence["signals"] == ["output_tokens"]
    assert evidence["canary_users"] == 6_214


def test_one_known_number_is_evidence():
    assert Standing(canary_requests=1).evidence()["canary_requests"] == 1
