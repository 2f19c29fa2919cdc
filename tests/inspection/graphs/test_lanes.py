"""Lines in text: a second reader that knows only the picture finds the same edges."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tftutor.inspection.graphs.lanes import draw_lanes, reading_order


@st.composite
def graphs(draw) -> tuple[list[str], dict[str, list[str]]]:
    names = [f"n{number}" for number in range(draw(st.integers(1, 14)))]
    inputs = {}
    for index, name in enumerate(names[1:], 1):
        inputs[name] = draw(st.lists(st.sampled_from(names[:index]), max_size=4))
    return names, inputs


def read_edges(order: list[str], rows: list[str]) -> set[tuple[str, str]]:
    """Follow the lines: who owns a lane, and which lanes a row's horizontal line joins."""
    owners: dict[int, str] = {}
    edges = set()
    for name, row in zip(order, rows, strict=True):
        position = max(row.find("●"), row.find("◉"))
        assert position >= 0
        joined = [column for column, mark in enumerate(row) if mark in "├┤┼┴┘"]
        if position in owners:  # it takes the place of what ends here
            edges.add((owners[position], name))
        edges |= {(owners[column], name) for column in joined}
        for column, mark in enumerate(row):
            if mark in "┴┘":
                del owners[column]
        owners[position] = name
        for column in [c for c in owners if c != position and row[c:c + 1] in ("", " ")]:
            raise AssertionError(f"the lane of {owners[column]} is broken")
        owners = {c: owner for c, owner in owners.items() if _goes_on(order, rows, name, c)}
    return edges


def _goes_on(order: list[str], rows: list[str], name: str, column: int) -> bool:
    """Whether the next row has something in this lane that belongs to it."""
    following = order.index(name) + 1
    if following == len(order):
        return False
    row = rows[following]
    mark = row[column:column + 1]
    if mark in ("●", "◉"):
        return True
    return mark in ("│", "├", "┤", "┼", "┴", "┘")


def test_the_example_of_the_documentation() -> None:
    inputs = {"Mul": ["X", "W"], "Neg": ["Mul"], "Add": ["Mul", "Neg"]}
    order = reading_order(["X", "W", "Mul", "Neg", "Add"], inputs)
    assert order == ["X", "W", "Mul", "Neg", "Add"]
    assert draw_lanes(order, inputs, {"Add"}) == ["●", "│ ●", "●─┘", "├─●", "◉─┘"]


def test_a_line_passes_others_without_touching_them() -> None:
    order, inputs = ["a", "b", "c", "d", "e"], {"d": ["a", "c"], "e": ["b", "d"]}
    rows = draw_lanes(order, inputs)
    assert rows == ["●", "│ ●", "│ │ ●", "●─│─┘", "●─┘"]


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_inputs_stand_above_their_users(graph) -> None:
    names, inputs = graph
    order = reading_order(names, inputs)
    assert sorted(order) == sorted(names)
    for name, sources in inputs.items():
        assert all(order.index(source) < order.index(name) for source in sources)


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_every_joined_lane_is_an_input(graph) -> None:
    names, inputs = graph
    order = reading_order(names, inputs)
    rows = draw_lanes(order, inputs)
    expected = {(source, name) for name, sources in inputs.items() for source in sources}
    found = read_edges(order, rows)
    # A node may take a free lane whose last owner nobody uses: only that may look like an edge.
    assert expected <= found
    used = {source for source, _ in expected}
    assert {source for source, _ in found - expected} <= set(names) - used


def test_a_circle_is_drawn_with_one_edge_left_out() -> None:
    inputs = {"a": ["b"], "b": ["a"]}
    order = reading_order(["a", "b"], inputs)
    assert sorted(order) == ["a", "b"]
    assert len(draw_lanes(order, inputs)) == 2


def test_a_chain_of_thousands_needs_no_recursion() -> None:
    names = [str(number) for number in range(5000)]
    inputs = {names[i]: [names[i - 1]] for i in range(1, 5000)}
    assert reading_order(names[::-1], inputs) == names


def test_a_weight_stands_beside_the_layer_that_uses_it() -> None:
    inputs = {"h": ["x"], "y": ["w", "h"]}
    assert reading_order(["w", "x", "h", "y"], inputs) == ["x", "h", "w", "y"]
