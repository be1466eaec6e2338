"""The routes that match what a person typed."""

from __future__ import annotations

from dataclasses import replace

from console.text.safe import SafeText
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


def nearest(view: FleetView, typed: str, name: SafeText | None) -> SafeText | None:
    """The route of `view` that `typed` most likely means: one whose name begins with it, else one whose name holds it.

    None: `name`, where the cursor stands, is as good as any.
    """
    wanted = typed.casefold().strip()
    if not wanted or not view.routes:
        return None
    best = min(view.routes, key=lambda route: _distance(route.name, wanted)).name
    here = name is not None and any(route.name == name for route in view.routes)
    if here and name is not None and _distance(name, wanted) <= _distance(best, wanted):
        return None
    return best


def _distance(name: SafeText, wanted: str) -> int:
    folded = name.casefold()
    return 0 if folded == wanted else 1 if folded.startswith(wanted) else 2 if wanted in folded else 3


def _holds(route: RouteView, wanted: list[str]) -> bool:
    texts = (route.name, route.description, route.state.value, *(pin.model_id for pin in route.pins))
    text = "\n".join(texts).casefold()
    return all(word in text for word in wanted)
