"""One person over time as a binary glTF file (.glb), for viewers, game engines and Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import Writer
from posenet3d.geometry import inverse_kinematics, quaternion
from posenet3d.geometry.axes import from_camera
from posenet3d.skeletons.skeleton import Skeleton

_M_A_MM = 0.001
_THICKNESS = 0.08  # of a drawn bone, as a share of its length
_WAIST = 0.2  # how far along the bone it is thickest
_LEFT, _RIGHT, _MIDDLE = (0.0, 0.168, 0.445), (0.665, 0.112, 0.0), (0.074, 0.074, 0.074)
"""The pictures' blue, vermilion and grey, in linear RGB."""


def write_gltf(
    path: str | Path,
    keypoints_3d: np.ndarray,
    skeleton: Skeleton,
    fps: float = 30.0,
    up: str = "y",
) -> None:
    """Writes a person as a body with rigid bones; the file appears whole or not at all.

    The format is glTF 2.0 (https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html), binary: a
    node a joint, named as the joint, in the rest pose (`geometry.inverse_kinematics`); an animation
    of the rotations of all joints that bear others, and of the root's place, in metres; a skin; and
    a figure of one spindle a bone, left blue and right vermilion, so that viewers show something.

    Frames without a pose have no keyframes: players turn evenly from the pose before to the one
    after, as the format has it.

    Args:
      path: The file to write, ending in `.glb`.
      keypoints_3d: `[F, J, 3]`, camera frame (x right, y down, z forward), mm; NaN: no pose in that
        frame. At least one frame has one.
      skeleton: The skeleton whose joints the J are.
      fps: Frames a second.
      up: `"y"`, the only one that the format knows.

    Raises:
      InputError: If the folder of `path` does not exist, the skeleton has no rest pose or the
        library is missing.
    """
    gltf = WRITER.require()
    points = from_camera(keypoints_3d, up) * _M_A_MM
    present = np.flatnonzero(np.isfinite(points).all(axis=(1, 2)))
    offsets = inverse_kinematics.rest_offsets(points[present], skeleton)
    rotations = inverse_kinematics.solve(points[present], offsets, skeleton)
    quaternions = quaternion.without_jumps(quaternion.from_matrix(rotations))
    root, joints = skeleton.root, range(skeleton.num_joints)

    data = _Buffer(gltf)
    keys = {(root, gltf.TRANSLATION): points[present, root]}
    keys |= {(j, gltf.ROTATION): quaternions[:, j] for j in joints if j in skeleton.parents}
    times = data.add(present / fps, np.float32, bounds=True)
    samplers = [
        gltf.AnimationSampler(input=times, output=data.add(values, np.float32))
        for values in keys.values()
    ]
    channels = [
        gltf.AnimationChannel(
            sampler=sampler, target=gltf.AnimationChannelTarget(node=node, path=what)
        )
        for sampler, (node, what) in enumerate(keys)
    ]
    rest = _rest_positions(offsets, skeleton)
    unbind = np.tile(np.eye(4), (len(rest), 1, 1))  # column by column, as the format has it
    unbind[:, 3, :3] = -rest
    skin = gltf.Skin(
        name="person",
        skeleton=root,
        joints=[*joints],
        inverseBindMatrices=data.add(unbind.reshape(-1, 16), np.float32),
    )
    nodes = [
        gltf.Node(
            name=skeleton.joint_names[joint],
            translation=offsets[joint].tolist(),
            children=list(skeleton.children[joint]),
        )
        for joint in joints
    ]
    nodes.append(gltf.Node(name="figure", mesh=0, skin=0))
    content = gltf.GLTF2(
        asset=gltf.Asset(generator="posenet3d"),
        scene=0,
        scenes=[gltf.Scene(nodes=[root, len(nodes) - 1])],
        nodes=nodes,
        skins=[skin],
        meshes=[_figure(gltf, data, rest, skeleton)],
        animations=[gltf.Animation(name="lifted", channels=channels, samplers=samplers)],
        accessors=data.accessors,
        bufferViews=data.views,
        buffers=[gltf.Buffer(byteLength=len(data.bytes))],
    )
    content.set_binary_blob(bytes(data.bytes))
    with atomic_path(path) as temporary:
        content.save_binary(temporary)


