#!/usr/bin/env bash
# Package:   bvhio 1.5.4; numpy 2.4.6
# Behaviour: a BVH that is read by readAsHierarchy and written by writeHierarchy keeps joints, motion and
#            frame time, but every end site is made anew: 0.3 of the length of the bone before it, and
#            here straight down, whatever the file said. The ends that were read are lost.
# Output:    toe_end: (0.0, -5.0, 20.0) becomes (0.0, -12.0, 0.0)
#            head_end: (0.0, 18.0, 0.0) becomes (0.0, -6.0, 0.0)
# Matters:   the end sites are all that a BVH says of the length and direction of head, hands and toes.
#            After the round trip the toes go on down the shin, and the head's top lies in the neck.
#            readAsBvh and writeBvh keep them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check bvhio==1.5.4 numpy==2.4.6
cd "$folder"
cat > walk.bvh <<'BVH'
HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Foot
  {
    OFFSET 0 -40 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -5 20
    }
  }
  JOINT Head
  {
    OFFSET 0 20 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 18 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.04
0 90 0 30 20 10 5 40 15 0 5 0
1 91 2 30 20 10 5 40 15 0 6 0
BVH
venv/bin/python -W ignore - <<'PYTHON'
import bvhio


def ends(path):
    return [tuple(round(v, 3) for v in joint.EndSite) for joint in bvhio.readAsBvh(path).Root.Children]


bvhio.writeHierarchy("hierarchy.bvh", bvhio.readAsHierarchy("walk.bvh"), 0.04)
bvhio.writeBvh("bvh.bvh", bvhio.readAsBvh("walk.bvh"))
for name, old, new in zip(("toe_end", "head_end"), ends("walk.bvh"), ends("hierarchy.bvh")):
    print(f"{name}: {old} becomes {new}")
assert ends("walk.bvh") == ends("bvh.bvh") == [(0, -5, 20), (0, 18, 0)]
assert ends("hierarchy.bvh") == [(0, -12, 0), (0, -6, 0)]
old, new = bvhio.readAsBvh("walk.bvh"), bvhio.readAsBvh("hierarchy.bvh")
assert (old.FrameCount, old.FrameTime) == (new.FrameCount, new.FrameTime)
assert [joint.Offset for joint, *_ in old.Root.layout()] == [joint.Offset for joint, *_ in new.Root.layout()]
PYTHON
