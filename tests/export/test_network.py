"""The ONNX file computes what the model does, and holds no more than that."""

import numpy as np
import onnx
import pytest
import torch

from chrysalis.engine.classifier import build
from chrysalis.engine.pruning import prune
from chrysalis.export.network import to_onnx
from chrysalis.export.session import Session

STATISTICS = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.2, 0.3, 0.25])


def network(name="resnet18_small"):
    torch.manual_seed(0)
    model = build(name, 5, 32, {}, STATISTICS).train()
    with torch.no_grad():
        model(torch.rand(8, 3, 32, 32))  # moves running statistics away from their defaults
    return model.eval()


def logits(model, images):
    with torch.no_grad():
        return model.eval()(images).numpy()


@pytest.mark.parametrize("name", ["resnet18_small", "mynet"])
def test_logits_are_the_models_at_any_batch(tmp_path, name):
    model = network(name)
    to_onnx(model, 32, tmp_path / "model.onnx")
    session = Session(tmp_path / "model.onnx", threads=1)
    for count in (1, 7):
        images = torch.rand(count, 3, 32, 32)
        found = session.predict(images.numpy())
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, logits(model, images), atol=1e-4)
    assert np.ptp(found) > 1e-2


def test_a_pruned_network(tmp_path):
    model = network()
    whole = sum(p.numel() for p in model.parameters())
    prune(model, 32, 0.5)
    path, images = tmp_path / "model.onnx", torch.rand(3, 3, 32, 32)
    to_onnx(model, 32, path)
    assert path.stat().st_size < 0.35 * 4 * whole
    found = Session(path, threads=1).predict(images.numpy())
    np.testing.assert_allclose(found, logits(model, images), atol=1e-4)


def test_one_file_that_holds_the_network_and_nothing_of_where_it_was_made(tmp_path):
    model = network("mynet")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        to_onnx(model, 32, tmp_path / folder / "model.onnx")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["model.onnx"]
    content = (tmp_path / "one/model.onnx").read_bytes()
    assert content == (tmp_path / "two/model.onnx").read_bytes()
    assert b".py" not in content
    graph = onnx.load_from_string(content).graph
    shapes = {
        value.name: [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.output)
    }
    assert shapes == {"images": ["n", 3, 32, 32], "logits": ["n", 5]}


def test_the_model_stays_as_it_is(tmp_path):
    model = network("mynet").train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    to_onnx(model, 32, tmp_path / "model.onnx")
    assert model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
        assert value.stride() == before[name].stride()
