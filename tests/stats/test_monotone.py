"""All small tables: a smaller effect never makes p smaller, and p is never below the images' own.

A table of right answers is a multiset of columns, one for each image, of 2 x seeds bits. Each is
compared with every table that has one right answer of the better arm turned wrong, or one wrong
answer of the other turned right.
"""

from itertools import combinations_with_replacement

import numpy as np
import pytest

from chrysalis.stats.compare import compare, compare_paired, compare_resampled

ROUNDING = 1e-9


def all_tables(seeds, images):
    """Columns (tables, images) as bits, and right answers (tables, 2, seeds, images)."""
    bits = 2 * seeds
    columns = np.array(list(combinations_with_replacement(range(2**bits), images)))
    answers = (columns[:, None, :] >> np.arange(bits)[:, None]) & 1
    return columns, answers.reshape(-1, 2, seeds, images).astype(bool)


def code(columns, seeds):
    """A number for each multiset of columns."""
    images = columns.shape[1]
    return (np.sort(columns, 1) * (4**seeds) ** np.arange(images)).sum(1)


def judged(answers, one):
    """p and the images' p of every table; tables with the same differences are judged in parts."""
    found = [
        one(part[:, 0], part[:, 1]) for part in np.array_split(answers, len(answers) // 5000 + 1)
    ]
    return (
        np.concatenate([np.atleast_1d(getattr(f, name)) for f in found])
        for name in ("p", "p_image")
    )


def falls(seeds, images, one):
    """By how much p falls at most where the effect gets smaller, how often, and all comparisons."""
    columns, answers = all_tables(seeds, images)
    p, p_image = judged(answers, one)
    assert (p >= p_image).all()
    by_code = np.full((4**seeds) ** images, np.nan)
    by_code[code(columns, seeds)] = p
    ahead = answers[:, 0].sum((1, 2)) > answers[:, 1].sum((1, 2))
    drops = []
    for image in range(images):
        for bit in range(2 * seeds):
            turned = ahead & (((columns[:, image] >> bit) & 1) == (bit < seeds))
            smaller = columns[turned].copy()
            smaller[:, image] ^= 1 << bit
            drops.append(p[turned] - by_code[code(smaller, seeds)])
    return np.concatenate(drops)


def own_splits(arm, baseline):
    return compare_resampled(arm, baseline, 4 * arm.shape[-1])


@pytest.mark.parametrize("one", [compare, compare_paired, own_splits])
@pytest.mark.parametrize(("seeds", "images"), [(2, 2), (2, 3), (3, 2), (3, 3)])
def test_a_smaller_effect_never_makes_p_smaller(one, seeds, images):
    drops = falls(seeds, images, one)
    assert len(drops) > 100
    assert drops.max() <= ROUNDING


@pytest.mark.parametrize("one", [compare, compare_paired])
@pytest.mark.parametrize("seeds", [2, 3])
def test_nor_does_it_with_four_images(one, seeds):
    assert falls(seeds, 4, one).max() <= ROUNDING


def test_it_does_where_one_training_outshines_the_others():
    """No test of trainings that errs in at most 5 % of studies can avoid this: see `compare`."""
    arm, baseline = np.zeros((2, 3, 60), bool)
    for seed, count in enumerate((52, 26, 32)):
        arm[seed, :count] = True
    baseline[:, :5] = True
    smaller = arm.copy()
    smaller[0, 50:52] = False
    found, less = compare(arm, baseline), compare(smaller, baseline)
    assert less.effect < found.effect
    assert found.p - 0.01 < less.p < found.p
