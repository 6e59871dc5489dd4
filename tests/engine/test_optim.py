"""Optimizers against plain ones stepped by hand, and schedules against torch's and by hand."""

import copy
import math
import subprocess
import sys

import pytest
import torch
from torch import nn

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.classifier import build
from chrysalis.engine.optim import create_optimizer, learning_rate, parameter_groups


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()


def train_both(plan, by_hand, steps=4):
    """Weights after some steps of our optimizer, and of `by_hand` (weight, gradient, memory, t)."""
    model = network()
    other = copy.deepcopy(model)
    optimizer = create_optimizer(model, plan)
    memory = {name: {} for name, _ in other.named_parameters()}
    for step in range(1, steps + 1):
        x = torch.randn(5, 3, generator=torch.Generator().manual_seed(step)).double()
        for net in (model, other):
            net.zero_grad()
            net(x).square().mean().backward()
        optimizer.step()
        with torch.no_grad():
            for name, p in other.named_parameters():
                decay = plan.weight_decay if p.ndim > 1 or plan.decay_norms_and_biases else 0.0
                p.copy_(by_hand(p.clone(), p.grad.clone(), memory[name], step, decay))
    return model.state_dict(), other.state_dict()


def momentum(nesterov):
    def update(p, g, memory, step, decay):
        g = g + decay * p
        memory["m"] = g if step == 1 else 0.8 * memory["m"] + g
        return p - 0.05 * (g + 0.8 * memory["m"] if nesterov else memory["m"])

    return update


def adam(decoupled):
    def update(p, g, memory, step, decay):
        if decoupled:
            p = p * (1 - 0.05 * decay)
        else:
            g = g + decay * p
        memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        memory["v"] = 0.999 * memory.get("v", 0) + 0.001 * g**2
        m, v = memory["m"] / (1 - 0.9**step), memory["v"] / (1 - 0.999**step)
        return p - 0.05 * m / (v.sqrt() + 1e-8)

    return update


def rmsprop(p, g, memory, step, decay):
    g = g + decay * p
    memory["v"] = 0.99 * memory.get("v", 0) + 0.01 * g**2
    memory["m"] = 0.8 * memory.get("m", 0) + g / (memory["v"].sqrt() + 1e-8)
    return p - 0.05 * memory["m"]


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("sgd", momentum(nesterov=False)),
        ("nesterov", momentum(nesterov=True)),
        ("adam", adam(decoupled=False)),
        ("adamw", adam(decoupled=True)),
        ("rmsprop", rmsprop),
    ],
)
@pytest.mark.parametrize("everywhere", [False, True])
def test_each_optimizer_follows_its_definition(name, by_hand, everywhere):
    plan = TrainingSettings(
        **{"optimizer": name, "learning_rate": 0.05, "momentum": 0.8, "weight_decay": 0.2},
        decay_norms_and_biases=everywhere,
    )
    mine, expected = train_both(plan, by_hand)
    for key in mine:
        torch.testing.assert_close(mine[key], expected[key], rtol=1e-9, atol=1e-12)


def test_nesterov_without_momentum_is_plain_descent():
    plan = TrainingSettings(optimizer="nesterov", momentum=0, learning_rate=0.1, weight_decay=0)
    mine, expected = train_both(plan, lambda p, g, *_: p - 0.1 * g)
    for key in mine:
        torch.testing.assert_close(mine[key], expected[key])


def test_norms_and_biases_are_not_decayed():
    model = build("resnet18_small", 3, 32, {})
    names = {id(p): name for name, p in model.named_parameters()}
    decayed, free = parameter_groups(model, 0.3, everywhere=False)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.3, 0)
    assert len(decayed["params"]) + len(free["params"]) == len(names)
    kinds = {names[id(p)]: p.ndim for p in free["params"]}
    modules = dict(model.named_modules())
    for name in names.values():
        module = modules[name.rpartition(".")[0]]
        is_free = name.endswith("bias") or isinstance(module, torch.nn.BatchNorm2d)
        assert (name in kinds) == is_free


def test_a_network_of_matrices_alone_has_one_group():
    model = nn.Linear(3, 2, bias=False)
    assert [len(g["params"]) for g in parameter_groups(model, 0.1, everywhere=False)] == [1]


# Schedules


@pytest.mark.parametrize(
    ("step", "rate"),
    [
        (0, 1e-4),
        (4, 5e-4),
        (9, 1e-3),
        (10, 1e-3),
        (20, 1e-3 * (1 + math.sqrt(0.5)) / 2),
        (30, 5e-4),
        (49, 1e-3 * (1 + math.cos(math.pi * 39 / 40)) / 2),
    ],
)
def test_learning_rate_by_hand(step, rate):
    """10 epochs of 5 steps, 2 of them warm-up: it rises over 10 steps and falls over 40."""
    plan = TrainingSettings(epochs=10, learning_rate=1e-3, warmup_epochs=2)
    assert learning_rate(plan, step, 5) == pytest.approx(rate)


