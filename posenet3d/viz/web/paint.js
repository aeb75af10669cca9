// Skeletons on a canvas, in the colours of the page.

let colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["left", "right", "middle", "grey", "line", "panel", "text", "soft"]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

// The canvas at the screen's resolution: its context, width and height in CSS pixels.
function prepare(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineCap = "round";
  context.font = "13px system-ui, sans-serif";
  return { context, width, height };
}

function line(context, from, to, colour, width, dashes = []) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
  context.setLineDash([]);
}

function write(context, text, x, y, colour = colours.soft, align = "center") {
  context.fillStyle = colour;
  context.textAlign = align;
  context.fillText(text, x, y);
}

// Poses, what is far first; points are [x, y, depth], null where there is none.
function drawPoses(context, poses, width) {
  const bones = [];
  for (const pose of poses) {
    for (const [parent, child] of BONES) {
      const [from, to] = [pose.points[parent], pose.points[child]];
      if (from && to) bones.push({ pose, child, from, to, depth: from[2] + to[2] });
    }
  }
  bones.sort((a, b) => b.depth - a.depth);
  for (const { pose, child, from, to } of bones) {
    const part = [0, 1].map((axis) => from[axis] + 0.2 * (to[axis] - from[axis]));
    const rest = [0, 1].map((axis) => to[axis] + 0.2 * (from[axis] - to[axis]));
    line(context, part, rest, colours.panel, 1.9 * width); // parts bones that cross
    const dashes = pose.hollow(child) ? [0.1, 2 * width] : [];
    line(context, from, to, pose.colour(child), width, dashes);
  }
  for (const pose of poses) {
    pose.points.forEach((point, joint) => {
      if (!point) return;
      context.beginPath();
      context.arc(point[0], point[1], 0.95 * width, 0, 2 * Math.PI);
      context.fillStyle = pose.hollow(joint) ? colours.panel : pose.colour(joint);
      context.fill();
      if (!pose.hollow(joint)) return;
      context.strokeStyle = pose.colour(joint);
      context.lineWidth = 0.5 * width;
      context.stroke();
    });
  }
}

const sideColour = (joint) => colours[DATA.sides[joint]];
