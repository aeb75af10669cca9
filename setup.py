"""Build entry point; the metadata is in setup.cfg, what is packed is here.

POSENET3D_LITE=1 makes the distribution posenet3d-lite of the same sources: it lifts on LiteRT, and
needs neither TensorFlow nor Keras (docs/lite.md).
"""

import os
from typing import Any

from setuptools import Distribution, find_packages, setup

_LITE = os.environ.get("POSENET3D_LITE") == "1"
_NEEDED_TO_LIFT = {"numpy", "absl-py", "ijson", "orjson", "tqdm", "ai-edge-litert"}
_MODELS = ["*.md", "*/*.md", "*/*_float32.tflite", "*/*_dynamic_int8.tflite"]


class LiteDistribution(Distribution):
    """The same sources with the few libraries that lifting needs."""

    def parse_config_files(self, *args: Any, **kwargs: Any) -> None:
        """What setup.cfg says, but for the name and most of the libraries."""
        super().parse_config_files(*args, **kwargs)
        self.metadata.name += "-lite"
        self.install_requires = [
            line for line in self.install_requires if _name_of(line) in _NEEDED_TO_LIFT
        ]
        for extra in ("addons", "bulk", "cuda", "docs", "onnx", "serving", "test"):
            self.extras_require.pop(extra, None)
        for extra, lines in self.extras_require.items():
            own = [line.replace("posenet3d[", "posenet3d-lite[") for line in lines]
            self.extras_require[extra] = own


def _name_of(requirement: str) -> str:
    return requirement.partition("<")[0].partition(">")[0].partition("!")[0].strip()


setup(
    distclass=LiteDistribution if _LITE else Distribution,
    options={"build": {"build_base": "build/lite" if _LITE else "build"}},
    packages=[
        *find_packages(include=["posenet3d", "posenet3d.*"]),
        "posenet3d.saved_models",
        "posenet3d.configs",
    ],
    # The pretrained models and the flag files lie beside the package; in a wheel they go inside.
    package_dir={"posenet3d.saved_models": "saved_models", "posenet3d.configs": "configs"},
    package_data={
        "posenet3d.saved_models": _MODELS
        if _LITE
        else [*_MODELS, "*/*.tflite", "*/estimator.keras", "*/*.npz"],
        "posenet3d.configs": ["*.flags"],
        "posenet3d.viz": ["web/*"],
    },
)
