"""`console identify`: what an id means, when it ends, what replaces it and what it costs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import click

from console.catalog import facts
from console.catalog.identify import Identity, identify
from console.catalog.lifecycle import clock, lifecycle
from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.text.clock import utc_now
from console.text.words import day

PLATFORMS = ("azure", "bedrock", "vertex", "openrouter", "litellm")


@click.command("identify", help="Say what model ids mean: pinned, alias or unknown; why; retirement; replacement.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--platform", type=click.Choice(PLATFORMS), default=None, help="Where the ids are sent, if they do not say."
)
@common
def command(settings: Settings, ids: tuple[str, ...], as_json: bool, platform: str | None) -> int:
    """Exit code 0 whatever the ids are: `check` is the command that judges."""
    today = utc_now().date()
    found = [(identify(model_id, platform or ""), platform or "") for model_id in ids]
    if as_json:
        output.emit_json({"models": [_row(identity, where) for identity, where in found]})
        return 0
    for identity, where in found:
        _print(identity, where, today)
    diagnostics.say(f"facts as of {day(facts.as_of(), today)}")
    return 0


def _row(identity: Identity, platform: str) -> Mapping[str, object]:
    life = lifecycle(identity.id, platform)
    return {
        "id": identity.id,
        "platform": identity.platform,
        "provider": identity.provider,
        "family": identity.family,
        "version": identity.version,
        "date": identity.date,
        "kind": identity.kind,
        "why": identity.why,
        "retires": life.retires if life else None,
        "retires_kind": life.retires_kind if life else None,
        "replacement": life.replacement if life else None,
        "as_of": life.as_of if life else facts.as_of(),
    }


def _print(identity: Identity, platform: str, today: date) -> None:
    tones: Mapping[str, output.Style] = {"pinned": "good", "alias": "waiting", "unknown": "muted"}
    output.emit_styled([(identity.id, "bold"), ("  ", ""), (identity.kind.upper(), tones[identity.kind])])
    lines = {
        "why": identity.why,
        "could be": ", ".join(identity.candidates),
        "model": " ".join(part for part in (identity.provider, identity.family, identity.version) if part),
        "dated": identity.date or "",
        "platform": identity.platform,
        "ends": _ending(identity.id, platform, today),
        "price": _price(identity),
    }
    for name, text in lines.items():
        if text:
            output.emit(f"  {name:<9} {text}")


def _ending(model_id: str, platform: str, today: date) -> str:
    ends = clock(model_id, today, platform=platform)
    if ends is None:
        return "not known, which does not mean never"
    instead = f" → {ends.replacement}" if ends.replacement else ""
    return f"{ends.words}{instead}"


def _price(identity: Identity) -> str:
    """Per million tokens, from the shipped list. Asked with one token: a tier for long prompts is not shown."""
    from console.catalog.prices import price_usd

    rates = [
        price_usd(identity.id, identity.provider or None, input_tokens=given, output_tokens=made)
        for given, made in ((1, 0), (0, 1))
    ]
    if None in rates:
        return "no price"
    shown = [re.sub(r"\.?0+$", "", f"{(rate or 0) * 1e6:.4f}") for rate in rates]
    return f"${shown[0]} in, ${shown[1]} out per million tokens"
