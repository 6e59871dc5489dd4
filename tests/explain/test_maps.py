"""Maps against Captum, against cases worked by hand, and the state that they leave behind."""

import numpy as np
import pytest
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import nn

from chrysalis.errors import UserError
from chrysalis.explain.layers import conv_layers, map_size
from chrysalis.explain.maps import heat_maps
from chrysalis.explain.methods import METHODS
from chrysalis.models import registry
from tests.explain.one_layer import grad_cam, images


def trained_model(name, size=32):
    """A model whose batch normalisation has seen data, so that eval mode gives sensible values."""
    torch.manual_seed(0)
    model = registry.create(name, 5, size)
    with torch.no_grad():
        for _ in range(5):
            model.train()(images(8, size))
    return model.eval()


def captum(model, batch, targets, layer):
    attribution = LayerGradCam(model, model.get_submodule(layer)).attribute(
        batch, target=targets, relu_attributions=True
    )
    cams = LayerAttribution.interpolate(attribution, batch.shape[-2:], "bilinear")[:, 0].detach()
    highest = cams.amax(dim=(1, 2), keepdim=True)
    return torch.where(highest > 0, cams / highest, 0)


@pytest.mark.parametrize("spec", registry.specs().values(), ids=lambda s: s.name)
def test_agrees_with_captum(spec):
    model, batch = trained_model(spec.name), images()
    first_layer = conv_layers(model)[0]
    for layer in (spec.cam_layer, first_layer):
        for targets in (torch.tensor([0, 3, 4]), model(batch).argmax(1)):
            cams = grad_cam(model, batch, targets, layer=layer)
            assert cams.shape == (3, 32, 32)
            assert cams.dtype == torch.float32
            expected = captum(model, batch, targets, layer)
            torch.testing.assert_close(cams, expected, atol=1e-4, rtol=0)
    assert cams.amax() == 1  # the comparison was not one of zeros
    predicted = grad_cam(model, batch, layer=first_layer)
    torch.testing.assert_close(predicted, cams, atol=0, rtol=0)


class Tiny(nn.Module):
    """Two 1x1 convolution channels, an in-place ReLU, and a linear layer on the channel means."""

    def __init__(self, inplace=True):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1, bias=False)
        self.relu = nn.ReLU(inplace=inplace)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(2, 2, bias=False)
        with torch.no_grad():
            self.conv.weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))
            self.head.weight.copy_(torch.tensor([[3.0, 1.0], [-1.0, -2.0]]))

    def forward(self, batch):
        return self.head(self.dropout(self.relu(self.conv(batch)).mean((2, 3))))


@pytest.mark.parametrize("inplace", [True, False])
def test_a_case_worked_by_hand(inplace):
    model = Tiny(inplace)
    batch = torch.tensor([[2.0, 4.0], [-3.0, 1.0]]).view(1, 1, 2, 2)
    # Channels: A0 = x, A1 = -x. The ReLU passes three places of A0 and one of A1, and the mean
    # divides by 4, so the mean gradients are head x (3/4, 1/4) / 4:
    #   class 0: (9/16, 1/16),  class 1: (-3/16, -2/16).
    # Weighted sums: class 0: x (9 - 1) / 16 = x / 2;  class 1: x (-3 + 2) / 16 = -x / 16.
    # ReLU and division by the maximum leave (2, 4, 0, 1) / 4 and (0, 0, 1, 0).
    expected = {0: [[0.5, 1.0], [0.0, 0.25]], 1: [[0.0, 0.0], [1.0, 0.0]]}
    for target, values in expected.items():
        cam = grad_cam(model, batch, torch.tensor([target]), layer="conv")
        torch.testing.assert_close(cam[0], torch.tensor(values), atol=1e-6, rtol=0)
    # Logits are 3 x 7/4 + 3/4 = 6 and -7/4 - 6/4, so class 0 is the predicted one.
    assert torch.equal(
        grad_cam(model, batch, layer="conv"),
        grad_cam(model, batch, torch.tensor([0]), layer="conv"),
    )


def timm_model(name):
    """With weights of a size that lets each image and each place count."""
    torch.manual_seed(0)
    model = registry.create(f"timm/{name}", 5, 32)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model.eval()


