"""The order in which members are loaded: dependencies first, and those that need each other together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def groups(graph: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The strongly connected components of a graph, each after all that it needs (Tarjan's algorithm).

    Args:
        graph: every member to those that it needs; all of these are keys as well.

    Returns:
        Sorted tuples, the same for the same graph in any order. A member of no cycle is alone in its tuple.
    """
    found: list[tuple[str, ...]] = []
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    for root in sorted(graph):
        if root in number:
            continue
        work = [(root, iter(sorted(graph[root])))]
        number[root] = lowest[root] = len(number)
        stack.append(root)
        while work:
            node, needed = work[-1]
            for other in needed:
                if other not in number:
                    number[other] = lowest[other] = len(number)
                    stack.append(other)
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other in stack:
                    lowest[node] = min(lowest[node], number[other])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    position = stack.index(node)
                    found.append(tuple(sorted(stack[position:])))
                    del stack[position:]
    return found
