"""torchvision's classifiers under their own names."""

import pytest
import torch
from torchvision import models

from chrysalis.engine.classifier import build
from chrysalis.errors import UserError
from chrysalis.explain.layers import map_size
from chrysalis.explain.maps import heat_maps
from chrysalis.models import registry

# A network of each family that is built in a second, and the layer that Grad-CAM explains.
FAMILIES = {
    "densenet121": "features",
    "efficientnet_b0": "features",
    "googlenet": "inception5b",
    "mnasnet0_5": "layers",
    "mobilenet_v3_small": "features",
    "regnet_x_400mf": "trunk_output",
    "resnet18": "layer4",
    "shufflenet_v2_x0_5": "conv5",
    "squeezenet1_1": "classifier.1",
    "swin_t": "permute",
    "vit_b_32": "encoder.layers.encoder_layer_11.ln_1",
}


def create(name, size, classes=3, **options):
    torch.manual_seed(0)
    return registry.create(f"torchvision/{name}", classes, size, **options)


def test_it_is_torchvisions_network_with_our_classes():
    ours = create("resnet18", 64, 7)
    assert ours.training
    torch.manual_seed(0)
    theirs = models.resnet18(num_classes=7).eval()
    batch = torch.rand(2, 3, 64, 64)
    assert torch.equal(ours.eval()(batch), theirs(batch))


@pytest.mark.parametrize(("name", "layer"), FAMILIES.items())
def test_every_family_gives_logits_and_names_its_last_maps(name, layer):
    model = create(name, 64)
    assert model.cam_layer == layer
    logits = model(torch.rand(2, 3, 64, 64))
    assert logits.shape == (2, 3)
    cams = heat_maps(model, torch.rand(2, 3, 64, 64), layer=layer)["grad_cam"]
    assert cams.shape == (2, 64, 64)
    rows, columns = map_size(model, torch.rand(2, 3, 64, 64), layer=layer)
    assert rows == columns > 1


def test_what_is_known_without_building_it():
    spec = registry.spec("torchvision/resnet18")
    assert (spec.title, spec.options) == ("resnet18 (torchvision)", {"pretrained": False})
    assert spec.file.name == "torchvision_models.py"
    assert "torchvision/resnet18" not in registry.specs()


@pytest.mark.parametrize(("name", "near"), [("resnet81", "resnet18"), ("swin_v2_x", "swin_v2_t")])
def test_an_unknown_name_is_an_error_that_names_the_nearest(name, near):
    with pytest.raises(
        UserError, match=rf"has no classifier '{name}'; did you mean .*torchvision/{near}"
    ):
        registry.spec(f"torchvision/{name}")


def test_what_is_no_classifier_is_an_error():
    with pytest.raises(UserError, match="has no classifier 'fasterrcnn_resnet50_fpn'"):
        registry.spec("torchvision/fasterrcnn_resnet50_fpn")


def test_a_name_without_its_library_is_an_error_that_names_the_form():
    with pytest.raises(UserError, match=r"unknown model 'torchvision'.*torchvision/<name>"):
        registry.spec("torchvision")


@pytest.mark.parametrize(
    ("name", "size"), [("alexnet", 32), ("vit_b_32", 50), ("maxvit_t", 64), ("inception_v3", 64)]
)
def test_a_size_that_a_network_cannot_take_is_an_error(name, size):
    with pytest.raises(
        UserError, match=rf"'torchvision/{name}': it cannot take images of {size} px"
    ):
        create(name, size)


def test_weights_that_cannot_be_fetched_are_one_message(monkeypatch):
    def offline(*arguments, **options):
        raise OSError("<urlopen error no route\nto host>")

    monkeypatch.setattr(models._api, "load_state_dict_from_url", offline)
    with pytest.raises(
        UserError, match=r"cannot be fetched \(<urlopen error no route\)\. Go online once"
    ):
        create("resnet18", 64, pretrained=True)


@pytest.fixture
def fetched(monkeypatch):
    """Weights of ImageNet's 1000 classes stood in for by fresh ones: there may be no network."""
    states = {}

    def stand_in(url, *arguments, **options):
        name = next(name for name in FAMILIES if name in url)
        torch.manual_seed(1)
        plain = {"init_weights": True} if name == "googlenet" else {}
        states[name] = models.get_model(name, **plain).state_dict()
        return states[name]

    monkeypatch.setattr(models._api, "load_state_dict_from_url", stand_in)
    return states


@pytest.mark.parametrize(
    ("name", "head"),
    [("resnet18", "fc"), ("densenet121", "classifier"), ("squeezenet1_1", "classifier.1")],
)
def test_pretrained_weights_fill_all_but_the_last_layer(name, head, fetched):
    found = create(name, 64, pretrained=True).state_dict()
    for key, value in found.items():
        same = value.shape == fetched[name][key].shape and torch.equal(value, fetched[name][key])
        assert same == (key.rpartition(".")[0] != head), key


def test_with_as_many_classes_the_last_layer_is_theirs_too(fetched):
    found = create("resnet18", 64, 1000, pretrained=True).state_dict()
    assert all(torch.equal(value, fetched["resnet18"][key]) for key, value in found.items())


def test_a_pretrained_transformer_is_resized_to_our_images(fetched):
    found = create("vit_b_32", 96, pretrained=True)
    assert found.encoder.pos_embedding.shape == (1, 1 + 9, 768)
    theirs = fetched["vit_b_32"]
    assert torch.equal(found.encoder.pos_embedding[:, 0], theirs["encoder.pos_embedding"][:, 0])
    assert torch.equal(found.conv_proj.weight, theirs["conv_proj.weight"])


def test_a_second_classifier_is_left_out_and_inputs_are_as_the_weights_expect(fetched):
    model = create("googlenet", 64, pretrained=True)
    assert model.transform_input
    assert not create("googlenet", 64).transform_input
    assert not any(key.startswith("aux") for key in model.state_dict())


def test_pretrained_weights_bring_their_own_normalisation(fetched):
    own = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.4, 0.5, 0.6])
    with_weights = build("torchvision/resnet18", 3, 32, {"pretrained": True}, own)
    fresh = build("torchvision/resnet18", 3, 32, {"pretrained": False}, own)
    assert with_weights.mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])
    assert with_weights.std.flatten().tolist() == pytest.approx([0.229, 0.224, 0.225])
    assert fresh.mean.flatten().tolist() == pytest.approx([0.1, 0.2, 0.3])
