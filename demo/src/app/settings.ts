/** What a person has chosen, kept on the device. */
import assets, { type Variant } from "virtual:assets";
import type { Complexity } from "../detect/blazepose";

export interface Settings {
  model: string;
  weights: string;
  smooth: boolean;
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

/** The file of a model; the first where there is none of these names. */
export function variantOf({ model, weights }: Settings): Variant {
  return assets.variants.find((variant) => variant.model === model && variant.weights === weights) ?? FIRST;
}
