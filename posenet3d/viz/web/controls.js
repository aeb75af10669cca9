// Mouse, touch, keys and the player.

const element = (id) => document.getElementById(id);
const summary = () => {
  const image = DATA.imageIds[state.frame];
  const where = DATA.numFrames > 1 ? `Frame ${state.frame + 1} of ${DATA.numFrames}` : "";
  const parts = [where, image === null ? "" : `image ${image}`, ...shown().map(describe)];
  if (state.person && !shown().length) parts.push(`${nameOf(state.person)} is not here`);
  if (!PEOPLE[state.frame].length) parts.push("nobody was found");
  return parts.filter(Boolean).join(" · ");
};
let due = false;

function redraw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => { due = false; draw(); });
}

function draw() {
  drawFlat();
  drawStage();
  const text = summary();
  if (element("status").textContent !== text) element("status").textContent = text;
  element("status").setAttribute("aria-live", state.playing ? "off" : "polite");
  element("scrub").value = state.frame;
  element("scrub").setAttribute("aria-valuetext", `frame ${state.frame + 1}`);
  const seconds = (state.frame / DATA.fps).toFixed(2);
  element("clock").textContent = `${seconds} s · ${state.frame + 1} / ${DATA.numFrames}`;
  if (element("numbers").open) fillTable();
}

function setFrame(frame) {
  state.frame = Math.max(0, Math.min(DATA.numFrames - 1, Math.round(frame)));
  element("tip").hidden = true;
  redraw();
}

function setPlaying(playing) {
  state.playing = playing && DATA.numFrames > 1;
  element("play").textContent = state.playing ? "Pause" : "Play";
  element("play").setAttribute("aria-pressed", state.playing);
  redraw();
  if (state.playing || element("turning").checked) run();
}

let running = false;
let rest = 0; // of a frame, that has passed since the last

// Lets time pass: plays and turns.
function advance(seconds) {
  if (element("turning").checked) orbit(view.azimuth + 30 * seconds, view.elevation);
  if (!state.playing) return;
  rest += seconds * DATA.fps * state.speed;
  const steps = Math.floor(rest);
  rest -= steps;
  if (steps) setFrame((state.frame + steps) % DATA.numFrames);
}

function run() {
  if (running) return;
  running = true;
  let last = null;
  const tick = (now) => {
    advance(Math.min(0.25, (now - (last ?? now)) / 1000)); // a tab that slept does not leap
    last = now;
    running = state.playing || element("turning").checked;
    if (running) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

function orbit(azimuth, elevation) {
  view.azimuth = ((azimuth % 360) + 360) % 360;
  view.elevation = Math.max(-60, Math.min(89, elevation));
  redraw();
}

function zoom(factor) {
  view.zoom = Math.max(0.3, Math.min(12, view.zoom * factor));
  redraw();
}

const pointers = new Map();
let tapped = null;

stage.addEventListener("pointerdown", (event) => {
  stage.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  tapped = [event.offsetX, event.offsetY];
});
stage.addEventListener("pointermove", (event) => {
  const now = [event.offsetX, event.offsetY];
  const before = pointers.get(event.pointerId);
  if (!before) { if (event.pointerType === "mouse") point(now, 14); return; }
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
  };
  const spreadBefore = pointers.size === 2 ? spread() : 0;
  pointers.set(event.pointerId, now);
  if (pointers.size === 2) zoom(spread() / spreadBefore);
  else orbit(view.azimuth - 0.4 * (now[0] - before[0]), view.elevation + 0.4 * (now[1] - before[1]));
  if (tapped && Math.hypot(now[0] - tapped[0], now[1] - tapped[1]) > 6) { tapped = null; element("tip").hidden = true; }
});
for (const name of ["pointerup", "pointercancel"]) {
  stage.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (tapped && name === "pointerup") point(tapped, 24);
    tapped = null;
  });
}
stage.addEventListener("pointerleave", (event) => {
  if (event.pointerType === "mouse") element("tip").hidden = true;
});
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-0.0015 * event.deltaY * (event.deltaMode === 1 ? 33 : 1)));
}, { passive: false });

