// Fills the page and starts it; with #selftest in the address it looks at itself.

const failures = [];
window.addEventListener("error", (event) => failures.push(event.message));

function start() {
  readColours();
  element("scrub").max = DATA.numFrames - 1;
  element("player").hidden = DATA.numFrames === 1;
  const choices = [["everybody", ""], ...DATA.actors.map((actor, number) => [nameOf(actor), number])];
  for (const [text, value] of choices.filter(([, n]) => n === "" || DATA.actors[n].place !== null)) {
    element("person").append(new Option(text, value));
  }
  element("person").parentElement.hidden = element("person").length < 3;
  new ResizeObserver(redraw).observe(stage);
  new ResizeObserver(redraw).observe(flat);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw(); });
  draw();
}

// What is drawn where, for whoever wants to script the page: CSS pixels of the 3D canvas.
window.posenet3d = {
  projected: () => { draw(); return projections.map(({ actor, row, joint, x, y }) => ({ person: actor.id, row, joint: DATA.joints[joint], x, y })); },
  size: () => [stage.clientWidth, stage.clientHeight],
  setFrame: (frame) => { setFrame(frame); draw(); },
  orbit: (azimuth, elevation) => { orbit(azimuth, elevation); draw(); },
  choose: (number) => { choose(number); draw(); },
  play: () => setPlaying(true),
  pause: () => setPlaying(false),
  frame: () => state.frame,
};

// The joints that are outside of the canvas, over frames and sides; and what else must hold.
function selftest() {
  const press = (key, more) => document.dispatchEvent(new KeyboardEvent("keydown", { key, ...more }));
  const { projected, size } = window.posenet3d;
  const sides = [[25, 12], [0, 0], [90, 0], [200, 45], [315, -60], [60, 89]];
  const frames = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (DATA.numFrames - 1)));
  let [outside, joints, narrow] = [0, 0, Infinity];
  for (const frame of new Set(frames)) {
    window.posenet3d.setFrame(frame);
    for (const side of sides) {
      window.posenet3d.orbit(...side);
      const points = projected();
      joints += points.length;
      outside += points.filter(({ x, y }) => !(x >= 0 && y >= 0 && x <= size()[0] && y <= size()[1])).length;
      const ys = points.map(({ y }) => y);
      if (ys.length && side[1] === 0) narrow = Math.min(narrow, Math.max(...ys) - Math.min(...ys));
    }
  }
  window.posenet3d.setFrame(0);
  window.posenet3d.orbit(FIRST.azimuth, FIRST.elevation);
  const first = projected();
  press(" ");
  const started = state.playing;
  advance(0.25);
  advance(0.1);
  press(" ");
  const played = state.frame;
  window.posenet3d.setFrame(0);
  press("ArrowRight");
  const next = state.frame;
  press("ArrowRight", { shiftKey: true });
  const turned = view.azimuth - FIRST.azimuth;
  window.posenet3d.setFrame(0);
  window.posenet3d.orbit(FIRST.azimuth, FIRST.elevation);
  if (first.length) point([first[0].x, first[0].y], 14);
  return {
    joints, outside, failures, started, played, next, turned, size: size(), smallest: narrow,
    requests: performance.getEntriesByType("resource").map(({ name }) => name).filter((n) => !n.startsWith("data:")),
    first, tip: element("tip").textContent, status: element("status").textContent,
    people: [...element("person").options].map(({ text }) => text),
    wide: document.documentElement.scrollWidth > window.innerWidth,
  };
}

start();
if (location.hash === "#selftest") {
  const report = document.createElement("pre");
  report.id = "selftest";
  report.textContent = JSON.stringify(selftest());
  document.body.append(report);
}
