// The data of the page: who is where in which frame.

const DATA = JSON.parse(document.getElementById("data").textContent);
const JOINTS = DATA.joints.length;

function bytes(text) {
  const raw = atob(text);
  const found = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
  return found;
}
const int16 = (text) => new Int16Array(bytes(text).buffer);

const BODIES = int16(DATA.bodies); // [rows, joints, 3]
const STANDS = DATA.stands ? int16(DATA.stands) : null; // [rows, 3]; null: nobody knows where they are
const KEYPOINTS = int16(DATA.keypoints); // [rows, joints, 2]
const FLAGS = bytes(DATA.flags); // [rows, joints]: 1 seen, 2 filled in
const SCORES = bytes(DATA.scores); // [rows], 255: 1
const ERRORS = bytes(DATA.errors); // [rows], in steps of DATA.errorStep
const FRAMES = new Int32Array(bytes(DATA.frames).buffer); // [rows]
const BONES = DATA.parents.map((parent, child) => [parent, child]).filter(([parent]) => parent >= 0);
const PEOPLE = Array.from({ length: DATA.numFrames }, () => []); // by frame: {actor, row}

{
  let row = 0;
  for (const actor of DATA.actors) {
    actor.first = row;
    for (let i = 0; i < actor.count; i++, row++) PEOPLE[FRAMES[row]].push({ actor, row });
  }
}

const state = { frame: 0, person: null, playing: false, speed: 1 };

// Those who are shown now; of a chosen person that one.
function shown() {
  const here = PEOPLE[state.frame];
  return state.person === null ? here : here.filter(({ actor }) => actor === state.person);
}

const isLifted = (row) => !(row in DATA.problemOf);
const isSeen = (row, joint) => (FLAGS[row * JOINTS + joint] & 1) > 0;
const isFilled = (row, joint) => (FLAGS[row * JOINTS + joint] & 2) > 0;

// mm from where the person stands: x right, y down, z away from the camera.
function bodyAt(row, joint) {
  const i = 3 * (row * JOINTS + joint);
  return [0, 1, 2].map((axis) => BODIES[i + axis] * DATA.bodyStep);
}

// Where a person stands, mm: in the room, or in a place of their own.
function standAt(actor, row) {
  if (!STANDS) return DATA.places[actor.place];
  return [0, 1, 2].map((axis) => STANDS[3 * row + axis] * DATA.standStep);
}

// px in the image.
function keypointAt(row, joint) {
  const i = 2 * (row * JOINTS + joint);
  return [0, 1].map((axis) => KEYPOINTS[i + axis] * DATA.keypointStep + DATA.keypointStart[axis]);
}

// A point or a direction of the camera frame in the axes that the page is to show.
function inAxes(point) {
  return DATA.axes.map(({ direction }) => direction.reduce((sum, d, axis) => sum + d * point[axis], 0));
}

// mm from the root, in these axes.
function fromRoot(row, joint) {
  const root = bodyAt(row, DATA.root);
  return inAxes(bodyAt(row, joint).map((value, axis) => value - root[axis]));
}

function nameOf(actor) {
  return `person ${actor.id}`;
}

// 0 stands for none, as of poses filled in between frames.
function expectedError(row) {
  if (!DATA.errorStep || !ERRORS[row]) return "";
  const error = ERRORS[row] * DATA.errorStep;
  const size = DATA.unit === "mm" ? `${Math.round(error)} mm` : `${Math.round(100 * error)} % of the pose's size`;
  return `, expected error ${size}`;
}

function describe({ actor, row }) {
  if (!isLifted(row)) return `${nameOf(actor)}: not lifted (${DATA.problems[DATA.problemOf[row]]})`;
  const filled = DATA.joints.filter((_, joint) => isFilled(row, joint)).length;
  const score = DATA.scored ? `score ${(SCORES[row] / 255).toFixed(2)}` : "lifted";
  return `${nameOf(actor)}: ${score}${expectedError(row)}${filled ? `, ${filled} of ${JOINTS} joints filled in` : ""}`;
}
