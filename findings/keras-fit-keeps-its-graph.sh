#!/usr/bin/env bash
# Packages:  tensorflow-cpu 2.21.0, keras 3.15.1
# Behaviour: a model's training graphs stay in memory when the model is gone, and after
#            `keras.backend.clear_session()` too. Keras's optimizers add up gradients over replicas even
#            where there is one, by a function with a gradient of its own, and TensorFlow's registry of
#            such gradients keeps it, and with it the graphs in which it was traced.
# Output:    graphs left after models 1, 2, 3 were fitted and dropped: 2 4 6
#            the same, only evaluated: 0 0 0
# Matters:   a process that trains again and again (a search for settings, a test suite, a service that
#            adapts a model to each customer) grows by these graphs at every fit: tens of MB for larger steps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorflow-cpu==2.21.0 keras==3.15.1
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - 2>log <<'PYTHON' || { cat log; exit 1; }
import gc

import keras
import numpy as np
from tensorflow.python.framework.func_graph import FuncGraph

poses, depths = np.zeros((8, 34), np.float32), np.zeros((8, 17), np.float32)


def graphs():
    """The graphs of training or testing steps that are still there."""
    gc.collect()
    found = (one for one in gc.get_objects() if isinstance(one, FuncGraph))
    return sum(any(op.type == "MatMul" for op in graph.get_operations()) for graph in found)


def use(train):
    model = keras.Sequential([keras.Input([34]), keras.layers.Dense(17)])
    model.compile("adam", "mse")
    if train:
        model.fit(poses, depths, verbose=0)
    else:
        model.evaluate(poses, depths, verbose=0)


left = {}
for train in (False, True):
    left[train] = []
    for _ in range(3):
        use(train)
        keras.backend.clear_session()
        left[train].append(graphs())
print("graphs left after models 1, 2, 3 were fitted and dropped:", *left[True])
print("the same, only evaluated:", *left[False])
assert left == {False: [0, 0, 0], True: [2, 4, 6]}, left
PYTHON