@pytest.mark.parametrize(
    ("name", "side"), [("convnext_atto", 1), ("resnet10t", 1), ("tf_efficientnet_lite0", 1)]
)
def test_a_convolutional_network_of_timm_agrees_with_captum(name, side):
    model, batch, targets = timm_model(name), images(), torch.tensor([0, 3, 4])
    cams = grad_cam(model, batch, targets, layer=model.cam_layer)
    assert map_size(model, batch, layer=model.cam_layer) == (side, side)
    expected = captum(model, batch, targets, model.cam_layer)
    torch.testing.assert_close(cams, expected, atol=1e-4, rtol=0)


def test_no_positive_evidence_stays_zero():
    model = Tiny()
    cam = grad_cam(model, torch.ones(1, 1, 4, 4), torch.tensor([1]), layer="conv")
    assert torch.equal(cam, torch.zeros(1, 4, 4))


def test_maps_do_not_depend_on_the_other_images():
    model, batch = trained_model("resnet18_small"), images()
    layer = registry.specs()["resnet18_small"].cam_layer
    together = grad_cam(model, batch, layer=layer)
    alone = torch.cat([grad_cam(model, image[None], layer=layer) for image in batch])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)


def test_works_without_gradients_around_or_in_the_parameters():
    model, batch = Tiny(), torch.rand(2, 1, 3, 3)
    expected = grad_cam(model, batch, layer="conv")
    with torch.no_grad():
        assert torch.equal(grad_cam(model, batch, layer="conv"), expected)
    model.requires_grad_(False)
    cams = grad_cam(model, batch, layer="conv")
    assert torch.equal(cams, expected)
    assert not cams.requires_grad


class Fails(Tiny):
    """Uses up random numbers, then fails."""

    def forward(self, batch):
        super().forward(batch)
        torch.rand(3)
        raise RuntimeError("on purpose")


def hooks(model):
    return [len(m._forward_hooks) + len(m._backward_hooks) for m in model.modules()]


@pytest.mark.parametrize("fails", [False, True])
def test_leaves_the_model_and_the_random_state_as_they_were(fails):
    torch.manual_seed(0)
    model = Fails() if fails else Tiny()
    model.train()
    model.relu.eval()  # a mixture of modes
    model.conv.weight.requires_grad_(False)
    model.head.weight.grad = gradient = torch.full((2, 2), 7.0)
    model.head.register_forward_hook(lambda *arguments: None)
    modes = [m.training for m in model.modules()]
    before = hooks(model)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()

    if fails:
        with pytest.raises(RuntimeError, match="on purpose"):
            grad_cam(model, torch.rand(1, 1, 2, 2, generator=torch.Generator()), layer="conv")
    else:
        grad_cam(model, torch.rand(1, 1, 2, 2, generator=torch.Generator()), layer="conv")

    assert torch.equal(torch.get_rng_state(), state)
    assert [m.training for m in model.modules()] == modes
    assert hooks(model) == before
    assert not model.conv.weight.requires_grad
    assert model.head.weight.requires_grad
    assert model.conv.weight.grad is None
    assert model.head.weight.grad is gradient
    assert torch.equal(gradient, torch.full((2, 2), 7.0))
    assert all(torch.equal(model.state_dict()[name], value) for name, value in weights.items())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_leaves_the_random_state_of_cuda_as_it_was():
    class Draws(Tiny):
        def forward(self, batch):
            return super().forward(batch + torch.rand(1, device="cuda"))

    state = torch.cuda.get_rng_state()
    grad_cam(Draws().cuda(), torch.rand(1, 1, 2, 2, device="cuda"), layer="conv")
    assert torch.equal(torch.cuda.get_rng_state(), state)


def test_runs_in_eval_mode():
    model = Tiny().train()
    model.dropout.p = 0.999  # in train mode this would let next to nothing through
    cam = grad_cam(model, torch.ones(1, 1, 2, 2), torch.tensor([0]), layer="conv")
    assert torch.equal(cam, torch.ones(1, 2, 2))


def test_batch_statistics_do_not_move():
    model = trained_model("resnet18_small").train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    grad_cam(model, images(), layer="features.stage4")
    assert all(torch.equal(model.state_dict()[name], value) for name, value in before.items())


def test_convolutions_by_name():
    assert conv_layers(registry.create("mynet", 5, 48)) == ["features.conv1", "features.conv2"]
    assert len(conv_layers(registry.create("vgg11_small", 5, 48))) == 8
    assert len(conv_layers(registry.create("resnet18_small", 5, 48))) == 17 + 3


