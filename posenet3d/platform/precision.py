"""Mixed precision: networks whose layers compute in 16 bits, all else in float32."""

from __future__ import annotations

from typing import Literal

import keras

from posenet3d.platform import stack

Precision = Literal["none", "bfloat16", "float16"]

POLICIES = {"none": None, "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
"""Keras's dtype policy of a trained network by precision; None: Keras's default."""


def with_loss_scale(
    optimizer: keras.optimizers.Optimizer, precision: Precision
) -> keras.optimizers.Optimizer:
    """The optimizer, wrapped where losses must be scaled: float16 has 5 bits of exponent.

    The scale starts at 2^15, is halved at every step whose gradients are not finite, which moves
    nothing, and doubled after 2000 steps in a row that are. bfloat16 has float32's exponents.
    """
    if precision != "float16":
        return optimizer
    return stack.loss_scale_optimizer(optimizer)
