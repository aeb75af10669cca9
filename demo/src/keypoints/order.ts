/** Which frame an image is, by its id; posenet3d/poses/timeline.py has the whole rule, of which this is a part. */

/** What names an image or a person in a file. */
export type Id = number | string;

/** A name that its last number tells from others: video2_0012.jpg. */
const NUMBERED = /^([^]*?)(\d{1,15})(\D*)$/;

/**
 * For each image its frame, from 0.
 *
 * Ids that are whole numbers, or names that differ in one number alone, are in the order of their
 * numbers. These are the frames if they count: at least half of those between the first and the last,
 * in their common step, occur. Other images are frames in the order in which they come.
 */
export function framesOf(images: readonly Id[]): Map<Id, number> {
  const numbers = numbersOf(images);
  if (!numbers) return new Map(images.map((image, frame) => [image, frame]));
  const ordered = [...numbers].sort(([, a], [, b]) => a - b);
  const from = ordered.map(([, number]) => number - ordered[0][1]);
  const step = from.reduce(gcd, 0) || 1;
  const counts = from[from.length - 1] / step + 1 <= 2 * from.length;
  return new Map(ordered.map(([image], i) => [image, counts ? from[i] / step : i]));
}

/** The number of each image; null where their ids do not number them. */
function numbersOf(images: readonly Id[]): Map<Id, number> | null {
  if (images.every((image) => typeof image === "number")) return new Map(images.map((i) => [i, i as number]));
  const parts = images.map((image) => (typeof image === "string" ? NUMBERED.exec(image) : null));
  const around = new Set(parts.map((part) => part && `${part[1]}\n${part[3]}`));
  if (around.size !== 1 || around.has(null)) return null;
  const numbers = new Map(images.map((image, i) => [image, Number(parts[i]?.[2])]));
  return new Set(numbers.values()).size === images.length ? numbers : null;
}

function gcd(a: number, b: number): number {
  return b ? gcd(b, a % b) : a;
}
