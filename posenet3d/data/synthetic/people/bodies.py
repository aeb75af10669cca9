"""Proportions of people, and how they vary."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.data.synthetic.people.angles import ANGLES

SEGMENTS: dict[str, tuple[float, float]] = {
    "hip": (0.069, 0.05),
    "thigh": (0.245, 0.03),
    "shank": (0.246, 0.03),
    "lower_trunk": (0.135, 0.05),
    "upper_trunk": (0.153, 0.05),
    "neck": (0.075, 0.08),
    "head": (0.064, 0.08),
    "shoulder": (0.098, 0.06),
    "upper_arm": (0.180, 0.04),
    "forearm": (0.146, 0.04),
    "ankle_height": (0.039, 0.0),
}
"""Segment -> (mean length as a fraction of stature, relative standard deviation between people).

Limbs, the trunk's total (0.288) and the ankle follow Drillis & Contini (1966) as tabulated in
Winter, "Biomechanics and Motor Control of Human Movement". Half the widths of hips and shoulders
and the upper arm are smaller than theirs, because these joints are centres of rotation inside the
body; the trunk's and head's division and all deviations are chosen by eye.
"""

_CHILD = {"thigh": 0.90, "shank": 0.90, "lower_trunk": 1.04, "upper_trunk": 1.04, "neck": 1.25}
_CHILD |= {"head": 1.45, "upper_arm": 0.95, "forearm": 0.95, "shoulder": 0.97}
"""Segment -> its share of stature in a child of 1.0 m, over that of an adult.

Young children have a larger head, a longer trunk and shorter legs in proportion to their stature
(Snyder et al., "Anthropometry of Infants, Children, and Youths to Age 18 for Product Safety
Design", 1977). The factors are chosen by eye.
"""

_HEAVY = {"hip": 1.22, "shoulder": 1.10}
_LEAN = {"hip": 0.90, "shoulder": 0.93, "thigh": 1.03, "shank": 1.03}
_CHILDREN, _HEAVILY_BUILT, _TALL = 0.12, 0.08, 0.05  # shares of people; all others are adults


@dataclasses.dataclass(frozen=True)
class Bodies:
    """S people.

    Args:
      stature: `[S]`, metres.
      segments: {name in `SEGMENTS`: `[S]`, metres}.
      girth: `[S]`, 0 to 1: how heavily built, which keeps arms off the trunk.
    """

    stature: np.ndarray
    segments: dict[str, np.ndarray]
    girth: np.ndarray

    def of(self, rows: list[int]) -> Bodies:
        """Some of the people."""
        segments = {name: values[rows] for name, values in self.segments.items()}
        return Bodies(self.stature[rows], segments, self.girth[rows])


def draw_bodies(rng: np.random.Generator, count: int, everyone: bool = False) -> Bodies:
    """Draws adults: stature 1.70 +- 0.10 m, proportions after `SEGMENTS`, within 2.2 deviations.

    Of `everyone` about an eighth are children of 1.0 m or more, fewer are heavily built or very
    tall and lean; the shares and their widths of hips and shoulders are chosen by eye.
    """

    def normal() -> np.ndarray:
        return np.clip(rng.standard_normal(count), -2.2, 2.2)

    girth, factors = np.zeros(count), {}
    stature = 1.70 + 0.10 * normal()
    if everyone:
        kind, amount = rng.uniform(0, 1, (2, count))
        child, tall = kind < _CHILDREN, kind > 1 - _TALL
        girth = np.where(~child & (kind < _CHILDREN + _HEAVILY_BUILT), amount, 0)
        stature = np.where(child, 1.0 + 0.5 * amount, stature)
        stature = np.where(tall, 1.85 + 0.2 * amount, stature)
        young = np.where(child, (1.7 - stature) / 0.7, 0)
        for weight, changed in ((young, _CHILD), (girth, _HEAVY), (tall, _LEAN)):
            for name, factor in changed.items():
                factors[name] = factors.get(name, 1.0) * (1 + (factor - 1) * weight)
    segments = {
        name: stature * mean * (1 + deviation * normal())
        for name, (mean, deviation) in SEGMENTS.items()
    }
    segments |= {name: segments[name] * factor for name, factor in factors.items()}
    return Bodies(stature=stature, segments=segments, girth=girth)


def mean_bodies(count: int) -> Bodies:
    """Adults of the mean proportions, as many as that; their stature is the unit of length."""
    segments = {name: np.full(count, mean) for name, (mean, _) in SEGMENTS.items()}
    return Bodies(np.ones(count), segments, np.zeros(count))


def hold_arms_off(angles: np.ndarray, bodies: Bodies) -> np.ndarray:
    """Joint angles `[S, T, A]`, hanging arms up to 14 degrees off the heavily built trunks."""
    angles = angles.copy()
    for side in ("left", "right"):
        flexion, abduction = (
            angles[..., ANGLES.index(f"{side}_shoulder_{way}")] for way in ("flexion", "abduction")
        )
        hanging = np.exp(-(flexion**2 + abduction**2) / 30**2)
        abduction += 14 * bodies.girth[:, None] * hanging  # a view of `angles`
    return angles
