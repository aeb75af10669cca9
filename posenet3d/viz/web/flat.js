// The 2D input of the frame.

const flat = document.getElementById("flat");

function drawFlat() {
  if (flat.parentElement.hidden) return;
  const { context, width, height } = prepare(flat);
  const size = DATA.sizes[DATA.sizeOf[state.frame]];
  const [left, top, right, bottom] = size ? [0, 0, ...size] : DATA.extent;
  const margin = height < 200 ? 20 : 30; // the caption is in the upper one
  const scale = Math.min((width - margin) / (right - left), (height - 2 * margin) / (bottom - top));
  const x0 = (width - scale * (right - left)) / 2 - scale * left;
  const y0 = (height - scale * (bottom - top)) / 2 - scale * top;
  if (size) {
    context.strokeStyle = colours.line;
    context.strokeRect(x0, y0, scale * right, scale * bottom);
    context.save(); // joints outside of the image are the detector's guesses
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
  }
  const poses = PEOPLE[state.frame].map(({ actor, row }) => {
    const faint = !isLifted(row) || (state.person !== null && actor !== state.person);
    const points = DATA.joints.map((_, joint) => {
      if (!isSeen(row, joint)) return null;
      const [x, y] = keypointAt(row, joint);
      return [x0 + scale * x, y0 + scale * y, faint ? 1 : 0];
    });
    return { points, actor, hollow: () => false, colour: (j) => (faint ? colours.grey : sideColour(j)) };
  });
  drawPoses(context, poses, Math.max(1.5, Math.min(4, scale * (right - left) / 100)));
  if (DATA.actors.length > 1 && poses.length < 30) {
    for (const { points, actor } of poses) {
      const there = points.filter(Boolean);
      if (!there.length) continue;
      const x = there.reduce((sum, p) => sum + p[0], 0) / there.length;
      write(context, actor.id, x, Math.min(...there.map((p) => p[1])) - 9);
    }
  }
  if (size) context.restore();
  flat.setAttribute("aria-label", `2D input of ${poses.length} people. ${summary()}`);
}
