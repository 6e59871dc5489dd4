"""Maps of networks whose features are tokens, and of those with channels last."""

import pytest
import timm
import torch
from torch import nn

from chrysalis.errors import UserError
from chrysalis.explain.layers import as_maps, map_size
from chrysalis.explain.maps import heat_maps
from chrysalis.explain.methods import METHODS
from chrysalis.models import registry
from tests.explain.one_layer import grad_cam, images


def by_hand(model, layer, batch, targets, as_maps):
    """Equations 1 and 2 on what a hook saw, made into maps by the test."""
    seen = []
    hook = model.get_submodule(layer).register_forward_hook(lambda m, i, o: seen.append(o))
    logits = model(batch)
    hook.remove()
    (gradient,) = torch.autograd.grad(logits.gather(1, targets[:, None]).sum(), seen[0])
    maps, gradient = as_maps(seen[0].detach()), as_maps(gradient)
    cams = torch.einsum("nhwc,nc->nhw", maps, gradient.mean((1, 2))).relu()
    cams = nn.functional.interpolate(cams[:, None], batch.shape[-2:], mode="bilinear")[:, 0]
    highest = cams.amax((1, 2), keepdim=True)
    return torch.where(highest > 0, cams / highest, 0)


def test_a_transformers_tokens_are_laid_out_as_the_image():
    """4 x 4 patches of 8 px after one class token: row by row."""
    torch.manual_seed(0)
    kind = timm.models.vision_transformer.VisionTransformer
    model = kind(
        **{"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2},
        num_classes=5,
    ).eval()
    batch, targets = images(), torch.tensor([0, 3, 4])
    cams = grad_cam(model, batch, targets, layer="blocks.1.norm1")
    assert map_size(model, batch, layer="blocks.1.norm1") == (4, 4)

    def as_maps(tokens):
        return tokens[:, 1:].reshape(3, 4, 4, 24)

    expected = by_hand(model, "blocks.1.norm1", batch, targets, as_maps)
    assert expected.amax() == 1
    torch.testing.assert_close(cams, expected, atol=1e-5, rtol=0)


def test_maps_with_channels_last_are_told_by_the_network():
    torch.manual_seed(0)
    kind = timm.models.swin_transformer.SwinTransformer
    model = kind(
        **{"img_size": 32, "patch_size": 4, "embed_dim": 12, "depths": (1, 1), "window_size": 4},
        num_heads=(2, 2),
        num_classes=5,
    ).eval()
    batch, targets = images(), torch.tensor([0, 3, 4])
    cams = grad_cam(model, batch, targets, layer="layers.1")
    assert map_size(model, batch, layer="layers.1") == (4, 4)
    expected = by_hand(model, "layers.1", batch, targets, lambda maps: maps)
    assert expected.amax() == 1
    torch.testing.assert_close(cams, expected, atol=1e-5, rtol=0)


class Grid(nn.Module):
    """What a timm transformer says of its tokens."""

    def __init__(self, in_front, grid):
        super().__init__()
        self.num_prefix_tokens = in_front
        self.patch_embed = nn.Identity()
        self.patch_embed.grid_size = grid


@pytest.mark.parametrize(("in_front", "grid"), [(1, (2, 2)), (5, (2, 2)), (2, (2, 3)), (0, (4, 4))])
def test_class_and_register_tokens_have_no_place(in_front, grid):
    """With 4 registers and a class token, 2 x 2 patches make 9 tokens: a square that is none."""
    places = torch.arange(grid[0] * grid[1]).float()
    tokens = torch.cat([torch.full((in_front,), -1.0), places])[None, :, None]
    maps = as_maps(Grid(in_front, grid), tokens)
    assert torch.equal(maps, places.reshape(1, 1, *grid))


def test_tokens_of_another_image_size_form_a_square():
    maps = as_maps(Grid(1, (14, 14)), torch.arange(10.0)[None, :, None])
    assert torch.equal(maps, torch.arange(1.0, 10).reshape(1, 1, 3, 3))


@pytest.mark.parametrize("tokens", [1, 4, 6])
def test_tokens_that_form_no_grid_are_an_error(tokens):
    with pytest.raises(UserError, match="form no grid"):
        as_maps(Grid(1, (2, 3)), torch.zeros(1, tokens, 5))


@pytest.mark.parametrize(
    "name", ["deit_tiny_distilled_patch16_224", "swin_tiny_patch4_window7_224"]
)
def test_transformers_of_timm_need_no_reshaping(name):
    model = registry.create(f"timm/{name}", 5, 64 if "deit" in name else 56).eval()
    batch = images(2, 64 if "deit" in name else 56)
    found = heat_maps(model, batch, layer=model.cam_layer, methods=METHODS)
    for maps in found.values():
        assert maps.shape == batch[:, 0].shape
        assert maps.isfinite().all()
    assert found["eigen_cam"].amax() == 1
