import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from chrysalis.data.fetch import fetch
from chrysalis.data.inspection import check_classes, inspect_images
from chrysalis.data.layout import class_names, find_images, list_files
from chrysalis.data.specimens import names
from chrysalis.data.specimens.alterations import ALTERATIONS, alter
from chrysalis.data.specimens.dataset import take
from chrysalis.errors import UserError
from chrysalis.records.truth import PHOTOGRAPHS, TRUTH
from chrysalis.study.location import locate
from tests.data.specimens.conftest import settings


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The dataset of `planned` on disk."""
    target = tmp_path_factory.mktemp("raw") / "specimens"
    fetch(settings(), [], target, workers=2)
    return target


def content(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_files_do_not_depend_on_the_number_of_workers(written, tmp_path):
    fetch(settings(), [], tmp_path / "again", workers=1)
    assert content(written) == content(tmp_path / "again")


def test_chrysalis_can_use_every_image_with_its_mask(written):
    files = find_images(name for name, _ in list_files(written))
    images, left_out = inspect_images(written, files, workers=1)
    # Nothing is left out as a duplicate: no image equals another, planted or not.
    assert len(left_out) == 0
    assert len(images) == 6 * 16
    assert (images["mask"] != "").all()
    assert (images["note"] == "").all()
    check_classes(images, left_out)


def test_class_names_are_known_before_anything_is_drawn(written):
    known = names.class_names(0, 6, 1)
    assert class_names(name for name, _ in list_files(written)) == sorted(known)


def test_the_tables_can_be_read_back(written, planned):
    assert TRUTH.read(written / "truth.csv") == planned.truth
    table = PHOTOGRAPHS.read(written / "photographs.csv")
    assert [row.path for row in table] == [photo.path for photo in planned.photos]
    for row in table:
        mask = cv2.imread(str(written / row.path.replace("images", "masks").replace("jpg", "png")))
        assert row.visible == pytest.approx((mask[..., 0] > 0).mean(), abs=1e-4)
    wrong = {row.path for row in table if row.class_ != row.true_class}
    assert wrong == {row.path for row in planned.truth if row.kind == "wrong_label"}


def test_files_hold_what_was_drawn(written, planned):
    photo = planned.photos[7]
    image, mask, _ = take(photo, planned.species, 32)
    saved = cv2.imread(str(written / photo.path))[..., ::-1]
    assert np.abs(saved.astype(int) - image).mean() < 12  # JPEG loses some
    kept = cv2.imread(str(written / f"masks/{photo.stem}.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(kept, mask * 255)


@pytest.mark.parametrize("how", ALTERATIONS)
def test_an_altered_copy_is_near_its_original(planned, how):
    photo = planned.photos[3]
    image, mask, quality = take(photo, planned.species, 96)
    other, moved, other_quality = alter(image, mask, how)
    assert other.shape == image.shape
    assert moved.shape == mask.shape
    if how == "mirrored":
        other, moved = other[:, ::-1], moved[:, ::-1]
    assert np.abs(other.astype(int) - image).mean() < 30
    assert (moved & mask).sum() / (moved | mask).sum() > 0.6
    assert (other_quality < quality) == (how == "re-encoded")
    if how == "re-encoded":
        np.testing.assert_array_equal(other, image)


def test_other_settings_replace_what_was_drawn_earlier_and_nothing_else(tmp_path):
    target, few = tmp_path / "raw", {"species": 2, "images": 4, "planted": {}}
    fetch(settings(**few), [], target, workers=1)
    before = content(target)
    fetch(settings(**few, seed=2), [], target, workers=1)
    assert not before.keys() & {name for name in content(target) if name.suffix == ".jpg"}
    (target / "images/mine.txt").write_text("mine")
    with pytest.raises(UserError, match=r"1 file\(s\) that would be lost, first images/mine.txt"):
        fetch(settings(**few), [], target, workers=1)
    assert (target / "images/mine.txt").read_text() == "mine"


def test_a_picture_changed_by_hand_is_not_lost(tmp_path):
    target, few = tmp_path / "raw", {"species": 2, "images": 4, "planted": {}}
    fetch(settings(**few), [], target, workers=1)
    changed = min(target.rglob("*.jpg"))
    changed.write_bytes(b"retouched")
    with pytest.raises(UserError, match="would be lost"):
        fetch(settings(**few, seed=2), [], target, workers=1)
    assert changed.read_bytes() == b"retouched"


def test_the_study_knows_the_classes_before_drawing_and_after(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "datasets"
    folder.mkdir()
    source = json.dumps({"kind": "specimens", "species": 3, "images": 4, "size": 32})
    (folder / "few.yaml").write_text(f"title: Few\nsource: {source}\n")
    before = locate("few", folder)
    assert (before.can_fetch, before.root) == (True, Path("data/raw/few"))
    known = before.classes()
    fetch(before.config.source, [], before.root, workers=1)
    assert locate("few", folder).classes() == known == sorted(names.class_names(0, 3, 0))