def test_an_unknown_layer_is_an_error_that_names_near_ones():
    model = registry.create("mynet", 5, 32)
    with pytest.raises(UserError, match=r"no layer 'features.con2'.*features\.conv2"):
        grad_cam(model, images(), layer="features.con2")
    with pytest.raises(UserError, match=r"no layer 'zzz'.*features\.conv1, features\.conv2"):
        grad_cam(model, images(), layer="zzz")
    assert hooks(model) == [0] * len(hooks(model))


def test_a_layer_without_maps_is_an_error_that_names_the_convolutions():
    model = registry.create("mynet", 5, 32)
    with pytest.raises(UserError, match=r"'classifier\.0'; choose one of features\.conv1"):
        grad_cam(model, images(), layer="classifier.0")
    assert hooks(model) == [0] * len(hooks(model))


@pytest.mark.parametrize(("layer", "cells"), [("0", (6, 4)), ("2", (3, 2))])
def test_map_size_is_that_of_the_layers_output(layer, cells):
    model = nn.Sequential(
        nn.Conv2d(3, 2, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2)
    )
    assert map_size(model, torch.rand(5, 3, 6, 4), layer=layer) == cells
    with pytest.raises(UserError, match="no layer 'x'"):
        map_size(model, torch.rand(5, 3, 6, 4), layer="x")


def methods_by_hand(activations, gradients):
    """The papers' equations, image by image and channel by channel."""
    found = {name: [] for name in METHODS}
    for maps, slopes in zip(activations.double().numpy(), gradients.double().numpy(), strict=True):
        grad, plus, layer = (np.zeros(maps.shape[1:]) for _ in range(3))
        for a, g in zip(maps, slopes, strict=True):
            grad += g.mean() * a
            # Derivatives of exp(S), divided by exp(S): g, its square and its cube.
            alpha = np.array(
                [[x**2 / (2 * x**2 + a.sum() * x**3) if x else 0 for x in r] for r in g]
            )
            plus += (alpha * np.maximum(g, 0)).sum() * a
            layer += np.maximum(g, 0) * a
        u, s, _ = np.linalg.svd(maps.reshape(len(maps), -1).T)
        eigen = (u[:, 0] * s[0]).reshape(maps.shape[1:])
        found["grad_cam"].append(grad)
        found["grad_cam_plus_plus"].append(plus)
        found["layer_cam"].append(layer)
        found["eigen_cam"].append(eigen * np.sign(eigen.sum()))
    return {name: np.maximum(maps, 0) for name, maps in found.items()}


@pytest.mark.parametrize("name", ["resnet18_small", "efficientnet_lite0", "mynet"])
@pytest.mark.parametrize("which", ["last", "second"])
def test_every_method_is_that_of_its_paper(name, which):
    """Few channels with many places, and many channels with few, so that both ways are taken."""
    model, batch, targets = trained_model(name), images(), torch.tensor([0, 3, 4])
    layer = registry.spec(name).cam_layer if which == "last" else conv_layers(model)[1]
    seen = []
    hook = model.get_submodule(layer).register_forward_hook(lambda m, i, o: seen.append(o))
    logits = model(batch)
    hook.remove()
    (gradients,) = torch.autograd.grad(logits.gather(1, targets[:, None]).sum(), seen[0])
    expected = methods_by_hand(seen[0].detach(), gradients)
    found = heat_maps(model, batch, targets, layer=layer, methods=METHODS)
    assert list(found) == list(METHODS) == list(expected)
    assert expected["eigen_cam"].any()
    for method, maps in expected.items():
        wide = torch.from_numpy(maps).float()[:, None]
        wide = nn.functional.interpolate(wide, batch.shape[-2:], mode="bilinear")[:, 0]
        highest = wide.amax((1, 2), keepdim=True)
        wide = torch.where(highest > 0, wide / highest, 0)
        torch.testing.assert_close(found[method], wide, atol=2e-3, rtol=0)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_maps_between_0_and_1(method):
    model, batch = trained_model("mynet"), images()
    maps = heat_maps(model, batch, layer="features.conv1", methods=[method])[method]
    assert maps.shape == (3, 32, 32)
    assert maps.min() >= 0
    assert torch.allclose(maps.amax((1, 2)), torch.ones(3))
    alone = heat_maps(model, batch[:1], layer="features.conv1", methods=[method])[method]
    torch.testing.assert_close(alone, maps[:1], atol=1e-4, rtol=0)
