"""Build entry point; the metadata is in setup.cfg, what is packed is here."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["posenet3d", "posenet3d.*"]), "posenet3d.saved_models"],
    # The pretrained models lie beside the package; in a wheel they go inside of it.
    package_dir={"posenet3d.saved_models": "saved_models"},
    package_data={
        "posenet3d.saved_models": ["*.md", "*/*.md", "*/estimator.keras", "*/*.npz"],
        "posenet3d.viz": ["web/*"],
    },
)
