"""The graph of rules as layered boxes.

The layered drawing of K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of
Hierarchical System Structures" (1981): longest-path layers, stand-in nodes where an edge crosses a
layer, and barycentre sweeps against crossings.
"""

from __future__ import annotations

import graphlib
from itertools import pairwise

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from chrysalis.report.figures.style import STYLE, WIDTH, shorten

SWEEPS = 8
LAYER_HEIGHT = 0.72  # inches
BOX = (1.2, 0.34)  # inches
STAND_IN_WIDTH = 0.25  # inches that a passing edge takes in a layer

Node = str | tuple[str, str, int]  # a rule, or a stand-in: (from, to, layer)


@mpl.rc_context(STYLE)
def plot_dag(edges: list[tuple[str, str]]) -> Figure:
    """Draw the rules, sources at the top; `edges` are (from, to) pairs of rule names.

    An edge that a longer way implies is not drawn, as is usual for such graphs. Nor is one that
    leads back, as where a job of a rule uses files of another job of the same rule.
    """
    layers, chains = _layers(_reduce(_forward(list(dict.fromkeys(edges)))))
    _untangle(layers, chains)
    places = _places(layers)
    width = max(WIDTH, 2 * max((abs(x) for x, _ in places.values()), default=0) + BOX[0] + 0.3)
    figure = Figure(figsize=(width, LAYER_HEIGHT * max(1, len(layers)) + 0.1))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-width / 2, width / 2)
    axes.set_ylim(-LAYER_HEIGHT * (len(layers) - 0.5) - 0.05, LAYER_HEIGHT / 2 + 0.05)
    for chain in chains:
        _draw_edge(axes, [places[node] for node in chain])
    for node, place in places.items():
        if isinstance(node, str):
            _draw_box(axes, node, place)
    return figure


def _forward(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges without those that a walk from the sources meets as leading back to its own way."""
    children: dict[str, list[str]] = {}
    for start, end in edges:
        children.setdefault(start, []).append(end)
    ends = {end for start, end in edges if start != end}
    back: set[tuple[str, str]] = set()
    done: set[str] = set()

    def walk(node: str, way: tuple[str, ...]) -> None:
        for child in children.get(node, []):
            if child in way:
                back.add((node, child))
            elif child not in done:
                walk(child, (*way, child))
        done.add(node)

    for node in sorted(children, key=lambda node: node in ends):
        if node not in done:
            walk(node, (node,))
    return [edge for edge in edges if edge not in back]


def _reduce(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges without those whose ends a longer way joins (the transitive reduction)."""
    parents: dict[str, set[str]] = {}
    for start, end in edges:
        parents.setdefault(start, set())
        parents.setdefault(end, set()).add(start)
    ancestors: dict[str, set[str]] = {}
    for node in graphlib.TopologicalSorter(parents).static_order():
        ancestors[node] = parents[node].union(*(ancestors[parent] for parent in parents[node]))
    return [
        (start, end)
        for start, end in edges
        if not any(start in ancestors[other] for other in parents[end])
    ]


def _layers(edges: list[tuple[str, str]]) -> tuple[list[list[Node]], list[list[Node]]]:
    """The nodes by layer, and each edge as the chain of nodes that it passes."""
    parents: dict[str, list[str]] = {}
    for start, end in edges:
        parents.setdefault(start, [])
        parents.setdefault(end, []).append(start)
    depth: dict[str, int] = {}
    for node in graphlib.TopologicalSorter(parents).static_order():
        depth[node] = max((depth[parent] + 1 for parent in parents[node]), default=0)
    layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in parents:
        layers[depth[node]].append(node)
    chains = []
    for start, end in edges:
        passed = [(start, end, layer) for layer in range(depth[start] + 1, depth[end])]
        for node in passed:
            layers[node[2]].append(node)
        chains.append([start, *passed, end])
    return layers, chains


def _untangle(layers: list[list[Node]], chains: list[list[Node]]) -> None:
    """Sort each layer by the mean place of its neighbours, sweeping down and up in turn."""
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for chain in chains:
        for start, end in pairwise(chain):
            above.setdefault(end, []).append(start)
            below.setdefault(start, []).append(end)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        order = layers if down else layers[::-1]
        for fixed, moved in pairwise(order):
            place = {node: (index + 0.5) / len(fixed) for index, node in enumerate(fixed)}
            own = {node: (index + 0.5) / len(moved) for index, node in enumerate(moved)}
            centre = {
                node: np.mean([place[other] for other in near[node]]) if node in near else own[node]
                for node in moved
            }
            moved.sort(key=centre.__getitem__)


def _places(layers: list[list[Node]]) -> dict[Node, tuple[float, float]]:
    """Centre of each node in inches: layers downwards, each centred on 0."""
    places = {}
    for depth, layer in enumerate(layers):
        widths = [BOX[0] + 0.2 if isinstance(node, str) else STAND_IN_WIDTH for node in layer]
        ends = np.cumsum(widths)
        for node, end, width in zip(layer, ends, widths, strict=True):
            places[node] = (end - width / 2 - ends[-1] / 2, -LAYER_HEIGHT * depth)
    return places


def _draw_edge(axes: Axes, points: list[tuple[float, float]]) -> None:
    """A line from the foot of the first box to the head of the last one.

    It bends only between the layers; beside the boxes of a layer that it passes it is straight.
    """
    half = BOX[1] / 2
    vertices, codes = [(points[0][0], points[0][1] - half)], [Curve.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        if len(vertices) > 1:
            vertices.append((x0, y0 - half))
            codes.append(Curve.LINETO)
        middle = (y0 + y1) / 2
        vertices += [(x0, middle), (x1, middle), (x1, y1 + half)]
        codes += [Curve.CURVE4] * 3
    line = FancyArrowPatch(
        path=Curve(vertices, codes),
        arrowstyle="-|>",
        mutation_scale=9,
        color="#868E96",
        lw=1,
        shrinkA=0,
        shrinkB=0,
    )
    axes.add_patch(line)


def _draw_box(axes: Axes, name: str, place: tuple[float, float]) -> None:
    x, y = place
    corner = (x - BOX[0] / 2, y - BOX[1] / 2)
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(FancyBboxPatch(corner, *BOX, boxstyle=style, fc="#E7F1F8", ec="#0072B2", lw=1))
    axes.text(x, y, shorten(name, 18), ha="center", va="center", fontsize=8.5)