function point([x, y], reach) {
  const found = jointNear(x, y, reach);
  element("tip").hidden = !found;
  if (!found) return;
  const { actor, row, joint } = found;
  const position = fromRoot(row, joint).map((mm) => Math.round(mm)).join(", ");
  element("tip").textContent = `${DATA.joints[joint]}${isFilled(row, joint) ? ", filled in" : ""}\n` +
    `${nameOf(actor)}: ${position} mm`;
  const width = element("tip").offsetWidth;
  element("tip").style.left = `${Math.max(4, Math.min(found.x + 12, stage.clientWidth - width - 4))}px`;
  element("tip").style.top = `${Math.max(4, found.y - 52)}px`;
}

function fillTable() {
  const here = shown().find(({ row }) => isLifted(row));
  const table = element("numbers").querySelector("table");
  const cells = (tag, values) => {
    const row = document.createElement("tr");
    for (const [i, value] of values.entries()) {
      const cell = document.createElement(i ? tag : "th");
      cell.textContent = value;
      row.append(cell);
    }
    return row;
  };
  table.tHead.replaceChildren(cells("th", ["joint", ...DATA.axes.map(({ name }) => name)]));
  table.tBodies[0].replaceChildren(...(here ? DATA.joints : []).map((name, joint) =>
    cells("td", [name + (isFilled(here.row, joint) ? " (filled in)" : ""),
      ...fromRoot(here.row, joint).map((mm) => Math.round(mm))])));
  element("numbers-note").textContent = (here ? `${nameOf(here.actor)}, ` : "nobody lifted in this frame; ") +
    `mm from the ${DATA.joints[DATA.root]}${here ? whereIs(here) : ""}. ${DATA.sizeNote}`;
}

// Where the root is in the room, where that is known.
function whereIs({ actor, row }) {
  if (!STANDS) return "";
  const root = bodyAt(row, DATA.root);
  const place = inAxes(standAt(actor, row).map((value, axis) => value + root[axis])).map(Math.round);
  return `, which is at ${place.join(", ")} mm in the room`;
}

function choose(number) {
  state.person = number === "" ? null : DATA.actors[number];
  if (state.person && !shown().length) setFrame(FRAMES[state.person.first]);
  redraw();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const within = (what) => event.target instanceof Element && event.target.closest(what);
  if (within("input, select, summary") || (event.key === " " && within("button"))) return;
  const turns = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10] };
  const turned = turns[event.key];
  if (turned && (event.shiftKey || (DATA.numFrames === 1 && event.target === stage))) {
    orbit(view.azimuth + turned[0], view.elevation + turned[1]);
  } else if (event.key === " ") setPlaying(!state.playing);
  else if (event.key === "ArrowLeft") { setPlaying(false); setFrame(state.frame - 1); }
  else if (event.key === "ArrowRight") { setPlaying(false); setFrame(state.frame + 1); }
  else if (event.key === "+") zoom(1.2);
  else if (event.key === "-") zoom(1 / 1.2);
  else if (event.key === "0") { Object.assign(view, FIRST); redraw(); }
  else return;
  event.preventDefault();
});

element("play").addEventListener("click", () => setPlaying(!state.playing));
element("scrub").addEventListener("input", (event) => { setPlaying(false); setFrame(+event.target.value); });
element("speed").addEventListener("change", (event) => { state.speed = +event.target.value; });
element("person").addEventListener("change", (event) => choose(event.target.value));
element("turning").addEventListener("change", () => { run(); });
element("reset").addEventListener("click", () => { Object.assign(view, FIRST); redraw(); });
element("closer").addEventListener("click", () => zoom(1.2));
element("farther").addEventListener("click", () => zoom(1 / 1.2));
element("numbers").addEventListener("toggle", redraw);
element("with-input").addEventListener("change", (event) => {
  element("input").hidden = !event.target.checked;
  document.querySelector("main").classList.toggle("alone", !event.target.checked);
  redraw();
});
