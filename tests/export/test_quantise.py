"""Weights and activations in 8 bits: their scales by hand, the file, and what it computes."""

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.engine.classifier import Classifier, build
from chrysalis.export.network import to_onnx
from chrysalis.export.quantise import calibration_inputs, calibration_rows, quantise
from chrysalis.export.session import Session


def constants(path):
    return {
        tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer
    }


def exported(model, size, folder, calibration):
    """The model in both precisions; the paths of its files."""
    fp32, int8 = folder / "fp32.onnx", folder / "int8.onnx"
    to_onnx(model, size, fp32)
    quantise(fp32, int8, calibration)
    return fp32, int8


def test_scales_by_hand(tmp_path):
    """A network whose input takes on values from -2 to 3 after normalisation."""
    torch.manual_seed(0)
    convolution = nn.Conv2d(3, 4, 3, bias=False)
    layers = nn.Sequential(convolution, nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 2))
    model = Classifier(layers, torch.full((3,), 0.4), torch.full((3,), 0.2))
    black, white = (np.full((1, 3, 8, 8), value, np.float32) for value in (0, 1))
    _, path = exported(model, 8, tmp_path, [black, white])
    found = constants(path)

    weight = convolution.weight.detach().numpy()
    scale = np.abs(weight).max((1, 2, 3)) / 64
    (name,) = (name for name, value in found.items() if value.shape == weight.shape)
    prefix = name.removesuffix("_quantized")
    assert found[name].dtype == np.int8
    np.testing.assert_allclose(found[f"{prefix}_scale"], scale, rtol=1e-6)
    assert not found[f"{prefix}_zero_point"].any()
    expected = np.rint(weight / scale[:, None, None, None])
    np.testing.assert_array_equal(found[name], expected)

    graph = onnx.load(path).graph
    first = next(node for node in graph.node if node.op_type == "QuantizeLinear")
    _, scale, zero_point = first.input
    assert found[zero_point].dtype == np.uint8
    assert found[scale] == pytest.approx(5 / 255, rel=1e-5)
    assert found[zero_point] == 102  # 2 / (5 / 255)


@pytest.fixture
def trained(digits_pack):
    """A network that has learned to tell three digits apart, and its images as it takes them."""
    torch.manual_seed(0)
    pack = digits_pack(3, 32)
    pixels = torch.from_numpy(np.array(pack.images)).permute(0, 3, 1, 2)
    inputs, labels = to_input(pixels, 32), torch.tensor(pack.index["label"].tolist())
    model = build("resnet18_small", 3, 32, {}).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(12):
        optimiser.zero_grad()
        functional.cross_entropy(model(inputs), labels).backward()
        optimiser.step()
    with torch.no_grad():
        for _ in range(20):
            model(inputs)  # running statistics catch up
    return model.eval(), inputs.contiguous().numpy()


def test_a_quarter_of_the_size_and_nearly_the_same_logits(trained, tmp_path):
    model, inputs = trained
    fp32, int8 = exported(model, 32, tmp_path, [inputs[::2]])
    weights = [p for p in model.parameters() if p.dim() > 1]
    matrices = [value for value in constants(int8).values() if value.size > 256 and value.ndim > 1]
    assert sorted(value.size for value in matrices) == sorted(p.numel() for p in weights)
    assert {value.dtype for value in matrices} == {np.dtype(np.int8)}
    assert int8.stat().st_size < fp32.stat().st_size / 3
    whole, small = (Session(path, threads=1).predict(inputs) for path in (fp32, int8))
    assert not np.array_equal(small, whole)
    spread = whole.std(0).mean()
    assert np.sqrt(np.mean((small - whole) ** 2)) < 0.1 * spread
    # Processors round differently, so an image between two classes may change its answer.
    assert (small.argmax(1) == whole.argmax(1)).mean() >= 0.9


def test_calibration_rows_are_spread_over_all():
    rows = np.arange(5, 5005, dtype=np.int32)
    chosen = calibration_rows(rows)
    assert (len(chosen), chosen[0], chosen[-1]) == (256, 5, 5004)
    assert set(np.diff(chosen)) == {19, 20}
    assert calibration_rows(rows[:7]).tolist() == rows[:7].tolist()


def test_calibration_inputs_are_what_the_network_takes():
    images = np.random.default_rng(0).integers(0, 256, (90, 24, 24, 3), np.uint8)
    rows = np.arange(1, 90, 2)
    settings = RunSettings(model="mynet", image_size=16, crop_pct=0.75)
    parts = list(calibration_inputs(images, rows, settings))
    assert [len(part) for part in parts] == [32, 13]
    found = np.concatenate(parts)
    assert found.dtype == np.float32
    pixels = torch.from_numpy(images[rows]).permute(0, 3, 1, 2)
    np.testing.assert_array_equal(found, to_input(pixels, 16, 0.75).numpy())