def test_learning_rate_without_warm_up_and_with_nothing_but():
    none = TrainingSettings(epochs=2, learning_rate=0.1, warmup_epochs=0)
    assert [learning_rate(none, s, 2) for s in range(4)] == pytest.approx(
        [0.1, 0.05 * (1 + math.sqrt(0.5)), 0.05, 0.05 * (1 - math.sqrt(0.5))]
    )
    long = TrainingSettings(epochs=2, learning_rate=0.1, warmup_epochs=4)
    assert [learning_rate(long, s, 1) for s in range(2)] == pytest.approx([0.025, 0.05])


def test_step_multiplies_the_rate_at_the_given_shares():
    plan = TrainingSettings(
        **{"epochs": 10, "learning_rate": 1.0, "warmup_epochs": 1, "schedule": "step"},
        step_at=(0.5, 0.8),
        step_factor=0.1,
    )
    rates = [learning_rate(plan, step, 2) for step in range(20)]
    assert rates == pytest.approx([0.5] + [1.0] * 9 + [0.1] * 6 + [0.01] * 4)


def test_steps_come_after_the_given_epochs_as_torchs_do():
    plan = TrainingSettings(
        **{"epochs": 30, "learning_rate": 0.02, "warmup_epochs": 0, "schedule": "step"},
        step_epochs=(20, 25),
    )
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.02)
    theirs = torch.optim.lr_scheduler.MultiStepLR(optimizer, [20, 25])
    for epoch in range(30):
        expected = theirs.get_last_lr()[0]
        assert learning_rate(plan, 7 * epoch, 7) == pytest.approx(expected)
        assert learning_rate(plan, 7 * epoch + 6, 7) == pytest.approx(expected)
        optimizer.step()
        theirs.step()


def test_constant_stays_after_warm_up():
    plan = TrainingSettings(epochs=4, learning_rate=0.3, warmup_epochs=2, schedule="constant")
    assert [learning_rate(plan, s, 1) for s in range(4)] == pytest.approx([0.15, 0.3, 0.3, 0.3])


@pytest.mark.parametrize(("epochs", "steps", "warmup"), [(10, 7, 3.0), (5, 4, 1.0), (6, 1, 1.5)])
def test_one_cycle_is_torchs(epochs, steps, warmup):
    plan = TrainingSettings(
        epochs=epochs, learning_rate=0.4, warmup_epochs=warmup, schedule="one_cycle"
    )
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    total = epochs * steps
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.4, total_steps=total, pct_start=round(warmup * steps) / total
    )
    for step in range(total):
        assert learning_rate(plan, step, steps) == pytest.approx(theirs.get_last_lr()[0]), step
        optimizer.step()
        if step < total - 1:
            theirs.step()


@pytest.mark.parametrize("name", ["timm/vit_tiny_patch16_224", "torchvision/vit_b_16"])
def test_embeddings_and_tokens_of_vision_transformers_have_no_weight_decay(name):
    size = 224 if name.startswith("torchvision") else 32
    model = build(name, 3, size, {})
    decayed, plain = parameter_groups(model, 0.05, everywhere=False)
    of = {id(p): name for name, p in model.named_parameters()}
    left = {of[id(p)].rpartition(".")[2] for p in plain["params"] if p.ndim > 1}
    assert left in ({"pos_embed", "cls_token"}, {"pos_embedding", "class_token"})
    assert all(p.ndim > 1 for p in decayed["params"])
    (whole,) = parameter_groups(model, 0.05, everywhere=True)
    assert len(whole["params"]) == len(decayed["params"]) + len(plain["params"])


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd", "nesterov", "rmsprop"])
def test_steps_are_torchs_and_need_no_compiler(name):
    """In a process of its own, as others here have imported it."""
    program = f"""
import copy, sys, torch
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.optim import create_optimizer
from chrysalis.engine.runtime import Runtime
Runtime.choose(torch.device("cpu"))
assert torch.are_deterministic_algorithms_enabled()
ours = torch.nn.Linear(3, 2)
optimizer = create_optimizer(ours, TrainingSettings(optimizer="{name}"))
theirs = copy.deepcopy(ours)
def step(model, optimizer):
    optimizer.zero_grad(set_to_none=True)
    model(torch.ones(4, 3)).square().sum().backward()
    optimizer.step()
for _ in range(3):
    step(ours, optimizer)
optimizer.load_state_dict(optimizer.state_dict())
assert "torch._dynamo" not in sys.modules and "torch._inductor" not in sys.modules
parent = type(optimizer).__mro__[1]
groups = [
    {{key: value for key, value in group.items() if key != "params"}}
    | {{"params": [dict(theirs.named_parameters())[name] for name, own in ours.named_parameters()
                  if any(own is one for one in group["params"])]}}
    for group in optimizer.param_groups
]
plain = parent(groups)
for _ in range(3):
    step(theirs, plain)
for one, other in zip(ours.parameters(), theirs.parameters()):
    assert torch.equal(one, other)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
