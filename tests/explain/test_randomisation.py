"""Randomising weights from the top, and the rank correlation against SciPy's."""

import numpy as np
import torch
from scipy.stats import spearmanr

from chrysalis.explain.methods import METHODS
from chrysalis.explain.randomisation import STAGES, cascade, rank_correlation, weighted_modules
from chrysalis.models import registry


def images(count=3, size=32):
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(2))


def test_rank_correlation_is_spearmans():
    one, other = images(4)[:, 0], images(4)[:, 1]
    other[0] = one[0].square()
    other[1] = 0
    found = rank_correlation(one, other)
    assert found[0] == 1
    assert found[1] == 0
    for n in (2, 3):
        expected = spearmanr(one[n].flatten(), other[n].flatten()).statistic
        assert np.isclose(found[n], expected)


def test_cascade_goes_from_the_top_and_leaves_the_network_alone():
    torch.manual_seed(0)
    model = registry.create("mynet", 4, 32).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    targets = torch.tensor([0, 1, 2])
    found = cascade(model, images(), targets, "features.conv2", METHODS)
    names = weighted_modules(model)
    for stages in found.values():
        modules = [module for module, _ in stages]
        assert len(modules) == min(STAGES, len(names))
        assert modules[-1] == names[0]
        assert [names.index(m) for m in modules] == sorted(map(names.index, modules), reverse=True)
        assert all(similar.shape == (3,) for _, similar in stages)
        assert all((np.abs(similar) <= 1 + 1e-9).all() for _, similar in stages)
    # Until a convolution is random, what the layer puts out stays, and Eigen-CAM with it.
    heads = [s for m, s in found["eigen_cam"] if names.index(m) > names.index("features.conv2")]
    assert heads
    assert all(np.allclose(similar, 1) for similar in heads)
    assert any((similar < 0.99).any() for _, similar in found["grad_cam"])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    again = cascade(model, images(), targets, "features.conv2", METHODS)
    assert np.array_equal(again["grad_cam"][-1][1], found["grad_cam"][-1][1])
