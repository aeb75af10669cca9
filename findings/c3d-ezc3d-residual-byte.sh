#!/usr/bin/env bash
# Packages:  c3d 0.6.0, ezc3d 1.7.2; numpy 2.4.6
# Behaviour: the two disagree about the fourth word of a point. What c3d writes as the residual ezc3d
#            reads as the mask of cameras, and the other way round, in both directions.
# Output:    c3d writes residual 5, cameras 0   -> ezc3d reads residual 0.0, cameras 5
#            c3d writes residual 0, cameras 3   -> ezc3d reads residual 3.0, cameras 0
#            ezc3d writes residual 5, cameras 0 -> c3d reads residual 0.0, cameras 5
# Matters:   points are thrown away or weighted by their residual. A limit on it does nothing, or hits
#            the points that most cameras saw, when the file comes from the other library. Only
#            "missing" (-1, all bits set) survives: a quality of one's own is not safe in the residual.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check c3d==0.6.0 ezc3d==1.7.2 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import c3d
import ezc3d
import numpy as np


def read_ezc3d(path):
    """Residual and mask of cameras (bit 0: the first) of each point of the first frame."""
    meta = ezc3d.c3d(path)["data"]["meta_points"]
    masks = [sum(1 << bit for bit in range(7) if mask[bit]) for mask in meta["camera_masks"][:, :, 0].T]
    return list(zip(meta["residuals"][0, :, 0].tolist(), masks))


written = [(5, 0), (0, 3)]
points = np.array([[1, 2, 3, *pair] for pair in written], np.float32)
writer = c3d.Writer(point_rate=30.0)
writer.set_point_labels(["hip", "knee"])
writer.add_frames([(points, np.empty((0, 0)))] * 2)
with open("c3d.c3d", "wb") as file:
    writer.write(file)
read = read_ezc3d("c3d.c3d")
for (residual, cameras), (other_residual, other_cameras) in zip(written, read):
    print(f"c3d writes residual {residual}, cameras {cameras}", end=" -> ")
    print(f"ezc3d reads residual {other_residual}, cameras {other_cameras}")

file = ezc3d.c3d()
file["parameters"]["POINT"]["RATE"]["value"] = [30.0]
file["parameters"]["POINT"]["LABELS"]["value"] = ("hip",)
file["data"]["points"] = np.ones((4, 1, 2))
file["data"]["meta_points"] = {
    "residuals": np.full((1, 1, 2), 5.0),
    "camera_masks": np.zeros((7, 1, 2), bool),
}
file.write("ezc3d.c3d")
with open("ezc3d.c3d", "rb") as stream:
    _, frame, _ = next(c3d.Reader(stream).read_frames())
print(f"ezc3d writes residual 5, cameras 0 -> c3d reads residual {frame[0, 3]}, cameras {frame[0, 4]:g}")

assert read == [(0.0, 5), (3.0, 0)]
assert read_ezc3d("ezc3d.c3d") == [(5.0, 0)]
assert frame[0, 3:].tolist() == [0.0, 5.0]
PYTHON
