"""The training step of the cycle in plain PyTorch, to measure ours against.

    pip install torch==2.13.0
    python benchmarks/throughput.py --tables=training --against=torch

The same networks, losses, optimizers and averages as `GeometricSelfSupervision` has with the same
settings, as somebody would write them in PyTorch: modules, autograd, `torch.optim.Adam`, eager.
The new view's judgement is computed for each side of the game anew, as there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from posenet3d.geometry.numpy_camera import DISTANCE, MIN_DEPTH
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training import DiscriminatorConfig, LifterConfig, TrainingConfig

_TINY = 1e-12


class Trunk(nn.Module):
    """A unit that widens, and residual blocks of two units (Martinez et al., ICCV 2017)."""

    def __init__(self, inputs: int, settings: LifterConfig | DiscriminatorConfig) -> None:
        super().__init__()
        activation = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}[settings.activation]
        normalisation = {"batch": nn.BatchNorm1d, "none": nn.Identity}[settings.normalisation]

        def unit(features: int) -> nn.Module:
            width = settings.width
            return nn.Sequential(nn.Linear(features, width), normalisation(width), activation())

        self.widen = unit(inputs)
        self.blocks = nn.ModuleList(
            nn.Sequential(unit(settings.width), unit(settings.width))
            for _ in range(settings.num_blocks)
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """From `[N, F]` to `[N, width]`."""
        features = self.widen(features)
        for block in self.blocks:
            features = features + block(features)
        return features


class Network(nn.Module):
    """A trunk and its linear output, from 2D poses `[N, J, 2]`."""

    def __init__(
        self, joints: int, outputs: int, settings: LifterConfig | DiscriminatorConfig
    ) -> None:
        super().__init__()
        self.trunk = Trunk(2 * joints, settings)
        self.head = nn.Linear(settings.width, outputs)

    def forward(self, keypoints_2d: torch.Tensor) -> torch.Tensor:
        """The outputs `[N, outputs]`."""
        return self.head(self.trunk(keypoints_2d.flatten(1) * DISTANCE))


def make_step(
    config: TrainingConfig, skeleton: Skeleton, poses_2d: Any, typical_ratios: list[float]
) -> Callable[[], float]:
    """What takes one step on the same batch `[N, J, 2]`, and returns the lifter's loss."""
    joints, loss = skeleton.num_joints, config.loss
    lifter = Network(joints, joints, config.lifter)
    discriminator = Network(joints, 1, config.discriminator)
    average = [p.detach().clone() for p in lifter.parameters()]
    betas = (config.optimizer.beta_1, config.optimizer.beta_2)
    rate = config.optimizer.learning_rate
    optimizer = torch.optim.Adam(lifter.parameters(), rate, betas)
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), rate, betas)
    not_root = torch.ones(joints)
    not_root[skeleton.root] = 0.0
    parents, children = map(list, zip(*skeleton.bones, strict=True))
    swapped, ratios = list(skeleton.mirror), torch.tensor(typical_ratios)
    given_2d = torch.as_tensor(poses_2d)
    flip = torch.tensor([-1.0, 1.0])

    def lift(keypoints_2d: torch.Tensor) -> torch.Tensor:
        depth = (lifter(keypoints_2d) * not_root)[..., None] + DISTANCE
        depth = depth.clamp_min(MIN_DEPTH)
        return torch.cat([keypoints_2d * depth, depth - DISTANCE], -1)

    def step() -> float:
        coin = torch.rand(len(given_2d), 1, 1) < 0.5
        real_2d = torch.where(coin, given_2d[:, swapped] * flip, given_2d)
        views = random_views(len(real_2d), config)

        lifted_3d = lift(real_2d)
        turned_3d = (lifted_3d[..., None, :] * views[:, None]).sum(-1)
        size = size_ratio(turned_3d)
        turned_3d = turned_3d * size
        synthetic_2d = project(turned_3d)
        relifted_3d = lift(synthetic_2d)
        returned_3d = ((relifted_3d / size)[..., None] * views[:, None]).sum(-2)

        lengths = (lifted_3d[:, children] - lifted_3d[:, parents]).square().sum(-1)
        lengths = (lengths + _TINY).sqrt()
        off = lengths / lengths.mean(-1, keepdim=True) - ratios
        lifter_loss = (
            loss.consistency_2d * squared_error(project(returned_3d), real_2d)
            + loss.consistency_3d * squared_error(relifted_3d, turned_3d)
            + loss.adversarial * (discriminator(synthetic_2d) - 1.0).square().mean()
            + loss.bone_start * off.square().sum(-1).mean()
        )
        optimizer.zero_grad()
        discriminator.requires_grad_(False)
        lifter_loss.backward()
        discriminator.requires_grad_(True)
        optimizer.step()

        judged = discriminator(real_2d), discriminator(synthetic_2d.detach())
        discriminator_loss = (judged[0] - 1.0).square().mean() + judged[1].square().mean()
        discriminator_optimizer.zero_grad()
        discriminator_loss.backward()
        discriminator_optimizer.step()
        with torch.no_grad():
            weights = list(lifter.parameters())
            torch._foreach_lerp_(average, weights, 1.0 - config.optimizer.average_decay)
        return lifter_loss.item()

    return step


def random_views(count: int, config: TrainingConfig) -> torch.Tensor:
    """Rotations `[N, 3, 3]`: the mean elevation undone, any azimuth, another elevation."""
    turn = math.radians(config.view.max_azimuth)
    mean, spread = map(math.radians, (config.elevation, config.view.elevation_spread))
    azimuth = (2.0 * torch.rand(count) - 1.0) * turn
    tilt = mean + spread * torch.randn(count)
    return about_x(tilt) @ about_y(azimuth) @ about_x(torch.full([count], -mean))


def about_x(angle: torch.Tensor) -> torch.Tensor:
    """Matrices `[N, 3, 3]` that turn y towards z."""
    cos, sin, zero, one = parts(angle)
    return matrix([one, zero, zero, zero, cos, -sin, zero, sin, cos])


def about_y(angle: torch.Tensor) -> torch.Tensor:
    """Matrices `[N, 3, 3]` that turn z towards x."""
    cos, sin, zero, one = parts(angle)
    return matrix([cos, zero, sin, zero, one, zero, -sin, zero, cos])


def parts(angle: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What rotations by angles `[N]` are made of."""
    return torch.cos(angle), torch.sin(angle), torch.zeros_like(angle), torch.ones_like(angle)


def matrix(entries: list[torch.Tensor]) -> torch.Tensor:
    """Nine `[N]` as `[N, 3, 3]`."""
    return torch.stack(entries, -1).unflatten(-1, (3, 3))


def project(points_3d: torch.Tensor) -> torch.Tensor:
    """`[N, J, 2]` of root-relative points `[N, J, 3]`."""
    return points_3d[..., :2] / (points_3d[..., 2:] + DISTANCE).clamp_min(MIN_DEPTH)


def size_ratio(points_3d: torch.Tensor) -> torch.Tensor:
    """By how much poses must grow for their projections to be normalised, `[N, 1, 1]`."""
    ratio = torch.ones_like(points_3d[:, :1, :1])
    for _ in range(2):
        distance = (project(points_3d * ratio).square().sum(-1) + _TINY).sqrt()
        ratio = ratio / (distance.mean(-1)[:, None, None] * DISTANCE).clamp_min(0.1)
    return ratio


def squared_error(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Summed over joints, mean over the batch."""
    return (predicted - target).square().sum((-2, -1)).mean()
