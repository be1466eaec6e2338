"""Programs that cannot be tried: what tells a change in one place from a program that is written anew."""

from __future__ import annotations

import pytest

from console.triage.code_tokens import another
from console.triage.judging import triage

GROUPS = """```javascript
function countBy(items, key) {
  const counts = new Map();
  for (const item of items) {
    const name = item[key];
    if (name === undefined) continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts.entries()].sort());
}
```"""
ANEW = """```javascript
const countBy = (items, key) =>
  Object.fromEntries(
    Object.entries(
      items.reduce((found, { [key]: name }) => (name === undefined ? found : { ...found, [name]: (found[name] || 0) + 1 }), {})
    ).sort()
  );
```"""  # noqa: E501


@pytest.mark.parametrize("other", ["counts.set(name, [item]);", "counts.set(name, counts.get(name) ?? 1);"])
def test_a_change_in_one_place_of_code_that_cannot_be_tried_is_worrying(other: str) -> None:
    found = triage(GROUPS, GROUPS.replace("counts.set(name, (counts.get(name) ?? 0) + 1);", other))
    assert found.verdict == "worrying"
    assert found.reasons[0].text.startswith("changed in ")


def test_a_program_that_is_written_anew_is_for_a_person_to_judge() -> None:
    found = triage(GROUPS, ANEW)
    assert found.verdict == "acceptable"
    assert found.needs_human
    assert found.reasons[0].text == "another program: only running it tells whether it does the same"


def test_the_less_of_a_program_is_another_the_more_it_worries() -> None:
    old = [f"name{at}" for at in range(100)]
    scores = [another(old, [*old[:-count], *["x"] * count]).weight for count in (5, 10, 15, 30, 60, 100)]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] >= 0.5 > scores[2]
    assert scores[-1] >= 0.3
