"""The graph of rules as layered boxes: Graphviz places them, Matplotlib draws them."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pygraphviz
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from chrysalis.report.figures.style import STYLE, WIDTH, shorten

BOX = (1.2, 0.34)  # inches
LAYER_GAP, BOX_GAP, MARGIN = 0.38, 0.2, 0.1  # inches
POINTS = 72  # Graphviz gives places in points, of which an inch has so many


@mpl.rc_context(STYLE)
def plot_dag(edges: list[tuple[str, str]]) -> Figure:
    """Draw the rules, sources at the top; `edges` are (from, to) pairs of rule names.

    An edge that a longer way implies is not drawn, as is usual for such graphs. Nor is one that
    leads back, as where a job of a rule uses files of another job of the same rule.
    """
    graph = _placed(edges)
    *_, right, top = _numbers(graph.graph_attr["bb"] or "0,0,0,0")
    width = max(WIDTH, right + 2 * MARGIN)
    figure = Figure(figsize=(width, top + 2 * MARGIN))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim((right - width) / 2, (right + width) / 2)
    axes.set_ylim(-MARGIN, top + MARGIN)
    for edge in graph.edges_iter():
        _draw_edge(axes, _numbers(edge.attr["pos"]).reshape(-1, 2))
    for node in graph.nodes_iter():
        _draw_box(axes, str(node), _numbers(node.attr["pos"]))
    return figure


def _placed(edges: list[tuple[str, str]]) -> pygraphviz.AGraph:
    """The graph without edges that lead back or that others imply, with places as attributes."""
    forward = [edge for edge in edges if edge[0] != edge[1]]
    ends = {end for _, end in forward}
    graph = pygraphviz.AGraph(ranksep=LAYER_GAP, nodesep=BOX_GAP, directed=True, strict=True)
    width, height = BOX
    graph.node_attr.update(shape="box", fixedsize="true", width=width, height=height)
    graph.edge_attr["arrowhead"] = "none"
    # What leads back is found by walking from the first nodes on, so the sources come first.
    names = dict.fromkeys(name for edge in edges for name in edge)
    for name in sorted(names, key=lambda name: name in ends):
        graph.add_node(name, label="")
    graph.add_edges_from(forward)
    # An edge that leads back is turned round, and then the way that it leads back implies it.
    graph = graph.acyclic(copy=True).tred(copy=True)
    graph.layout("dot")
    return graph


def _numbers(text: str) -> np.ndarray:
    """Graphviz's numbers, which commas or blanks separate, in inches."""
    return np.array(text.replace(",", " ").split(), float) / POINTS


def _draw_edge(axes: Axes, points: np.ndarray) -> None:
    """Bezier curves through `points` (3 n + 1, 2): each has two points that it does not meet."""
    codes = [Curve.MOVETO] + [Curve.CURVE4] * (len(points) - 1)
    line = FancyArrowPatch(
        path=Curve(points, codes),
        arrowstyle="-|>",
        mutation_scale=9,
        color="#868E96",
        lw=1,
        shrinkA=0,
        shrinkB=0,
    )
    axes.add_patch(line)


def _draw_box(axes: Axes, name: str, centre: np.ndarray) -> None:
    x, y = centre
    corner = (x - BOX[0] / 2, y - BOX[1] / 2)
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(FancyBboxPatch(corner, *BOX, boxstyle=style, fc="#E7F1F8", ec="#0072B2", lw=1))
    axes.text(x, y, shorten(name, 18), ha="center", va="center", fontsize=8.5)
