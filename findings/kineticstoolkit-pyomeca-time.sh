#!/usr/bin/env bash
# Packages:  kineticstoolkit 0.17.0, pyomeca 2026.0.2, both on ezc3d 1.7.2; numpy 2.4.6
# Behaviour: of one C3D file whose first frame is not the first of the recording, Kinetics Toolkit counts
#            time from the recording's start, Pyomeca from the file's.
# Output:    the same 5 frames: Kinetics Toolkit 1.00 ... 1.04 s, Pyomeca 0.00 ... 0.04 s
# Matters:   capture systems trim a trial and keep its frame numbers. Whoever compares lifted poses with
#            such a file, or joins tables of both libraries by time, is off by the trimmed part; Pyomeca
#            has it in attrs["first_frame"] only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
  kineticstoolkit==0.17.0 pyomeca==2026.0.2 ezc3d==1.7.2 numpy==2.4.6
cd "$folder"
MPLBACKEND=agg MPLCONFIGDIR=$folder venv/bin/python -W ignore - <<'PYTHON'
import ezc3d
import kineticstoolkit as ktk
import numpy as np
import pyomeca

file = ezc3d.c3d()
file["parameters"]["POINT"]["RATE"]["value"] = [100.0]
file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
file["parameters"]["POINT"]["LABELS"]["value"] = ("knee",)
file["header"]["points"]["first_frame"] = 100
file["data"]["points"] = np.ones((4, 1, 5))
file.write("trimmed.c3d")

toolkit = ktk.read_c3d("trimmed.c3d")["Points"].time
markers = pyomeca.Markers.from_c3d("trimmed.c3d")
time = markers.time.values
print(f"the same {len(time)} frames: Kinetics Toolkit {toolkit[0]:.2f} ... {toolkit[-1]:.2f} s,", end=" ")
print(f"Pyomeca {time[0]:.2f} ... {time[-1]:.2f} s")
np.testing.assert_allclose(toolkit, [1.00, 1.01, 1.02, 1.03, 1.04])
np.testing.assert_allclose(time, [0.00, 0.01, 0.02, 0.03, 0.04])
assert markers.attrs["first_frame"] == 100
PYTHON