class _Buffer:
    """The bytes of the file, and what says where in them each array is."""

    def __init__(self, gltf: Any) -> None:
        self._gltf = gltf
        self.bytes = bytearray()
        self.views: list[Any] = []
        self.accessors: list[Any] = []

    def add(
        self, values: np.ndarray, dtype: type, target: int | None = None, bounds: bool = False
    ) -> int:
        """Appends an array `[N]` or `[N, 3]`, 4 or 16; returns the number of its accessor."""
        gltf = self._gltf
        array = np.ascontiguousarray(values, np.dtype(dtype).newbyteorder("<"))
        size = array.shape[1] if array.ndim > 1 else 1
        self.bytes += bytes(
            -len(self.bytes) % 4
        )  # arrays begin at multiples of their numbers' size
        raw = array.tobytes()
        self.views.append(
            gltf.BufferView(
                buffer=0, byteOffset=len(self.bytes), byteLength=len(raw), target=target
            )
        )
        self.bytes += raw
        accessor = gltf.Accessor(
            bufferView=len(self.views) - 1,
            componentType={
                np.uint8: gltf.UNSIGNED_BYTE, np.uint16: gltf.UNSIGNED_SHORT, np.float32: gltf.FLOAT
            }[dtype],
            count=len(array),
            type={1: gltf.SCALAR, 3: gltf.VEC3, 4: gltf.VEC4, 16: gltf.MAT4}[size],
        )  # fmt: skip
        if bounds:
            accessor.min = np.atleast_1d(array.min(axis=0)).tolist()
            accessor.max = np.atleast_1d(array.max(axis=0)).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def _rest_positions(offsets: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    unturned = np.tile(np.eye(3), (1, len(offsets), 1, 1))
    return inverse_kinematics.forward_kinematics(np.zeros((1, 3)), unturned, offsets, skeleton)[0]


def _figure(gltf: Any, data: _Buffer, rest: np.ndarray, skeleton: Skeleton) -> Any:
    """The mesh: a spindle a bone of the rest pose, moved by the joint at the bone's beginning."""
    corners, colours, movers, triangles = [], [], [], []
    for parent, child in skeleton.bones:
        begin, bone = rest[parent], rest[child] - rest[parent]
        aside = np.cross(bone, np.eye(3)[np.abs(bone).argmin()])
        aside *= _THICKNESS * np.linalg.norm(bone) / max(np.linalg.norm(aside), 1e-9)
        across = np.cross(bone, aside) / max(np.linalg.norm(bone), 1e-9)
        ring = begin + _WAIST * bone + np.array([aside, across, -aside, -across])
        first = len(corners) * 6
        for here, after in ((0, 1), (1, 2), (2, 3), (3, 0)):  # anticlockwise from outside
            triangles += [(first + here, first + after, first + 4)]
            triangles += [(first + after, first + here, first + 5)]
        corners.append(np.concatenate([ring, [begin + bone, begin]]))
        side = _LEFT if child in skeleton.left else _RIGHT if child in skeleton.right else _MIDDLE
        colours += 6 * [side]
        movers += 6 * [(parent, 0, 0, 0)]
    vertices = gltf.ARRAY_BUFFER
    attributes = gltf.Attributes(
        POSITION=data.add(np.concatenate(corners), np.float32, vertices, bounds=True),
        COLOR_0=data.add(np.array(colours), np.float32, vertices),
        JOINTS_0=data.add(np.array(movers), np.uint8, vertices),
        WEIGHTS_0=data.add(np.tile([1, 0, 0, 0], (len(movers), 1)), np.float32, vertices),
    )
    indices = data.add(np.ravel(triangles), np.uint16, gltf.ELEMENT_ARRAY_BUFFER)
    return gltf.Mesh(
        name="figure", primitives=[gltf.Primitive(attributes=attributes, indices=indices)]
    )


WRITER = Writer(
    ".glb",
    ups=("y",),
    track=write_gltf,
    gaps="left without keyframes",
    library="pygltflib",
    extra="gltf",
)
