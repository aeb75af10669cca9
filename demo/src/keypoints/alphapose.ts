/** AlphaPose's results: COCO's 17 joints or Halpe's 26, also as the head of a full body. */

import { jointNames } from "../joints/map";
import { isObject, type JsonObject, KeypointsError, kindOf } from "./errors";
import * as persons from "./persons";
import type { Id } from "./order";
import type { People, Place } from "./persons";

const COCO = "coco17";
const HALPE = "halpe26";

/** Full bodies begin with the body: {numbers of the whole: numbers of the body}. */
const BODY_OF = new Map([
  [3 * 136, 3 * 26],
  [3 * 133, 3 * 17],
]);

/** Peaks of heat maps, up to 6 by the documentation. */
const CONFIDENCES = [-0.1, 6.1] as const;

/** AlphaPose writes 1e-5, rounded to float32, where it found nothing at all. */
const NOTHING = 1.001e-5;

/** AlphaPose's lists are COCO's but for a `box`, an `idx`, an image's name or more joints. */
export function isAlphaPose(content: unknown): boolean {
  return (
    Array.isArray(content) &&
    content.some((entry) => isObject(entry) && "keypoints" in entry && hasItsMarks(entry))
  );
}

export function readAlphaPose(file: string, content: unknown): People {
  if (!Array.isArray(content)) {
    throw new KeypointsError(
      `${file} is not AlphaPose's results: expected a list of persons, got ${kindOf(content)}.`,
    );
  }
  const entries = persons.needObjects(file, content, "results");
  const people = entries.map((entry, number) => {
    const place = { file, person: number, image: entry.image_id };
    const image = persons.identifier(place, entry, "image_id");
    return { place, image, track: track(place, entry.idx), ...keypoints(place, entry) };
  });
  const { skeleton: first } = people[0];
  for (const { place, skeleton } of people) {
    if (skeleton === first) continue;
    const count = (name: string) => `${jointNames(name).length} of ${name}`;
    throw persons.fault(
      place,
      ` has the ${count(skeleton)}, those before it the ${count(first)}; lift them separately.`,
    );
  }
  return { persons: people, confidences: CONFIDENCES };
}

function hasItsMarks({ keypoints, box, idx, image_id: image }: JsonObject): boolean {
  const count = Array.isArray(keypoints) ? keypoints.length : 0;
  const more = count === 3 * 26 || BODY_OF.has(count);
  return box !== undefined || idx !== undefined || typeof image === "string" || more;
}

function keypoints(place: Place, entry: JsonObject): { skeleton: string; values: number[] } {
  const given = entry.keypoints;
  const body = Array.isArray(given) ? given.slice(0, BODY_OF.get(given.length)) : given;
  const { skeleton, values } = persons.keypointValues(place, body, "keypoints", [COCO, HALPE]);
  const found = values.map((v, i) => (i % 3 === 2 && Math.abs(v) <= NOTHING ? 0 : v));
  return { skeleton, values: found };
}

/** The id of a track: a number, or a list of those of the boxes that were merged. */
function track(place: Place, idx: unknown): Id | null {
  if (idx === undefined || idx === null || (Array.isArray(idx) && !idx.length)) return null;
  let first = idx;
  for (let depth = 0; depth < 3; depth++) {
    if (Array.isArray(first) && first.length) first = first[0];
  }
  return persons.identifier(place, { idx: first }, "idx");
}
