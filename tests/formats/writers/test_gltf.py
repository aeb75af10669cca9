import os
import sys

import numpy as np
import pygltflib
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.output import Output
from posenet3d.formats.writers.gltf import write_gltf
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

TYPES = {5121: np.uint8, 5123: np.uint16, 5126: np.float32}
SIZES = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """A file read with the library, and what its nodes come to; the mathematics is its own."""

    def __init__(self, path):
        self.gltf = pygltflib.GLTF2().load(path)
        self.names = [node.name for node in self.gltf.nodes]

    def array(self, accessor):
        accessor = self.gltf.accessors[accessor]
        view = self.gltf.bufferViews[accessor.bufferView]
        assert view.byteOffset % 4 == 0
        size = SIZES[accessor.type]
        start = view.byteOffset + (accessor.byteOffset or 0)
        flat = np.frombuffer(
            self.gltf.binary_blob(), TYPES[accessor.componentType], accessor.count * size, start
        )
        return flat.reshape(accessor.count, size)

    def keys(self, name, path):
        """Times `[K]` and values of what is animated."""
        (animation,) = self.gltf.animations
        node = self.names.index(name)
        for channel in animation.channels:
            if (channel.target.node, channel.target.path) == (node, path):
                sampler = animation.samplers[channel.sampler]
                assert sampler.interpolation == "LINEAR"
                return self.array(sampler.input)[:, 0], self.array(sampler.output)
        return None

    def places(self, key):
        """The matrices `[4, 4]` of all nodes at a keyframe, by name; None: the rest pose."""
        places = {}

        def visit(index, above):
            node = self.gltf.nodes[index]
            local = np.eye(4)
            local[:3, 3] = node.translation or (0, 0, 0)
            if key is not None and (moved := self.keys(node.name, "translation")):
                local[:3, 3] = moved[1][key]
            if key is not None and (turned := self.keys(node.name, "rotation")):
                vector, scalar = turned[1][key][:3].astype(float), float(turned[1][key][3])
                local[:3, :3] = np.stack([rotated(vector, scalar, e) for e in np.eye(3)], axis=1)
            places[node.name] = above @ local
            for child in node.children or ():
                visit(child, places[node.name])

        for index in self.gltf.scenes[self.gltf.scene].nodes:
            visit(index, np.eye(4))
        return places

    def positions(self, key):
        """`[17, 3]` mm."""
        places = self.places(key)
        return 1000 * np.stack([places[name][:3, 3] for name in H36M_17.joint_names])


def rotated(vector, scalar, point):
    """A point turned by a quaternion, as q p q*."""
    twice = 2 * np.cross(vector, point)
    return point + scalar * twice + np.cross(vector, twice)


@pytest.fixture
def written(tmp_path, body):
    """Writes points `[F, 17, 3]` with y up; returns what the reader finds."""

    def written(points, **options):
        write_gltf(tmp_path / "out.glb", body.in_camera(points), H36M_17, **options)
        return Glb(tmp_path / "out.glb")

    return written


def test_poses_of_a_rigid_body_come_back_to_a_tenth_of_a_millimetre(written, body):
    poses = body.random_poses(20)
    glb = written(poses)
    for key, pose in enumerate(poses):
        np.testing.assert_allclose(glb.positions(key), pose, atol=0.1, rtol=0)


def test_rest_pose_is_the_t_pose(written, body):
    np.testing.assert_allclose(
        written(body.random_poses(5)).positions(None), body.posed(), atol=0.1, rtol=0
    )


def test_frames_without_a_pose_have_no_keys(written, body):
    poses = body.random_poses(6)
    poses[[0, 3]] = np.nan
    times, turns = written(poses, fps=10).keys("left_elbow", "rotation")
    np.testing.assert_allclose(times, [0.1, 0.2, 0.4, 0.5], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(turns, axis=-1), 1, atol=1e-6)


def test_elbow_at_a_right_angle_is_a_quarter_turn(written, body):
    bent = body.posed(left_elbow=body.turn((0, 0, 1), 90))
    _, turns = written(np.stack([body.posed(), bent])).keys("left_elbow", "rotation")
    np.testing.assert_allclose(turns, [[0, 0, 0, 1], [0, 0, 0.5**0.5, 0.5**0.5]], atol=1e-5)


def test_neighbouring_keys_take_the_short_way(written, body):
    headings = np.arange(0, 720, 40)
    poses = np.stack([body.posed(pelvis=body.turn((0, 1, 0), h)) for h in headings])
    _, turns = written(poses).keys("pelvis", "rotation")
    assert ((turns[1:] * turns[:-1]).sum(axis=-1) > 0).all()


def test_the_figure_moves_with_the_bones(written, body):
    """Skinned as the specification has it, both ends of every spindle lie on joints."""
    poses = body.random_poses(3)
    glb = written(poses)
    (skin,), (mesh,) = glb.gltf.skins, glb.gltf.meshes
    (primitive,) = mesh.primitives
    corners = glb.array(primitive.attributes.POSITION).astype(float)
    movers = glb.array(primitive.attributes.JOINTS_0)[:, 0]
    assert (glb.array(primitive.attributes.WEIGHTS_0) == [1, 0, 0, 0]).all()
    unbind = glb.array(skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
    places = glb.places(2)
    skinned = np.stack(
        [
            (places[glb.names[skin.joints[m]]] @ unbind[m] @ [*corner, 1])[:3]
            for corner, m in zip(corners, movers, strict=True)
        ]
    ).reshape(16, 6, 3)
    for (parent, child), spindle in zip(H36M_17.bones, skinned * 1000, strict=True):
        np.testing.assert_allclose(spindle[5], poses[2, parent], atol=0.1)
        np.testing.assert_allclose(spindle[4], poses[2, child], atol=0.1)


def test_faces_of_the_figure_look_outward(written, body):
    glb = written(body.random_poses(2))
    (primitive,) = glb.gltf.meshes[0].primitives
    corners = glb.array(primitive.attributes.POSITION).astype(float)
    faces = glb.array(primitive.indices).reshape(16, 8, 3)
    for bone, triangles in enumerate(faces):
        a, b, c = np.moveaxis(corners[triangles], 1, 0)
        centre = corners[6 * bone : 6 * bone + 6].mean(axis=0)
        assert ((np.cross(b - a, c - a) * (a - centre)).sum(axis=-1) > 0).all()


def test_accessors_that_need_bounds_have_them(written, body):
    glb = written(body.random_poses(4))
    sampler = glb.gltf.animations[0].samplers[0]
    for accessor in (sampler.input, glb.gltf.meshes[0].primitives[0].attributes.POSITION):
        values = glb.array(accessor)
        np.testing.assert_array_equal(glb.gltf.accessors[accessor].min, values.min(axis=0))
        np.testing.assert_array_equal(glb.gltf.accessors[accessor].max, values.max(axis=0))


def test_faults_are_the_users_and_leave_no_file(tmp_path, body, monkeypatch):
    points = body.in_camera(body.random_poses(2))
    with pytest.raises(InputError, match="there is no folder"):
        write_gltf(tmp_path / "gone" / "out.glb", points, H36M_17)
    with pytest.raises(InputError, match="no rest pose"):
        write_gltf(tmp_path / "out.glb", points, COCO_17)
    with pytest.raises(InputError, match="up=z"):
        Output(tmp_path / "out.glb", up="z")
    monkeypatch.setitem(sys.modules, "pygltflib", None)
    with pytest.raises(InputError, match=r"posenet3d\[gltf\]"):
        Output(tmp_path / "out.glb")
    assert os.listdir(tmp_path) == []
