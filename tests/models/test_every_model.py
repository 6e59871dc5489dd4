"""What every registered model must do; a new one is tested by being registered."""

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from chrysalis.engine.classifier import Classifier
from chrysalis.errors import UserError
from chrysalis.explain.maps import heat_maps
from chrysalis.models import registry

CLASSES = 4

every_model = pytest.mark.parametrize("spec", registry.specs().values(), ids=lambda s: s.name)


def create(spec, size, seed=0, **options):
    torch.manual_seed(seed)
    return registry.create(spec.name, CLASSES, size, **options)


def batch(size, count=8):
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(1))


@every_model
def test_logits_at_the_smallest_and_at_a_larger_size(spec):
    for size in (spec.smallest, 51):
        logits = create(spec, size)(batch(size, count=3))
        assert logits.shape == (3, CLASSES)
        assert logits.isfinite().all()


@every_model
def test_below_the_smallest_size_is_an_error(spec):
    with pytest.raises(UserError, match=f"'{spec.name}' needs images of at least {spec.smallest}"):
        create(spec, spec.smallest - 1)


@every_model
def test_every_parameter_gets_a_finite_gradient(spec):
    model = create(spec, 40)
    F.cross_entropy(model(batch(40)), torch.arange(8) % CLASSES).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@every_model
def test_learns_one_batch_by_heart(spec):
    """Without dropout, and with the batch's own statistics: running ones follow slowly."""
    model = create(spec, 32).train()
    for module in model.modules():
        if "Drop" in type(module).__name__:
            module.eval()
    images, labels = batch(32), torch.arange(8) % CLASSES
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(80):
        optimiser.zero_grad()
        logits = model(images)
        loss = F.cross_entropy(logits, labels)
        if loss < 0.1:
            break
        loss.backward()
        optimiser.step()
    assert loss < 0.1
    assert logits.argmax(1).tolist() == labels.tolist()


@every_model
def test_saved_weights_give_identical_logits(spec, tmp_path):
    model, other = create(spec, 40).train(), create(spec, 40, seed=1)
    images = batch(40)
    model(images)  # moves batch normalisation's statistics away from their defaults
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    with torch.no_grad():
        expected = model.eval()(images)
        assert not torch.equal(other.eval()(images), expected)
        other.load_state_dict(load_file(tmp_path / "model.safetensors"))
        assert torch.equal(other(images), expected)


@every_model
def test_the_seed_decides_the_weights(spec):
    first, second, other = (create(spec, 40, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@every_model
def test_the_layer_for_grad_cam_puts_out_maps(spec):
    model, shapes = create(spec, 40).eval(), []
    model.get_submodule(spec.cam_layer).register_forward_hook(
        lambda module, inputs, output: shapes.append(output.shape)
    )
    cams = heat_maps(model, batch(40, count=2), layer=spec.cam_layer)["grad_cam"]
    assert cams.shape == (2, 40, 40)
    (shape,) = shapes
    assert len(shape) == 4
    assert shape[0] == 2


@every_model
def test_onnx_runtime_agrees(spec, tmp_path):
    """The network with its normalisation, exported and computed by a second implementation."""
    # The exporter has adaptive pooling only where it divides evenly.
    size = 224 if "AdaptiveAvgPool2d(output_size=7)" in repr(create(spec, 32)) else 32
    model = Classifier(create(spec, size), torch.full((3,), 0.4), torch.full((3,), 0.3))
    model.train()(batch(size, 4))  # moves running statistics away from their defaults
    path = tmp_path / "model.onnx"
    torch.onnx.export(
        model.eval(), (batch(size, 4),), path, input_names=["images"], dynamo=False, verbose=False
    )
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = batch(size, 4).flip(0)
    (found,) = session.run(None, {"images": images.numpy()})
    with torch.no_grad():
        expected = model(images).numpy()
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(found, expected, atol=1e-4, rtol=1e-4)
