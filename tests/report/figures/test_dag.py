"""The graph of rules: layered, untangled, and with only the edges that say something."""

from matplotlib.patches import FancyBboxPatch

from chrysalis.report.figures.dag import plot_dag
from chrysalis.report.figures.style import save_figure


def test_rules_are_layered_without_overlap_and_implied_edges_are_left_out():
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("a", "d"), ("d", "e"), ("c", "e"), ("x", "e")]
    axes = plot_dag(edges).axes[0]
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    places = {t.get_text(): t.get_position() for t in axes.texts}
    assert set(places) == set("abcdex")
    assert all(places[start][1] > places[end][1] for start, end in edges)
    assert len(axes.patches) - len(boxes) == len(edges) - 1  # a to c goes by way of b
    extents = [(b.get_x(), b.get_y(), b.get_width(), b.get_height()) for b in boxes]
    for n, (x, y, width, height) in enumerate(extents):
        for other_x, other_y, *_ in extents[n + 1 :]:
            assert abs(x - other_x) > width or abs(y - other_y) > height


def test_edges_that_lead_back_are_left_out():
    """Trainings that build on trainings, and on what was read off them."""
    back = [("train", "train"), ("rank", "train")]
    edges = [*back, ("train", "rank"), ("pack", "train"), ("train", "compare"), ("rank", "compare")]
    axes = plot_dag(edges).axes[0]
    places = {t.get_text(): t.get_position()[1] for t in axes.texts}
    assert sorted(places, key=places.get) == ["compare", "rank", "train", "pack"]
    lines = [patch for patch in axes.patches if not isinstance(patch, FancyBboxPatch)]
    assert len(lines) == 3  # train to compare goes by way of rank
    assert {t.get_text() for t in plot_dag([("a", "b"), ("b", "a")]).axes[0].texts} == {"a", "b"}


def test_what_leads_back_is_found_from_the_sources_on():
    """Whatever the order of the edges: the first pair alone would put rank above train."""
    axes = plot_dag([("rank", "train"), ("train", "rank"), ("pack", "train")]).axes[0]
    places = {t.get_text(): t.get_position()[1] for t in axes.texts}
    assert sorted(places, key=places.get) == ["rank", "train", "pack"]


def test_edges_start_and_end_at_their_boxes():
    axes = plot_dag([("a", "b"), ("a", "c"), ("c", "d"), ("b", "d"), ("a", "e"), ("e", "d")]).axes[
        0
    ]
    boxes = [patch.get_bbox() for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    lines = [patch for patch in axes.patches if not isinstance(patch, FancyBboxPatch)]
    assert len(lines) == 6
    for line in lines:
        for point in line._path_original.vertices[[0, -1]]:
            assert sum(box.padded(0.02).contains(*point) for box in boxes) == 1


def test_a_graph_gives_the_same_bytes_and_no_noise_each_time(tmp_path, capfd):
    edges = [("inspect_images", "plot_a_figure_with_a_long_name"), ("inspect_images", "split")]
    for name in "ab":
        save_figure(plot_dag(edges), tmp_path / f"{name}.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert capfd.readouterr() == ("", "")


def test_a_graph_without_edges_is_empty():
    assert not plot_dag([]).axes[0].patches
