import dataclasses

import numpy as np
import pytest

from chrysalis.data.specimens import photograph as module
from chrysalis.data.specimens.backgrounds import BACKGROUNDS
from chrysalis.data.specimens.families import FAMILIES
from chrysalis.data.specimens.insect import Individual, Light, draw
from chrysalis.data.specimens.noise import fractal, noise
from chrysalis.data.specimens.patterns import Variation
from chrysalis.data.specimens.photograph import draw_individual, draw_scene, photograph
from chrysalis.data.specimens.pose import Pose, is_seen_from_above, project
from chrysalis.data.specimens.shapes import wing
from chrysalis.data.specimens.twins import twin

FLAT = Pose(x=0.5, y=0.5, scale=0.4, heading=0, spread=0, left=0, right=0)
ABOVE = Light((0.0, 0.0, -1.0), 0.6)
SOMEONE = Individual(mode=0, own=Variation(), tint=(1, 1, 1), wear=0, seed=4)


@pytest.fixture(params=FAMILIES, ids=lambda family: family.__name__)
def species(request):
    return request.param(np.random.default_rng(3))


def test_left_and_right_wings_mirror_each_other(species):
    """Seen straight from above, all but the antennae, which bend as they like, is symmetric."""
    picture = draw(species, SOMEONE, FLAT, ABOVE, 96)
    behind = picture[48:]
    difference = np.abs(behind - behind[:, ::-1])
    # The fur of the body differs from side to side.
    difference[:, 40:56] = 0
    assert difference.max() < 1e-4


def test_pictures_are_finite_and_premultiplied(species):
    picture = draw(species, SOMEONE, FLAT, ABOVE, 64)
    assert picture.shape == (64, 64, 4)
    assert picture.dtype == np.float32
    alpha = picture[..., 3]
    assert np.isfinite(picture).all()
    assert alpha.min() >= 0 and alpha.max() <= 1 + 1e-5
    assert (picture[..., :3] <= 1.2 * alpha[..., None] + 1e-4).all()
    assert 0.1 < (alpha > 0.5).mean() < 0.8


def test_closed_wings_show_their_undersides(species):
    opened = FLAT
    closed = dataclasses.replace(FLAT, roll=1.3, left=1.5, right=1.5)
    assert not np.allclose(*(draw(species, SOMEONE, p, ABOVE, 48) for p in (opened, closed)))
    near = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    assert is_seen_from_above(project(near, FLAT, 10))
    assert not is_seen_from_above(project(near[::-1], FLAT, 10))


def test_the_mask_is_where_the_butterfly_alone_is_drawn(species):
    rng = np.random.default_rng(8)
    individual = draw_individual(rng, len(species.modes))
    for background in BACKGROUNDS:
        scene = dataclasses.replace(draw_scene(rng, background), blades=0)
        _, mask = photograph(species, individual, scene, 64)
        alone = draw(species, individual, scene.pose, scene.light, 64)
        np.testing.assert_array_equal(mask, alone[..., 3] >= 0.5)


def test_pixels_outside_the_mask_do_not_depend_on_the_species(monkeypatch):
    """Far from the butterfly, another species on the same scene gives the same pixels."""
    scene = dataclasses.replace(draw_scene(np.random.default_rng(1), "stone"), blades=0, soft=0)
    monkeypatch.setattr(module, "_cast_shadow", lambda *_: None)
    one, other = (FAMILIES[i](np.random.default_rng(0)) for i in (0, 3))
    (a, in_a), (b, in_b) = (photograph(s, SOMEONE, scene, 64) for s in (one, other))
    alphas = [draw(s, SOMEONE, scene.pose, scene.light, 64)[..., 3] for s in (one, other)]
    free = (alphas[0] == 0) & (alphas[1] == 0)
    assert free.mean() > 0.2
    np.testing.assert_array_equal(a[free], b[free])
    assert (a[in_a & in_b] != b[in_a & in_b]).any()


def test_grass_hides_part_of_the_butterfly_and_its_mask():
    species = FAMILIES[0](np.random.default_rng(0))
    scene = dataclasses.replace(draw_scene(np.random.default_rng(5), "meadow"), pose=FLAT)
    bare, hidden = (
        photograph(species, SOMEONE, dataclasses.replace(scene, blades=n), 96)[1] for n in (0, 3)
    )
    assert not (hidden & ~bare).any()
    assert 0.3 < hidden.sum() / bare.sum() < 1


def test_a_twin_is_a_little_different(species):
    one, other = (draw(s, SOMEONE, FLAT, ABOVE, 64) for s in (species, twin(species)))
    np.testing.assert_allclose(one[..., 3], other[..., 3], atol=1e-5)
    assert 0.002 < np.abs(one - other).mean() < 0.08


def test_coordinates_of_a_wing(species):
    for shape in (species.fore, species.hind):
        found = wing(shape, 96)
        on = found.alpha > 0.99
        assert on.mean() > 0.1
        # Nothing of the wing is cut off by its picture's edge.
        rim = np.concatenate([found.alpha[0], found.alpha[-1], found.alpha[:, -1]])
        assert rim.max() == 0
        assert found.along[on].max() < 1.5
        assert (np.abs(found.within) <= 0.5).all()
        assert set(np.unique(found.cell[on])) == set(range(found.cells))
        assert (found.edge[found.alpha == 0] == 0).all()


def test_shots_of_a_scene_differ_in_noise_alone():
    species = FAMILIES[1](np.random.default_rng(0))
    scene = draw_scene(np.random.default_rng(2), "leaf")
    first, again, other = (
        photograph(species, SOMEONE, dataclasses.replace(scene, shot=n), 48)[0].astype(int)
        for n in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert 0 < np.abs(first - other).mean() < 20


@pytest.mark.parametrize("feature", [1, 3.3, 40, 700])
@pytest.mark.parametrize("shape", [(5, 9), (96, 96), (700, 600)])
def test_noise_has_the_asked_shape_and_about_unit_spread(feature, shape):
    rng = np.random.default_rng(0)
    for made in (noise(rng, shape, feature), fractal(rng, shape, feature, 3, aspect=0.2)):
        assert made.shape == shape
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
    assert 0.6 < noise(rng, (600, 600), 4).std() < 1.4
