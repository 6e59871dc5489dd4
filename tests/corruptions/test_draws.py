"""Numbers that depend on the image's key, the purpose and the call, and on nothing else."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chrysalis.corruptions.draws import Draws, keys_of

KEYS = keys_of(f"{n}.png" for n in range(50))


@given(st.permutations(range(50)), st.integers(1, 50))
def test_neither_order_nor_batch_matter(order, batch):
    whole = Draws(KEYS, "x").uniform(2, 3)
    for part in torch.tensor(order).split(batch):
        assert torch.equal(Draws(KEYS[part], "x").uniform(2, 3), whole[part])


def test_keys_purposes_and_calls_give_other_numbers():
    draws = Draws(KEYS[:2], "x")
    found = [draws.uniform(100), draws.uniform(100), Draws(KEYS[:2], "y").uniform(100)]
    rows = torch.cat(found).numpy()
    assert np.abs(np.corrcoef(rows) - np.eye(6)).max() < 0.45
    assert torch.equal(found[0], Draws(KEYS[:2], "x").uniform(100))


def test_uniform_and_normal_by_scipy():
    draws = Draws(KEYS, "z")
    uniform = draws.uniform(40, 10, low=-2, high=3).numpy()
    assert uniform.shape == (50, 40, 10)
    assert stats.kstest(uniform.ravel(), "uniform", (-2, 5)).pvalue > 0.001
    normal = draws.normal(400, mean=1, sd=2).numpy()
    assert stats.kstest(normal.ravel(), "norm", (1, 2)).pvalue > 0.001
    # Neighbours are unrelated, within an image and between images.
    assert abs(np.corrcoef(normal[:, 1:].ravel(), normal[:, :-1].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(normal[1:].ravel(), normal[:-1].ravel())[0, 1]) < 0.03


def test_numbers_are_strictly_between_their_bounds():
    found = Draws(KEYS, "w").uniform(100_000)
    assert 0 < found.min() < 1e-6
    assert 1 - 1e-6 < found.max() < 1
    assert torch.isfinite(Draws(KEYS, "w").normal(100_000)).all()
    assert Draws(KEYS, "w").uniform().shape == (50,)


def test_names_that_are_no_text_have_keys_too():
    assert keys_of(["\udcff.png", "é.png", ""]).unique().numel() == 3
