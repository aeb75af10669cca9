"""RTMLib itself, with models made here: one finds boxes in blue pictures, one a pose in a box."""

import numpy as np
import pytest

from posenet3d.detection.adapters import rtmlib_body
from posenet3d.detection.adapters.rtmlib_body import RtmlibBody
from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26

onnx = pytest.importorskip("onnx", reason="makes the models")
pytest.importorskip("rtmlib", reason="the extra rtmlib")

BOXES = ((10, 10, 50, 90), (60, 10, 160, 110), (200, 50, 220, 90))  # of 240 x 120 pixels
SIZE = (192, 256)  # width and height that the pose model takes


def save(path, nodes, input_shape, outputs, constants):
    helper, number = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", number, input_shape)],
        [helper.make_tensor_value_info(name, number, shape) for name, shape in outputs.items()],
        [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path
    )
    return str(path)


def persons_model(path):
    """As YOLOX with its own suppression: boxes and scores, here the mean of the first channel."""
    node = onnx.helper.make_node
    nodes = [
        node("Slice", ["image", "from", "to", "axis"], ["blue"]),
        node("ReduceMean", ["blue"], ["mean"], keepdims=1),
        node("Reshape", ["mean", "shape"], ["score"]),
        node("Div", ["score", "most"], ["share"]),
        node("Expand", ["share", "people"], ["scores"]),
        node("Concat", ["boxes", "scores"], ["dets"], axis=2),
    ]
    constants = {
        "from": np.array([0]), "to": np.array([1]), "axis": np.array([1]),
        "shape": np.array([1, 1, 1]),
        "most": np.array(255, np.float32), "people": np.array([1, len(BOXES), 1]),
        "boxes": np.array([BOXES], np.float32),
    }  # fmt: skip
    return save(path, nodes, [1, 3, 120, 240], {"dets": [1, len(BOXES), 5]}, constants)


def pose_model(path, joints):
    """As RTMPose: for each joint a peak in x and one in y, all but the first in the middle."""
    node = onnx.helper.make_node
    peaks = {}
    for axis, length in zip("xy", SIZE, strict=True):
        peaks[axis] = np.zeros((1, joints, 2 * length), np.float32)
        peaks[axis][:, :, length] = 1.2
        peaks[axis][:, 0, :] = 0
        peaks[axis][:, 0, length // 2] = 0.5
    nodes = [
        node("ReduceMean", ["image"], ["mean"], keepdims=0),
        node("Mul", ["mean", "zero"], ["nothing"]),
        *(node("Add", [f"peaks_{axis}", "nothing"], [f"simcc_{axis}"]) for axis in "xy"),
    ]
    shapes = {f"simcc_{axis}": list(array.shape) for axis, array in peaks.items()}
    constants = {f"peaks_{axis}": array for axis, array in peaks.items()}
    constants["zero"] = np.array(0, np.float32)
    return save(path, nodes, [1, 3, SIZE[1], SIZE[0]], shapes, constants)


@pytest.fixture
def models(tmp_path):
    def models(joints=26):
        persons = persons_model(tmp_path / "persons.onnx")
        return f"{persons},{pose_model(tmp_path / 'pose.onnx', joints)}"

    return models


def picture(red, green, blue):
    return np.full((120, 240, 3), (red, green, blue), np.uint8)


@pytest.mark.parametrize(("joints", "skeleton"), [(17, COCO_17), (26, HALPE_26)])
def test_people_are_found_where_the_boxes_are(models, capsys, joints, skeleton):
    detector = RtmlibBody(models(joints), 10)
    assert detector.skeleton is skeleton
    found = detector.detect(picture(0, 0, 255), 0.0)
    assert found.keypoints_2d.shape == (3, joints, 2)
    middles = [((left + right) / 2, (top + low) / 2) for left, top, right, low in BOXES]
    np.testing.assert_allclose(found.keypoints_2d[:, 5], middles, atol=0.5)
    assert (found.keypoints_2d[:, 0] < found.keypoints_2d[:, 5]).all()
    np.testing.assert_allclose(found.confidence[0, [0, 5]], [0.5, 1.2])
    assert capsys.readouterr().out == ""  # RTMLib prints what it loads


def test_where_no_box_is_there_is_nobody(models):
    found = RtmlibBody(models(), 10).detect(picture(255, 255, 0), 0.0)
    assert found.keypoints_2d.shape == (0, 26, 2)
    assert found.confidence.shape == (0, 26)


def test_the_largest_people_are_kept(models):
    found = RtmlibBody(models(), 2).detect(picture(0, 0, 255), 0.0)
    np.testing.assert_allclose(found.keypoints_2d[:, 5], [(30, 50), (110, 60)], atol=0.5)


def test_wrong_models_are_refused(models, tmp_path):
    with pytest.raises(InputError, match=r"pose.onnx gives 133 joints.*COCO's 17 or Halpe's 26"):
        RtmlibBody(models(133), 10)
    with pytest.raises(InputError, match=r"persons.onnx: there is no such model.*lightweight"):
        RtmlibBody("persons.onnx", 10)
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    bad = str(tmp_path / "bad.onnx")
    with pytest.raises(InputError, match=r"RTMLib could not load .*bad.onnx"):
        RtmlibBody(f"{bad},{bad}", 10)


def test_without_a_network_it_says_which_files_to_get(monkeypatch):
    import rtmlib

    def offline(address, **more):
        raise OSError("Name or service not known")

    monkeypatch.setattr(rtmlib.tools.base, "download_checkpoint", offline)
    known = rtmlib.BodyWithFeet.MODE["lightweight"]
    with pytest.raises(InputError, match="Name or service not known") as error:
        RtmlibBody("lightweight", 10)
    assert known["det"] in str(error.value)
    assert known["pose"] in str(error.value)


def test_every_mode_is_one_of_the_librarys():
    import rtmlib

    assert set(rtmlib_body._MODES) <= set(rtmlib.BodyWithFeet.MODE)
