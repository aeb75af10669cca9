import dataclasses

import numpy as np

from posenet3d.lifting import pictures
from posenet3d.lifting.config import LiftConfig
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17


def test_the_contact_sheet_says_where_people_are(monkeypatch, tmp_path):
    poses = np.random.default_rng(0).normal(0, 300, (2, 17, 3)).astype(np.float32)
    people = People(poses[..., :2], np.ones((2, 17), np.float32), H36M_17, (0, 0), (0, 1))
    nothing = np.full(2, np.nan, np.float32)
    result = LiftResult(
        poses, np.zeros((2, 17), bool), np.ones(2, bool), ("", ""), nothing, nothing, "mm"
    )
    sheets = []
    saved = "posenet3d.viz.figures.save_figure"
    monkeypatch.setattr(saved, lambda sheet, path: sheets.append(sheet))
    config = LiftConfig(input="in.json", figure=str(tmp_path / "out.png"))
    root_3d = np.array([[-500, -900, 4000], [1500, -900, 4000]], np.float32)
    for root in (root_3d, None):
        lifted = Lifted(people, dataclasses.replace(result, root_3d=root))
        pictures.Pictures(config).write([lifted], 2)
    known, unknown = ([text.get_text() for text in sheet.texts] for sheet in sheets)
    assert "image 0, person 0: 0.50 m to the left, 4.00 m away" in known
    assert "image 0, person 1: 1.50 m to the right, 4.00 m away" in known
    assert {"image 0, person 0", "image 0, person 1"} <= set(unknown)
