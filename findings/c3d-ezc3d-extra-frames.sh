#!/usr/bin/env bash
# Packages:  c3d 0.6.0 (writes), ezc3d 1.7.2 (reads); numpy 2.4.6
# Behaviour: of a C3D file of more than 65,534 frames, ezc3d returns the zeros that pad the last
#            512-byte block as frames: every point at (0, 0, 0) with the residual 0, which marks a
#            valid measurement. c3d reads back what it wrote. POINT:LONG_FRAMES holds the right number.
# Output:    written 70018, c3d reads 70018, ezc3d reads 70048; the last: [0.0, 0.0, 0.0] residual 0.0
# Matters:   36 minutes at 30 frames a second are enough. A pose of all zeros at the end shifts means,
#            ranges and ground contact, and the count no longer agrees with the video.
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

FRAMES = 70018

writer = c3d.Writer(point_rate=30.0)
writer.set_point_labels(["nose"])
point = np.array([[100.0, 200.0, 300.0, 0.0, 0.0]], np.float32)
writer.add_frames([(point, np.empty((0, 0)))] * FRAMES)
with open("long.c3d", "wb") as file:
    writer.write(file)

with open("long.c3d", "rb") as file:
    own = sum(1 for _ in c3d.Reader(file).read_frames())
other = ezc3d.c3d("long.c3d")
points = other["data"]["points"]
residuals = other["data"]["meta_points"]["residuals"]
long_frames = int(other["parameters"]["POINT"]["LONG_FRAMES"]["value"][0])

print(f"written {FRAMES}, c3d reads {own}, ezc3d reads {points.shape[2]};", end=" ")
print(f"the last: {points[:3, 0, -1].tolist()} residual {residuals[0, 0, -1]}")
assert own == long_frames == FRAMES
assert points.shape[2] == 70048
assert not points[:3, 0, FRAMES:].any() and not residuals[..., FRAMES:].any()
assert points[:3, 0, FRAMES - 1].tolist() == [100.0, 200.0, 300.0]
PYTHON
