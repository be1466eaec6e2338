"""What is new, gone and missing in a provider's list, for the routes that it concerns."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from console.catalog import facts
from console.catalog.listings import Listed, Listing, joined
from console.catalog.releases import gone, releases
from console.domain.registry import Canary, Pin, Registry, Route

AT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
NEXT = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
NEWS = date(2027, 1, 5)


def listing(*models: Listed, provider: str = "anthropic", at: datetime = AT) -> Listing:
    return Listing(provider, "https://example.test/v1/models", at, models)


def registry() -> Registry:
    routes = {
        "support": Route(
            "support",
            "claude-sonnet-5-5",
            canary=Canary("claude-sonnet-5", 5, AT),
            fallback="claude-haiku-4-5-20251001",
        ),
        "summarise": Route("summarise", "gpt-4.1-mini-2025-04-14"),
        "answers": Route("answers", "claude-sonnet-5-5"),
        "images": Route("images", "gemini-2.5-flash"),
        "elsewhere": Route("elsewhere", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    }
    ids = {model_id for route in routes.values() for _, model_id in route.tiers()}
    return Registry(routes=routes, models={one: Pin(one, date(2026, 5, 1), "why") for one in ids})


def names(found: object) -> list[str]:
    return [one.id for one in found]  # type: ignore[attr-defined]


def test_a_new_model_concerns_the_routes_that_use_its_family() -> None:
    before = joined(None, listing(Listed("claude-sonnet-5-5")))
    after = joined(before, listing(Listed("claude-sonnet-5-5"), Listed("claude-sonnet-6", released=NEWS), at=NEXT))
    (new,) = releases(before, after, registry())
    assert (new.id, new.provider, new.family, new.released) == ("claude-sonnet-6", "anthropic", "sonnet", NEWS)
    assert new.routes == ("support", "answers", "elsewhere")


@pytest.mark.parametrize(
    ("model_id", "provider", "routes"),
    [
        ("claude-haiku-6", "anthropic", ("support",)),
        ("claude-opus-6", "anthropic", ()),
        ("gpt-7-mini-2027-01-05", "openai", ("summarise",)),
        ("gpt-7-2027-01-05", "openai", ()),
        ("gemini-5-flash", "gemini", ("images",)),
        ("text-embedding-9", "openai", ()),
    ],
)
def test_a_family_is_the_providers_own_line(model_id: str, provider: str, routes: tuple[str, ...]) -> None:
    (new,) = releases(listing(provider=provider), listing(Listed(model_id), provider=provider), registry())
    assert new.routes == routes


def test_the_first_list_has_news_only_beyond_the_shipped_facts() -> None:
    shipped = facts.document("lifecycle.json")["models"][0]["id"]
    old = Listed("claude-forgotten-3", released=date(2024, 1, 1))
    ended = Listed("claude-sonnet-9", "retired", NEWS)
    after = listing(Listed(shipped, released=NEWS), old, ended, Listed("claude-sonnet-6", released=NEWS))
    assert names(releases(None, after, registry())) == ["claude-sonnet-6"]


def test_nothing_is_new_twice() -> None:
    before = joined(None, listing(Listed("claude-sonnet-6")))
    again = joined(before, listing(Listed("claude-sonnet-6"), at=NEXT))
    assert releases(before, again, registry()) == ()


def test_what_was_gone_and_is_back_is_not_new() -> None:
    first = joined(None, listing(Listed("claude-sonnet-6"), Listed("claude-sonnet-5")))
    without = joined(first, listing(Listed("claude-sonnet-5"), at=NEXT))
    back = joined(without, listing(Listed("claude-sonnet-6"), Listed("claude-sonnet-5"), at=NEXT))
    assert releases(without, back, registry()) == ()


def test_the_families_that_routes_use_come_first() -> None:
    found = releases(listing(), listing(Listed("claude-opus-6"), Listed("claude-sonnet-6")), registry())
    assert names(found) == ["claude-sonnet-6", "claude-opus-6"]


def test_without_a_registry_news_concern_nobody() -> None:
    assert [new.routes for new in releases(listing(), listing(Listed("claude-sonnet-6")), None)] == [()]


SERVED = ("claude-sonnet-5-5", "claude-sonnet-5", "claude-haiku-4-5-20251001")


def test_a_model_that_left_the_list_is_gone_once_and_stays_so_where_routes_use_it() -> None:
    full = joined(None, listing(*map(Listed, (*SERVED, "claude-opus-5"))))
    less = joined(full, listing(Listed("claude-sonnet-5-5"), Listed("claude-sonnet-5"), at=NEXT))
    found = {one.id: (one.since, one.routes) for one in gone(full, less, registry())}
    assert found == {
        "claude-haiku-4-5-20251001": (NEXT.date(), ("support",)),
        "claude-opus-5": (NEXT.date(), ()),
    }
    again = joined(less, listing(Listed("claude-sonnet-5-5"), Listed("claude-sonnet-5"), at=NEXT))
    assert names(gone(less, again, registry())) == ["claude-haiku-4-5-20251001"]


def test_a_model_that_no_list_ever_named_is_missing_without_a_day() -> None:
    (missing,) = gone(None, listing(*map(Listed, SERVED[1:])), registry())
    assert (missing.id, missing.since, missing.routes) == ("claude-sonnet-5-5", None, ("support", "answers"))


def test_aliases_and_other_platforms_are_not_expected_in_the_list() -> None:
    only = Registry(
        routes={
            "a": Route("a", "claude-sonnet-4-5"),
            "b": Route("b", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            "c": Route("c", "gpt-6-luna"),
        },
        models={},
    )
    assert gone(None, listing(Listed("claude-sonnet-5-5")), only) == ()


def test_without_a_registry_only_what_left_is_told() -> None:
    full = joined(None, listing(Listed("a-1"), Listed("b-1")))
    assert names(gone(full, joined(full, listing(Listed("a-1"), at=NEXT)), None)) == ["b-1"]
    assert gone(None, listing(Listed("a-1")), None) == ()
