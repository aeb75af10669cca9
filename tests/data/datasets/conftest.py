"""Files of Human3.6M's documented layout, made up: people wander before four cameras."""

import zipfile

import h5py
import numpy as np
import pytest

from posenet3d.data.datasets.videopose3d import JOINTS_OF_32

TRAIN, TEST = ("S1", "S5", "S6", "S7", "S8"), ("S9", "S11")
METADATA = {
    "layout_name": "h36m",
    "num_joints": 17,
    "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]],
}
HEIGHTS = np.array([0, -0.1, -0.5, -0.9, -0.1, -0.5, -0.9, 0.25, 0.5, 0.6, 0.7,
                    0.45, 0.2, 0.0, 0.45, 0.2, 0.0])  # fmt: skip


class Camera:
    """A camera of Human3.6M's kind, with its lens distortion, that looks at the room's middle."""

    def __init__(self, azimuth, distance=5.3, height=1.6, focal=(1145.0, 1143.8)):
        self.position = np.array([distance * np.cos(azimuth), distance * np.sin(azimuth), height])
        forward = np.array([0.0, 0.0, 0.9]) - self.position
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        self.rotation = np.stack([right, np.cross(forward, right), forward])
        self.focal = np.array(focal)

    def project(self, points):
        """World metres `[..., 3]` to pixels `[..., 2]`."""
        seen = (points - self.position) @ self.rotation.T
        u, v = seen[..., 0] / seen[..., 2], seen[..., 1] / seen[..., 2]
        r = u**2 + v**2
        factor = 1 - 0.207 * r + 0.248 * r**2 - 0.003 * r**3 - 0.00098 * u - 0.00142 * v
        distorted = np.stack([u * factor - 0.00098 * r, v * factor - 0.00142 * r], axis=-1)
        return distorted * self.focal + [512.5, 515.5]


def wander(rng, frames):
    """32 joints `[T, 32, 3]` of somebody about the room, world frame, metres."""
    body = rng.normal(0, 0.15, (frames, 32, 3))
    body[:, JOINTS_OF_32, 2] += HEIGHTS
    path = rng.uniform([-1.5, -1.5, 0.9], [1.5, 1.5, 1.0], (frames, 3))
    return (body + path[:, None]).astype(np.float32)


@pytest.fixture(scope="session")
def cameras():
    """Four cameras, the same for every subject."""
    return [Camera(azimuth) for azimuth in (1.2, -1.1, 1.9, -2.0)]


@pytest.fixture
def positions_3d():
    """{subject: {action: [T, 32, 3]}}, two recordings each of 20 and 30 frames."""
    rng = np.random.default_rng(0)
    return {
        subject: {"Walking 1": wander(rng, 20), "Directions": wander(rng, 30)}
        for subject in TRAIN + TEST
    }


@pytest.fixture
def positions_2d(positions_3d, cameras):
    """{subject: {action: four [T, 17, 2]}}: the projections of `positions_3d`."""
    return {
        subject: {
            action: [c.project(points[:, JOINTS_OF_32]).astype(np.float32) for c in cameras]
            for action, points in actions.items()
        }
        for subject, actions in positions_3d.items()
    }


@pytest.fixture
def hourglass(positions_2d):
    """Makes the Stacked Hourglass's 16 joints of the projections.

    Joints 7 and 8 are MPII's thorax and neck, which lies above Human3.6M's, or that data set's own
    spine and thorax.
    """
    limbs = [3, 2, 1, 4, 5, 6, 0, None, None, 10, 16, 15, 14, 11, 12, 13]

    def hourglass(mpii):
        def view(points):
            made = np.stack([points[:, 0 if j is None else j] for j in limbs], axis=1)
            pelvis, spine, thorax = points[:, 0], points[:, 7], points[:, 8]
            middle = pelvis + 1.2 * (thorax - pelvis) if mpii else thorax
            made[:, 7], made[:, 8] = thorax if mpii else spine, middle
            return made

        return {
            subject: {action: [view(v) for v in views] for action, views in actions.items()}
            for subject, actions in positions_2d.items()
        }

    return hourglass


@pytest.fixture
def save(tmp_path):
    """Writes an archive as VideoPose3D does; returns its path."""

    def save(name, **members):
        path = tmp_path / name
        np.savez_compressed(path, **members)
        return path

    return save


@pytest.fixture
def save_pickle(tmp_path):
    """Writes an archive one member of which has this pickle for its contents; returns its path."""

    def save_pickle(pickled, key="positions_2d"):
        path = tmp_path / "pickled.npz"
        with zipfile.ZipFile(path, "w") as archive, archive.open(f"{key}.npy", "w") as member:
            header = {"descr": "|O", "fortran_order": False, "shape": ()}
            np.lib.format.write_array_header_1_0(member, header)
            member.write(pickled)
        return path

    return save_pickle


@pytest.fixture
def metadata():
    """What the metadata of a file of Human3.6M's 17 joints says."""
    return METADATA


@pytest.fixture(scope="session")
def save_v73():
    """Writes a `.mat` file of version 7.3 as MATLAB does: axes reversed, cells as references.

    Variables are arrays in MATLAB's order of axes, or lists, which become cells (n x 1).
    """

    def save_v73(path, **variables):
        with h5py.File(path, "w", userblock_size=512) as file:
            for name, value in variables.items():
                if isinstance(value, list):
                    stored = [
                        file.create_dataset(f"#refs#/{name}{i}", data=np.asarray(entry).T)
                        for i, entry in enumerate(value)
                    ]
                    value = np.array([[item.ref for item in stored]], dtype=h5py.ref_dtype)
                    file.create_dataset(name, data=value, dtype=h5py.ref_dtype)
                else:
                    file.create_dataset(name, data=np.atleast_2d(value).T)
        with open(path, "r+b") as file:
            file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
        return path

    return save_v73


@pytest.fixture(scope="session")
def cell():
    """A cell (n x 1) as SciPy writes one."""

    def cell(values):
        array = np.empty((len(values), 1), dtype=object)
        for i, value in enumerate(values):
            array[i, 0] = value
        return array

    return cell
