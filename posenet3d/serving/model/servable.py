"""One version of a model, loaded and ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from posenet3d.serving.model.signature import Signature
from posenet3d.serving.model.warmup import warm_up

_NO_METHOD = ""  # of signatures that only initialise the model


class Servable:
    """A SavedModel in a session of its own, as TensorFlow Serving holds it.

    Unlike what `tf.saved_model.load` returns, a session has threads of its own number, and closing
    it ends what runs and gives back what the version held.

    Args:
      path: The version's folder.
      version: Its number.
      intra_op_parallelism: Threads that share one operation; 0: one a core.

    Raises:
      tf.errors.OpError, OSError, RuntimeError, ValueError: If it cannot be loaded, or a warmup
        request fails.
    """

    def __init__(self, path: Path, version: int, intra_op_parallelism: int = 0) -> None:
        self.version = version
        options = tf.compat.v1.ConfigProto(
            # The operations run in the thread that asks: handing each over costs more than
            # what runs beside each other gains on networks as small as a lifter.
            inter_op_parallelism_threads=-1,
            intra_op_parallelism_threads=intra_op_parallelism,
        )
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph, config=options)
        try:
            with graph.as_default():
                meta_graph = tf.compat.v1.saved_model.load(self._session, ["serve"], str(path))
            self.definitions: Mapping[str, meta_graph_pb2.SignatureDef] = dict(
                meta_graph.signature_def
            )
            self.signatures = {
                name: Signature.of(name, definition)
                for name, definition in self.definitions.items()
                if definition.method_name != _NO_METHOD
            }
            self._calls = {
                name: self._callable(graph, signature)
                for name, signature in self.signatures.items()
            }
            self.warmed_up = warm_up(self.run, self.signatures, path)
        except BaseException:
            self.close()
            raise

    def _callable(self, graph: tf.Graph, signature: Signature) -> Callable[..., list[np.ndarray]]:
        fetches = [graph.as_graph_element(spec.tensor) for spec in signature.outputs.values()]
        feeds = [graph.as_graph_element(spec.tensor) for spec in signature.inputs.values()]
        return self._session.make_callable(fetches, feeds)

    def run(self, signature: Signature, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs a signature; any number of threads may at once.

        Raises:
          tf.errors.OpError: Whatever the graph says.
        """
        outputs = self._calls[signature.name](*[inputs[name] for name in signature.inputs])
        return dict(zip(signature.outputs, outputs, strict=True))

    def close(self) -> None:
        """Stops what runs and gives back the memory."""
        self._calls = {}
        self._session.close()
