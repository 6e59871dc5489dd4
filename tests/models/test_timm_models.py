"""timm's architectures under their own names."""

import pytest
import timm
import torch

from chrysalis.engine.classifier import build
from chrysalis.errors import UserError
from chrysalis.models import registry, timm_models


def test_it_is_timms_network_with_our_classes():
    torch.manual_seed(0)
    ours = registry.create("timm/resnet10t", 7, 64).eval()
    torch.manual_seed(0)
    theirs = timm.create_model("resnet10t", num_classes=7).eval()
    batch = torch.rand(2, 3, 64, 64)
    assert torch.equal(ours(batch), theirs(batch))
    assert ours.cam_layer == "layer4"


def test_a_network_of_fixed_input_size_is_built_for_ours():
    model = registry.create("timm/vit_tiny_patch16_224", 3, 64).eval()
    assert model(torch.rand(1, 3, 64, 64)).shape == (1, 3)
    assert model.cam_layer == "blocks.11.norm1"


def test_what_is_known_without_building_it():
    spec = registry.spec("timm/resnet10t")
    assert (spec.title, spec.options) == ("resnet10t (timm)", {"pretrained": False})
    assert "timm/resnet10t" not in registry.specs()


@pytest.mark.parametrize("name", ["timm/resnet10tt", "timm/resnet10t.no_such_weights"])
def test_an_unknown_name_is_an_error_that_names_the_nearest(name):
    with pytest.raises(UserError, match=r"has no model '.*'; did you mean timm/resnet10t"):
        registry.spec(name)


def test_weights_that_cannot_be_had_are_one_message(monkeypatch):
    def offline(*arguments, **options):
        raise OSError("We couldn't connect\nto the hub")

    monkeypatch.setattr(timm_models.timm, "create_model", offline)
    with pytest.raises(
        UserError, match=r"cannot be fetched \(We couldn't connect\)\. Go online once"
    ):
        registry.create("timm/resnet10t", 3, 64, pretrained=True)


def test_an_architecture_without_weights_cannot_be_pretrained():
    name = next(n for n in timm.list_models() if not timm.get_pretrained_cfg(n).has_weights)
    with pytest.raises(UserError, match="knows no pretrained weights"):
        registry.create(f"timm/{name}", 3, 224, pretrained=True)


def test_pretrained_weights_bring_their_own_normalisation(monkeypatch):
    """With a fetched network stood in for by a fresh one: there may be no network here."""
    create = timm.create_model
    monkeypatch.setattr(
        timm_models.timm, "create_model", lambda name, pretrained, **o: create(name, **o)
    )
    own = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.4, 0.5, 0.6])
    fetched = build("timm/resnet10t", 3, 32, {"pretrained": True}, own)
    fresh = build("timm/resnet10t", 3, 32, {"pretrained": False}, own)
    assert fetched.mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])
    assert fresh.mean.flatten().tolist() == pytest.approx([0.1, 0.2, 0.3])
