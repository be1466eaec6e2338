"""The routes that match what a person typed."""

from __future__ import annotations

from dataclasses import replace

from console.view.records import FleetView, RouteView


def matching(view: FleetView, typed: str) -> FleetView:
    """`view` with the routes that hold every word of `typed`: in name, description, state or a model id.

    Letter case does not count; nothing typed matches everything.
    """
    wanted = typed.casefold().split()
    if not wanted:
        return view
    kept = [index for index, route in enumerate(view.routes) if _holds(route, wanted)]
    return replace(
        view,
        routes=tuple(view.routes[index] for index in kept),
        canaries=tuple(view.canaries[index] for index in kept if index < len(view.canaries)),
    )


def _holds(route: RouteView, wanted: list[str]) -> bool:
    texts = (route.name, route.description, route.state.value, *(pin.model_id for pin in route.pins))
    text = "\n".join(texts).casefold()
    return all(word in text for word in wanted)
