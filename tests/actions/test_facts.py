"""What the actions learn about a model from the catalog and from its pin."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from console.actions.models import ModelFacts, catalogued, pin_table
from console.domain.errors import Usage
from console.domain.registry import Pin, Registry

TODAY = date(2026, 11, 23)


def registry(*pins: Pin) -> Registry:
    return Registry({}, {pin.model_id: pin for pin in pins})


def pin(model_id, **values):
    return Pin(model_id, date(2026, 1, 1), "because", **values)


@pytest.mark.parametrize(
    ("model_id", "kind", "provider"),
    [
        ("claude-sonnet-5-5", "pinned", "anthropic"),
        ("claude-haiku-4-5", "alias", "anthropic"),
        ("gpt-4o-2024-08-06", "pinned", "openai"),
        ("gemini-2.5-flash", "pinned", "gemini"),
        ("our-own-model", "unknown", ""),
    ],
)
def test_kind_and_provider_come_from_the_id(model_id, kind, provider):
    facts = catalogued(model_id, registry(), TODAY)
    assert (facts.kind, facts.provider) == (kind, provider)


def test_a_retirement_in_the_pin_wins_over_the_catalog():
    facts = catalogued("claude-sonnet-5-5", registry(pin("claude-sonnet-5-5", retires=date(2026, 11, 20))), TODAY)
    assert facts.retired.startswith("retired 3 days ago")


def test_a_model_that_retires_soon_is_alive_and_said():
    facts = catalogued("claude-sonnet-4-5-20250929", registry(), TODAY)
    assert facts.retired == ""
    assert facts.notes == ("claude-sonnet-4-5-20250929 retires in 7 days · 30 Nov",)
    assert facts.replacement == "claude-sonnet-5-5"


def test_on_the_day_after_it_is_retired():
    assert catalogued("claude-sonnet-4-5-20250929", registry(), date(2026, 12, 1)).retired.startswith(
        "retired 1 day ago"
    )


def test_a_floor_is_no_retirement():
    facts = catalogued("claude-sonnet-5-5", registry(), date(2030, 1, 1))
    assert facts.retired == ""


def test_a_name_nearly_in_the_file_is_a_slip_unless_it_has_a_pin():
    known = registry(pin("our-own-model-1"))
    assert catalogued("our-own-modl-1", known, TODAY).near == "our-own-model-1"
    assert catalogued("our-own-model-1", known, TODAY).near == ""
    assert catalogued("something-else", known, TODAY).near == ""


def test_a_new_pin_names_no_provider_that_is_not_known():
    table = pin_table(ModelFacts("our-own-model", "unknown"), "olga", "ours", TODAY)
    assert dict(table.values) == {"pinned_date": TODAY, "pinned_by": "olga", "reason": "ours", "tested": False}


def test_a_pin_needs_an_id_that_can_be_one():
    with pytest.raises(Usage, match="not a model id"):
        pin_table(ModelFacts("a|b", "unknown"), "olga", "r", TODAY)


def test_importing_the_desk_is_light():
    heavy = ("textual", "anthropic", "openai", "sqlite_utils", "console.catalog.identify")
    code = f"import sys, console.actions.desk; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
