import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { usePhone } from "./phone";

const SAVED = resolve(import.meta.dirname, "../../../saved_models");
const browser = usePhone();

type Numbers = (number | null)[];
interface Golden {
  inputs: { keypoints_2d: number[][][]; confidence: number[][] };
  outputs: { keypoints_3d: Numbers[][]; elevation: Numbers };
  tolerances: { keypoints_3d: number };
}

const golden = (model: string, file: string): Golden =>
  JSON.parse(readFileSync(resolve(SAVED, model, "golden.json"), "utf8"))[file];

/** Joints and elevation of the golden poses as the browser lifts them, and as they should be. */
async function lifted(variant: string) {
  const model = variant.split("_")[0];
  const { inputs, outputs, tolerances } = golden(model, `${variant}.tflite`);
  const flat = inputs.keypoints_2d.map((pose) => pose.flat());
  const found: (number[] | null)[] = await browser.page.evaluate(
    ([name, keypoints, confidence]) => (window as any).posenet3d.lift(name, keypoints, confidence),
    [variant, flat, inputs.confidence] as const,
  );
  return { found, wanted: outputs.keypoints_3d.map((pose) => pose.flat()), tolerance: tolerances.keypoints_3d };
}

function largest(found: (number[] | null)[], wanted: Numbers[]): number {
  let most = 0;
  wanted.forEach((pose, row) => pose.forEach((value, i) => {
    if (value !== null) most = Math.max(most, Math.abs(found[row]![i] - value));
  }));
  return most;
}

it.each(["full", "small"])("%s lifts as Python does, to 1e-4", async (model) => {
  const { found, wanted } = await lifted(`${model}_float32`);
  expect(found).toHaveLength(16);
  expect(largest(found, wanted)).toBeLessThan(1e-4);
});

it("leaves out who cannot be lifted, and nobody else", async () => {
  const { found, wanted } = await lifted("full_float32");
  expect(found.map((pose) => pose === null)).toEqual(wanted.map((pose) => pose.includes(null)));
});

it.each(["full_float16", "small_float16", "full_dynamic_int8", "small_dynamic_int8", "full_int8", "small_int8"])(
  "%s lifts within its tolerance",
  async (variant) => {
    const { found, wanted, tolerance } = await lifted(variant);
    expect(largest(found, wanted)).toBeLessThanOrEqual(tolerance);
  },
);
