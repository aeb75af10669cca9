#!/usr/bin/env bash
# Package:   three 0.187.0 (npm): BVHLoader and AnimationMixer
# Behaviour: joints whose names hold a colon, as Mixamo's "mixamorig:Hips", are loaded, and so are their
#            tracks; but the mixer takes what stands before the colon for a folder, looks for a bone
#            "Hips", finds none and leaves the joint where it is. It says so on the console alone.
# Output:    Hips:           position 0 90 0, turned
#            mixamorig:Hips: position 0 0 0, not turned; 2 lines on the console
# Matters:   the picture shows a person frozen in the rest pose, while the clip has all tracks with the
#            right numbers and nothing is raised. Rename bones and tracks alike before playing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --no-audit --no-fund three@0.187.0 >/dev/null
cat > play.js <<'JS'
import assert from 'node:assert';
import { AnimationMixer } from 'three';
import { BVHLoader } from 'three/addons/loaders/BVHLoader.js';

const file = (name) => `HIERARCHY
ROOT ${name}
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Knee
  {
    OFFSET 0 -40 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -40 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.04
0 90 0 30 20 10 5 40 15
0 90 0 30 20 10 5 40 15
`;

function play(name) {
  const lines = [];
  const { error, warn } = console;
  console.error = console.warn = (...line) => lines.push(line.join(' '));
  const { skeleton, clip } = new BVHLoader().parse(file(name));
  const [hips] = skeleton.bones;
  const mixer = new AnimationMixer(hips);
  mixer.clipAction(clip).play();
  mixer.update(0.01);
  Object.assign(console, { error, warn });
  return { tracks: clip.tracks, position: hips.position.toArray(), turned: hips.quaternion.w < 0.99, lines };
}

const plain = play('Hips');
const mixamo = play('mixamorig:Hips');
console.log(`Hips:           position ${plain.position.join(' ')}, ${plain.turned ? '' : 'not '}turned`);
console.log(`mixamorig:Hips: position ${mixamo.position.join(' ')}, ${mixamo.turned ? '' : 'not '}turned; ` +
  `${mixamo.lines.length} lines on the console`);
assert.deepEqual(plain.position, [0, 90, 0]);
assert(plain.turned && plain.lines.length === 0);
assert.deepEqual([...mixamo.tracks[0].values.slice(0, 3)], [0, 90, 0]);
assert.deepEqual(mixamo.position, [0, 0, 0]);
assert(!mixamo.turned && mixamo.lines.length === 2);
JS
node play.js
