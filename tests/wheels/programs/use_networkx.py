"""networkx: paths, and a graph read from data that it carries; its back ends are entry points."""

from __future__ import annotations

import networkx as nx


def main() -> None:
    """Walks a graph."""
    graph = nx.grid_2d_graph(5, 5)
    assert nx.shortest_path_length(graph, (0, 0), (4, 4)) == 8
    communities = nx.community.greedy_modularity_communities(nx.karate_club_graph())
    assert max(len(part) for part in communities) > 8
    assert len(nx.graph_atlas_g()) == 1253
    print("networkx", nx.__version__, "works")


if __name__ == "__main__":
    main()
