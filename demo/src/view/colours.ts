/** What a score looks like. */
import { Color } from "three";

/** Scores and their colours, from "look again" to "sure"; lightness rises too, for those who see no hues. */
const RAMP: [number, string][] = [
  [0.15, "#d1495b"],
  [0.32, "#e8833a"],
  [0.45, "#e5c04b"],
  [0.6, "#4cc38a"],
  [0.8, "#39c6c0"],
];
const UNSCORED = "#8ea3ff";

export function colourOf(score: number | null): Color {
  if (score === null || !Number.isFinite(score)) return new Color(UNSCORED);
  const next = RAMP.findIndex(([at]) => at >= score);
  if (next === 0) return new Color(RAMP[0][1]);
  if (next < 0) return new Color(RAMP[RAMP.length - 1][1]);
  const [low, from] = RAMP[next - 1];
  const [high, to] = RAMP[next];
  return new Color(from).lerp(new Color(to), (score - low) / (high - low));
}

/** Left limbs are lighter and right ones darker than the trunk, so that front and back are told apart. */
export type Side = "left" | "right" | "middle";

export function shade(colour: Color, side: Side): Color {
  if (side === "middle") return colour.clone();
  return side === "left" ? colour.clone().lerp(new Color("#ffffff"), 0.38) : colour.clone().lerp(new Color("#10142a"), 0.34);
}
