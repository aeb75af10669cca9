"""From gradients to new weights: optimizers, averages, replicas."""
