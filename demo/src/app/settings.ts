/** What a person has chosen, kept on the device. */
import assets, { type Variant } from "virtual:assets";
import type { Complexity } from "../detect/blazepose";

export interface Settings {
  model: string;
  weights: string;
  smooth: boolean;
  /** As `smooth`, behind a lifter that sees the frames before. */
  smoothOverTime: boolean;
  turning: boolean;
  detector: Complexity;
}

/** The lifter that is kept with the page, so that it is there without network. */
export const FIRST: Variant = assets.variants[0];

const KEY = "posenet3d";
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const DEFAULTS: Settings = {
  model: FIRST.model,
  weights: FIRST.weights,
  smooth: true,
  smoothOverTime: false, // that lifter has learned to bear noise: a filter behind it would add its lag
  turning: !still,
  detector: "lite",
};

export function readSettings(): Settings {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...DEFAULTS }; // storage may be forbidden, or hold something else
  }
}

export function keepSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** The file of a model: with other weights where it has none of these, the first where there is no such model. */
export function variantOf({ model, weights }: Pick<Settings, "model" | "weights">): Variant {
  const own = assets.variants.filter((variant) => variant.model === model);
  return own.find((variant) => variant.weights === weights) ?? own[0] ?? FIRST;
}

/** What the page calls a model. */
export function nameOf(model: string): string {
  return model === "full_sequence" ? "full over time" : model;
}
