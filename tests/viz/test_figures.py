import importlib
import os
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex

from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import COCO_17, H36M_17
from posenet3d.viz import drawing, figures

RNG = np.random.default_rng(0)
POSES_3D = RNG.normal(0, 300, (3, 17, 3))
POSES_2D = POSES_3D[..., :2] + 500
PANELS = 4


def panels(figure, person):
    return figure.axes[PANELS * person : PANELS * (person + 1)]


def lines_and_joints(axes):
    """The pose of a panel: its bones (a LineCollection) and its joints (a PathCollection)."""
    joints = next(c for c in axes.collections if c.get_zorder() == 4)
    bones = next(c for c in axes.collections if c.get_zorder() == 3)
    return bones, joints


def texts(figure):
    return [t.get_text() for t in figure.texts + [t for a in figure.axes for t in a.texts]]


def test_every_person_gets_the_input_and_three_views():
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, H36M_17)
    assert len(figure.axes) == 3 * PANELS
    assert {"2D input", "camera's view", "from the side", "from above"} <= set(texts(figure))


def test_every_joint_is_inside_its_axes():
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, H36M_17, true_3d=5 * POSES_3D)
    for axes in figure.axes:
        low, high = np.sort([axes.get_xlim(), axes.get_ylim()], axis=1).T
        joints = lines_and_joints(axes)[1].get_offsets()
        assert len(joints) == 17
        assert (joints > low).all()
        assert (joints < high).all()
        for lines in axes.collections[:-1]:
            ends = np.concatenate(lines.get_segments())
            assert (ends > low).all()
            assert (ends < high).all()


def test_people_stand_upright_in_every_picture():
    standing = np.zeros((1, 17, 3))
    standing[0, :, 1] = np.linspace(900, -900, 17)  # y is down: the last joint is on top
    figure = figures.lifted_sheet(standing[..., :2], standing, H36M_17)
    for axes in figure.axes:
        joints = axes.transData.transform(lines_and_joints(axes)[1].get_offsets())
        assert (np.diff(joints[:, 1]) > 0).all()


def test_camera_view_is_not_mirrored():
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, H36M_17)
    given, seen = (lines_and_joints(a)[1].get_offsets() for a in panels(figure, 0)[:2])
    np.testing.assert_allclose(np.diff(given[:, 0]), np.diff(seen[:, 0]))
    np.testing.assert_allclose(np.diff(given[:, 1]), -np.diff(seen[:, 1]))


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
def test_sides_have_the_same_colours_in_2d_and_3d(skeleton):
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, skeleton)
    expected = [c.lower() for c in drawing.joint_colours(skeleton)]
    for axes in figure.axes:
        faces = lines_and_joints(axes)[1].get_facecolors()
        assert [to_hex(c) for c in faces] == expected


def test_near_bones_are_drawn_over_far_ones():
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, H36M_17)
    camera = panels(figure, 0)[1]
    drawn = [to_hex(c) for c in lines_and_joints(camera)[0].get_colors()[1::2]]
    colours = drawing.joint_colours(H36M_17)
    depth = {c: POSES_3D[0, [p, c], 2].sum() for p, c in H36M_17.bones}
    from_far = sorted(depth, key=depth.get, reverse=True)
    assert drawn == [colours[child].lower() for child in from_far]


def test_filled_joints_are_hollow_in_3d_and_left_out_of_the_input():
    filled = np.zeros((3, 17), bool)
    filled[1, 6] = True
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, H36M_17, filled=filled)
    given, view = (lines_and_joints(a)[1] for a in panels(figure, 1)[:2])
    assert len(given.get_offsets()) == 16
    hollow = [to_hex(c) == drawing.PANEL.lower() for c in view.get_facecolors()]
    assert np.flatnonzero(hollow).tolist() == [6]
    assert "not seen, filled in" in [t.get_text() for t in figure.legends[0].texts]


def test_true_pose_is_drawn_at_the_size_of_the_lifted_one():
    lifted = POSES_3D - POSES_3D[:, :1]
    figure = figures.lifted_sheet(POSES_2D, lifted, H36M_17, true_3d=lifted * 1000 + 7)
    axes = panels(figure, 0)[1]
    truth = next(c for c in axes.collections if c.get_zorder() == 2)
    expected = [lifted[0, list(bone), :2] * [1, -1] for bone in H36M_17.bones]
    np.testing.assert_allclose(truth.get_segments(), expected, atol=1e-6)


def test_people_who_could_not_be_lifted_are_shown_with_the_reason():
    lifted = POSES_3D.copy()
    lifted[1] = np.nan
    confidence = np.ones((3, 17))
    confidence[1] = 0
    problems = ("", "no joint was seen here", "")
    figure = figures.lifted_sheet(
        POSES_2D, lifted, H36M_17, confidence=confidence, problems=problems
    )
    assert "not lifted\nno joint was seen here" in texts(figure)
    assert len(figure.axes) == 2 * PANELS + 2
    figures.to_png(figure)


def test_limit_is_said_on_the_sheet_and_titles_are_written():
    titles = ["a.jpg", "b.jpg", "c.jpg"]
    figure = figures.lifted_sheet(POSES_2D, POSES_3D, H36M_17, titles=titles, limit=2)
    assert len(figure.axes) == 2 * PANELS
    assert {"2 of 3 people", "a.jpg", "b.jpg"} <= set(texts(figure))


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"keypoints_3d must be \[3, 17, 3\], got \[2, 17, 3\]"):
        figures.lifted_sheet(POSES_2D, POSES_3D[:2], H36M_17)
    with pytest.raises(ValueError, match="nobody to draw"):
        figures.lifted_sheet(POSES_2D[:0], POSES_3D[:0], H36M_17)


def test_png_is_a_png_and_files_come_whole(tmp_path):
    figure = figures.lifted_sheet(POSES_2D[:1], POSES_3D[:1], H36M_17)
    assert figures.to_png(figure, dpi=40).startswith(b"\x89PNG")
    for name in ("sheet.png", "sheet.svg"):
        figures.save_figure(figure, tmp_path / name, dpi=40)
        assert (tmp_path / name).stat().st_size > 1000
    with pytest.raises(ValueError, match="not supported"):
        figures.save_figure(figure, tmp_path / "sheet.nonsense")
    with pytest.raises(InputError, match="no folder"):
        figures.save_figure(figure, tmp_path / "gone" / "sheet.png")
    assert sorted(os.listdir(tmp_path)) == ["sheet.png", "sheet.svg"]


def test_without_matplotlib_the_import_works_and_drawing_names_the_extra(monkeypatch):
    for name in [n for n in sys.modules if n.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("drawing", "charts", "figures"):
        monkeypatch.delitem(sys.modules, f"posenet3d.viz.{name}")
    viz = importlib.import_module("posenet3d.viz.figures")
    with pytest.raises(ImportError, match=r"pip install 'posenet3d\[viz\]'"):
        viz.lifted_sheet(POSES_2D, POSES_3D, H36M_17)
