// The 3D view: an orbit about the people, the ground, the axes.

const stage = document.getElementById("stage");
const IN_ROWS = DATA.places.some(([, , z]) => z > 0); // then look over those in front
const FIRST = { ...(DATA.ground ? { azimuth: 20, elevation: 20 } : IN_ROWS ? { azimuth: 10, elevation: 35 }
  : { azimuth: 25, elevation: 12 }), zoom: 1 };
const view = { ...FIRST };
const FAR = 4.5; // the eye's distance in radii of the scene
let projections = []; // of the last picture: {actor, row, joint, x, y}

// Right, up and forward of the view, in the camera frame (x right, y down, z away).
function viewAxes() {
  const [turn, tilt] = [view.azimuth, view.elevation].map((angle) => (angle * Math.PI) / 180);
  const [c, s, ct, st] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  return { right: [c, 0, s], up: [-s * st, -ct, c * st], forward: [-s * ct, st, c * ct] };
}
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

// The ground that the people shown need, whatever frame it is: middle, half width and half depth, a
// square of it, and how far from the middle joints may be, mm.
function room() {
  const reach = DATA.halfWidth;
  const { ground } = state.person ?? DATA;
  if (ground) {
    const [x, z] = [0, 1].map((axis) => (ground.low[axis] + ground.high[axis]) / 2);
    const [halfX, halfZ] = [ground.high[0] - x, ground.high[1] - z];
    return { x, z, halfX, halfZ, square: ground.square, around: ground.reach };
  }
  const squared = (x, z, halfX, halfZ) => {
    const square = (2 * halfX) / Math.max(2, Math.min(40, 2 * Math.round(halfX / 250)));
    const around = DATA.places.length > 1 ? Math.hypot(halfX, halfZ) : reach;
    return { x, z, halfX, halfZ, square, around };
  };
  if (state.person) {
    const [x, , z] = DATA.places[state.person.place];
    return squared(x, z, reach, reach);
  }
  const [xs, zs] = [0, 2].map((axis) => DATA.places.map((place) => place[axis]));
  const [x, z] = [xs, zs].map((values) => (Math.min(...values) + Math.max(...values)) / 2);
  return squared(x, z, Math.max(...xs) - x + reach, Math.max(...zs) - z + reach);
}

// From mm to [x, y, depth] on a canvas of this size; nothing leaves it at zoom 1, from any side.
function projection(width, height) {
  const { right, up, forward } = viewAxes();
  const { x, z, around } = room();
  const middle = [x, -DATA.height / 2, z];
  const radius = Math.hypot(around, DATA.height / 2);
  const distance = FAR * radius;
  const tilt = (Math.abs(view.elevation) * Math.PI) / 180;
  const [level, upright] = [around * Math.cos(tilt), (DATA.height / 2) * Math.sin(tilt)];
  const tall = (DATA.height / 2) * Math.cos(tilt) + around * Math.sin(tilt);
  const across = (0.5 * width - 24) / (around / Math.sqrt((distance - upright) ** 2 - level ** 2));
  const upwards = (0.5 * height - 40) / (tall / (distance - level - upright));
  const focal = Math.max(1, Math.min(across, upwards)) * view.zoom;
  const project = (point) => {
    const p = point.map((value, axis) => value - middle[axis]);
    const depth = dot(p, forward);
    const scale = focal / Math.max(distance + depth, 0.05 * distance);
    return [width / 2 + scale * dot(p, right), height / 2 - scale * dot(p, up), depth];
  };
  return { project, scale: focal / distance };
}

function drawStage() {
  const { context, width, height } = prepare(stage);
  const { project, scale } = projection(width, height);
  drawGround(context, project);
  if (STANDS) drawWays(context, project);
  projections = [];
  const poses = shown().filter(({ row }) => isLifted(row)).map(({ actor, row }) => {
    const place = standAt(actor, row);
    const points = DATA.joints.map((_, joint) =>
      project(bodyAt(row, joint).map((value, axis) => value + place[axis])));
    points.forEach(([x, y], joint) => projections.push({ actor, row, joint, x, y }));
    return { points, actor, place, hollow: (joint) => isFilled(row, joint), colour: sideColour };
  });
  drawPoses(context, poses, Math.max(2.5, Math.min(9, 32 * scale)));
  if (DATA.actors.length > 1) {
    for (const { actor, place } of poses) {
      const [x, y] = project([place[0], 0, place[2]]);
      if (y < height) write(context, actor.id, x, Math.min(y + 26, height - 6));
    }
  }
  if (!poses.length) write(context, "nobody lifted in this frame", width / 2, height / 2);
  drawAxes(context, height);
  stage.setAttribute("aria-label", `3D skeletons, seen from ${Math.round(view.azimuth)} degrees ` +
    `to the right and ${Math.round(view.elevation)} above. ${summary()}`);
}

function drawGround(context, project) {
  const { x, z, halfX, halfZ, square } = room();
  const wide = Math.round((2 * halfX) / square); // squares
  const deep = DATA.ground ? Math.round((2 * halfZ) / square) : 2 * Math.max(1, Math.round(halfZ / square));
  const [left, near] = [x - (wide / 2) * square, z - (deep / 2) * square];
  const [right, far] = [left + wide * square, near + deep * square];
  for (let at = left; at < right + square / 2; at += square) {
    line(context, project([at, 0, near]), project([at, 0, far]), colours.line, 1);
  }
  for (let at = near; at < far + square / 2; at += square) {
    line(context, project([left, 0, at]), project([right, 0, at]), colours.line, 1);
  }
}

// The ways along the floor of those who are in the room: grey, and dark as far as they have gone.
function drawWays(context, project) {
  for (const actor of state.person ? [state.person] : DATA.actors) {
    const last = actor.first + actor.count - 1;
    if (actor.place === null || FRAMES[actor.first] > state.frame || FRAMES[last] < state.frame) continue;
    for (const way of actor.ways) {
      way.slice(1).forEach(([frame, x, z], i) => {
        const [from, to] = [[way[i][1], 0, way[i][2]], [x, 0, z]].map(project);
        const gone = frame <= state.frame;
        line(context, from, to, gone ? colours.soft : colours.grey, gone ? 2 : 1.5);
      });
    }
  }
}

// The axes in which positions are told, in the lower left corner.
function drawAxes(context, height) {
  const { right, up } = viewAxes();
  const [x0, y0, length] = [54, height - 72, 30];
  for (const { name, direction } of DATA.axes) {
    const [x, y] = [dot(direction, right), -dot(direction, up)];
    line(context, [x0, y0], [x0 + length * x, y0 + length * y], colours.soft, 2);
    const away = length + 11 / Math.max(0.35, Math.hypot(x, y)); // clear of the line, however short
    write(context, name[0], x0 + away * x, y0 + away * y + 4, colours.text);
  }
  const axes = DATA.axes.map(({ name }) => name).join(", ");
  const squares = DATA.ground ? `; squares of ${room().square / 1000} m` : "";
  write(context, axes + squares, 12, height - 12, colours.soft, "left");
}

// The joint under the pointer, if there is one.
function jointNear(x, y, reach) {
  let best = null;
  for (const joint of projections) {
    const distance = Math.hypot(joint.x - x, joint.y - y);
    if (distance <= reach && (!best || distance < best.distance)) best = { ...joint, distance };
  }
  return best;
}
