"""ONNX Runtime as a module, and what is timed."""

import numpy as np
import pytest
import torch

from chrysalis.engine.classifier import build
from chrysalis.errors import UserError
from chrysalis.export.network import to_onnx
from chrysalis.export.session import Session


@pytest.fixture
def path(tmp_path):
    torch.manual_seed(0)
    to_onnx(build("mynet", 3, 16, {}), 16, tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


def test_as_a_module_it_takes_images_in_any_layout(path):
    session = Session(path, threads=1).eval()
    images = torch.rand(4, 3, 16, 16)
    expected = session.predict(images.numpy())
    assert expected.shape == (4, 3)
    for layout in (torch.contiguous_format, torch.channels_last):
        found = session(images.to(memory_format=layout))
        assert isinstance(found, torch.Tensor)
        np.testing.assert_array_equal(found.numpy(), expected)


def test_latency_times_predictions_of_a_batch(path, monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.0)
    seen, predict = [], Session.predict
    monkeypatch.setattr(
        Session, "predict", lambda self, images: seen.append(images) or predict(self, images)
    )
    found = Session(path, threads=1).latency(5)
    assert found["n"] == 10
    assert {(images.shape, images.dtype) for images in seen} == {((5, 3, 16, 16), np.dtype("f4"))}
    assert len(seen) >= 3 + found["n"]
    assert 0 < found["least"] <= found["median"] <= found["most"] < 10_000


def test_it_computes_with_as_many_threads_as_it_is_told(path):
    for threads in (1, 2):
        assert Session(path, threads)._session.get_session_options().intra_op_num_threads == threads


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"model\.onnx: there is no such file"):
        Session(tmp_path / "model.onnx", threads=1)
