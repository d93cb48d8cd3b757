"""The order of loading: dependencies first, members that need each other together."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packer.order import groups

Graph = dict[str, list[str]]


@pytest.mark.parametrize(
    ("graph", "order"),
    [
        ({}, []),
        ({"a": []}, [("a",)]),
        ({"a": ["a"]}, [("a",)]),
        ({"a": ["b"], "b": []}, [("b",), ("a",)]),
        ({"a": ["b"], "b": ["a"]}, [("a", "b")]),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["b"]}, [("a", "b", "c"), ("d",)]),
        # Two cycles that share a member are one.
        ({"a": ["b"], "b": ["a", "c"], "c": ["b"]}, [("a", "b", "c")]),
        # Two cycles, one of which needs the other, and both what is at the bottom.
        (
            {"a": ["b", "z"], "b": ["a", "y"], "x": ["y", "z"], "y": ["x"], "z": []},
            [("z",), ("x", "y"), ("a", "b")],
        ),
        (
            {"top": ["right", "left"], "right": ["base"], "left": ["base"], "base": []},
            [("base",), ("left",), ("right",), ("top",)],
        ),
    ],
)
def test_examples(graph: Graph, order: list[tuple[str, ...]]) -> None:
    assert groups(graph) == order


def test_a_long_chain_is_no_recursion() -> None:
    count = 5000
    chain = {str(n): [str(n + 1)] for n in range(count)}
    assert groups({**chain, str(count): []}) == [(str(n),) for n in range(count, -1, -1)]
    ring = groups({**chain, str(count): ["0"]})
    assert ring == [tuple(sorted(map(str, range(count + 1))))]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = draw(st.lists(st.sampled_from("abcdefghijkl"), unique=True))
    nodes = st.sampled_from(names) if names else st.nothing()
    return {name: draw(st.lists(nodes, max_size=4)) for name in names}


def reachable(graph: Graph) -> dict[str, set[str]]:
    """What each member needs, in any number of steps, itself included."""
    found = {}
    for start in graph:
        seen = {start}
        for _ in graph:
            seen |= {other for node in seen for other in graph[node]}
        found[start] = seen
    return found


@settings(deadline=None, database=None)
@given(graphs())
def test_each_group_is_what_reaches_each_other(graph: Graph) -> None:
    reach = reachable(graph)
    expected = {tuple(sorted(b for b in graph if b in reach[a] and a in reach[b])) for a in graph}
    order = groups(graph)
    assert len(order) == len(expected)
    assert set(order) == expected


@settings(deadline=None, database=None)
@given(graphs())
def test_each_group_comes_after_all_that_it_needs(graph: Graph) -> None:
    place = {node: number for number, group in enumerate(groups(graph)) for node in group}
    assert sorted(place) == sorted(graph)
    for node, needed in graph.items():
        for other in needed:
            assert place[other] <= place[node]


@settings(deadline=None, database=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_decides_nothing(graph: Graph, chance: random.Random) -> None:
    names = list(graph)
    chance.shuffle(names)
    shuffled = {name: chance.sample(graph[name], len(graph[name])) for name in names}
    assert groups(shuffled) == groups(graph)
