"""Records: they mean what a frozen dataclass with slots means, and cost nothing before one of them is made."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest

from console.domain import record as module
from console.domain.record import record


@record
class Point:
    """A place."""

    x: float
    y: float = 0.0
    notes: Mapping[str, str] = field(default_factory=dict)
    label: str = "here"

    @property
    def far(self) -> bool:
        """Whether it is."""
        return self.x > 10


@dataclass(frozen=True, slots=True)
class Reference:
    """The same with the standard library's means."""

    x: float
    y: float = 0.0
    notes: Mapping[str, str] = field(default_factory=dict)
    label: str = "here"


@record
class Single:
    """One value."""

    value: object


@record
class Nothing:
    """None."""


@record
class Hashable:
    """With a hash of its own, and words of its own."""

    value: list[int]

    def __hash__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return "mine"


def test_a_record_takes_what_a_frozen_dataclass_takes() -> None:
    for made in (Point(1.0), Point(x=1.0), Point(1.0, 0.0, {}), Point(1.0, label="here", y=0.0)):
        assert (made.x, made.y, made.notes, made.label) == (1.0, 0.0, {}, "here")
    assert Point(11.0).far


@pytest.mark.parametrize(
    ("given", "named", "words"),
    [
        ((), {}, "missing 1 required positional argument: 'x'"),
        ((1.0, 2.0, {}, "a", "b"), {}, "takes from 2 to 5 positional arguments but 6 were given"),
        ((1.0,), {"z": 2.0}, "unexpected keyword argument 'z'"),
        ((1.0,), {"x": 2.0}, "multiple values for argument 'x'"),
    ],
)
def test_a_wrong_call_is_refused_in_the_words_of_python(
    given: tuple[object, ...], named: dict[str, object], words: str
) -> None:
    for _ in range(2):  # the first call, and one after the method was written
        with pytest.raises(TypeError, match=words) as refused:
            Point(*given, **named)  # type: ignore[arg-type]
        assert "Point.__init__()" in str(refused.value)


def test_every_record_gets_its_own_default() -> None:
    one, other = Point(1.0), Point(1.0)
    assert one.notes == other.notes
    assert one.notes is not other.notes


def test_a_record_cannot_be_changed() -> None:
    point = Point(1.0)
    with pytest.raises(FrozenInstanceError, match=r"Point\.x"):
        point.x = 2.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.y
    with pytest.raises(FrozenInstanceError):
        point.z = 2.0  # type: ignore[attr-defined]
    assert not hasattr(point, "__dict__")


def test_records_are_equal_by_value_and_by_class() -> None:
    assert Point(1.0) == Point(1.0, 0.0)
    assert Point(1.0) != Point(2.0)
    others: list[object] = [Reference(1.0), (1.0, 0.0, {}, "here"), Nothing()]
    assert all(Point(1.0) != other for other in others)
    assert Nothing() == Nothing()


def test_what_is_identical_is_equal_as_it_is_in_tuples() -> None:
    unknown = float("nan")
    assert Single(unknown) == Single(unknown)
    assert Single(unknown) != Single(float("nan"))


def test_equal_records_have_one_hash() -> None:
    assert len({Single("a"), Single("a"), Single("b"), Nothing(), Nothing()}) == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point(1.0))


def test_a_class_keeps_the_methods_that_it_has() -> None:
    assert hash(Hashable([1, 2])) == 2
    assert repr(Hashable([])) == "mine"
    assert Hashable([1]) == Hashable([1])


def test_a_record_shows_its_values_as_a_dataclass_does() -> None:
    assert repr(Point(1.0)) == repr(Reference(1.0)).replace("Reference", "Point")
    assert repr(Nothing()) == "Nothing()"


def test_the_tools_for_dataclasses_work() -> None:
    point = Point(1.0, notes={"a": "b"})
    reference = Reference(1.0)
    assert all(map(is_dataclass, (point, Point)))
    assert [each.name for each in fields(point)] == [each.name for each in fields(reference)]
    assert [each.type for each in fields(point)] == [each.type for each in fields(reference)]
    assert asdict(point) == {"x": 1.0, "y": 0.0, "notes": {"a": "b"}, "label": "here"}
    assert replace(point, y=2.0) == Point(1.0, 2.0, {"a": "b"})
    with pytest.raises(TypeError, match="unexpected keyword"):
        replace(point, z=1)  # type: ignore[call-arg]


def test_a_record_is_matched_by_position() -> None:
    match Point(1.0, 2.0):
        case Point(x, y):
            assert (x, y) == (1.0, 2.0)


@pytest.mark.parametrize("twice", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_are_equal(twice: Callable[[Point], Point]) -> None:
    point = Point(1.0, notes={"a": "b"})
    again = twice(point)
    assert again == point
    assert again is not point


def test_a_record_keeps_name_module_and_words_of_its_class() -> None:
    assert (Point.__name__, Point.__module__, Point.__doc__) == ("Point", __name__, "A place.")
    Point(1.0)
    assert list(inspect.signature(Point).parameters) == list(inspect.signature(Reference).parameters)


def test_a_method_is_compiled_when_it_is_called_first(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, really = [], module._compiled

    def counting(name: str, *given: Any) -> Any:
        compiled.append(name)
        return really(name, *given)

    monkeypatch.setattr(module, "_compiled", counting)

    @record
    class Late:
        value: int

    assert compiled == []
    one, other = Late(1), Late(1)
    assert (compiled, hash(one), repr(one).endswith("Late(value=1)")) == (["__init__"], hash(other), True)
    assert one == other
    assert one != Late(2)
    assert compiled == ["__init__", "__eq__"]
