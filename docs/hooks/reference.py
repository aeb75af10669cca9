"""MkDocs hook: the pages of the API reference, made of the docstrings of the modules named here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

# Of a package, what its `__all__` offers; of a module, what is public in it.
MODULES = {
    "posenet3d": ["posenet3d", "errors"],
    "models": ["models"],
    "sequences": [
        "sequences.loading",
        "sequences.lifter",
        "sequences.keypoint_filter",
        "sequences.temporal_unit",
    ],
    "lifting": ["lifting"],
    "detection": ["detection"],
    "formats": ["formats.detect", "formats.output"],
    "poses": [
        "poses.records",
        "poses.people",
        "poses.lifted",
        "poses.tracks",
        "poses.stature",
        "poses.archives.archive",
        "poses.archives.archive_writer",
    ],
    "skeletons": [
        "skeletons.skeleton",
        "skeletons.joint_maps",
        "skeletons.joint_rules",
        "skeletons.map_files.map_file",
        "skeletons.proportions",
    ],
    "motion": ["motion.config", "motion.people", "motion.association", "motion.smoothing"],
    "viz": ["viz.figures", "viz.page", "viz.video", "viz.rerun_log", "viz.scene"],
    "adapting": ["adapting"],
    "training": [
        "training",
        "training.settings.step_settings",
        "training.settings.student_settings",
        "training.settings.sequence_settings",
    ],
    "data": ["data.synthetic", "data.datasets.prepare"],
    "evaluation": [
        "evaluation",
        "evaluation.ranking",
        "evaluation.metrics.joint_errors_tf",
        "evaluation.metrics.mpi_inf_3dhp",
        "evaluation.metrics.jitter",
        "evaluation.metrics.distribution",
    ],
    "geometry": [
        "geometry.camera",
        "geometry.rotation",
        "geometry.quaternion",
        "geometry.views",
        "geometry.mirror",
        "geometry.bones",
        "geometry.alignment",
        "geometry.axes",
        "geometry.inverse_kinematics",
    ],
    "export": ["export", "export.job"],
    "serving": ["serving"],
    "lite": ["lite", "lite.stream"],
    "bulk": ["bulk"],
}
"""{page: its modules, below the package}."""


_UNTITLED = "    options: {show_root_heading: false, show_root_toc_entry: false}\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds a page for each entry."""
    for page, modules in MODULES.items():
        title = _full(page)
        parts = [f"# {title}\n"]
        for module in map(_full, modules):
            parts.append(f"::: {module}\n" + (_UNTITLED if module == title else ""))
        files.append(File.generated(config, f"reference/{page}.md", content="\n".join(parts)))
    return files


def _full(name: str) -> str:
    return name if name == "posenet3d" else f"posenet3d.{name}"
