/** What the readers share: checks of a detector's numbers, and frames made of persons. */

import { jointNames } from "../joints/map";
import type { Frame2D } from "../pose";
import { isObject, type JsonObject, KeypointsError, kindOf, shown } from "./errors";
import { framesOf, type Id } from "./order";

/** Frames a second where a file does not say. */
export const FRAME_RATE = 30;

const MAX_PIXELS = 1e6;

/** Confidences taken for [0, 1]: peaks of heat maps overshoot by a few hundredths. */
const UNIT_RANGE: readonly [number, number] = [-0.1, 1.1];

/** Greatest coordinate that is taken for a part of the image's size; posenet3d/poses/coordinates.py. */
const MOST_OF_SIZE = 1.5;

/** A least coordinate below it: 0 is the middle of the picture, not its corner. */
const CENTRED = -0.5;

/** The size of an image in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Where in a file a person stands, for messages. */
export interface Place {
  file: string;
  person: number;
  image?: unknown;
}

/** A person as a file has it: x, y and confidence of each joint in turn. */
export interface Person {
  place: Place;
  skeleton: string;
  image: Id;
  /** Its identity over time; null: none. */
  track: Id | null;
  values: number[];
}

/** What a file says of its people. */
export interface People {
  persons: Person[];
  /** Images in the file's order, where it lists them; else they are those of the persons. */
  images?: Id[];
  /** Least and greatest confidence that the format may have. */
  confidences?: readonly [number, number];
  sizeOf?: (image: Id) => Size | undefined;
}

export function fault(place: Place, what: string): KeypointsError {
  const image = place.image === undefined ? "" : ` (image ${shown(place.image)})`;
  return new KeypointsError(`${place.file}: person ${place.person}${image}${what}`);
}

/** The list under `key`, x, y and confidence of each joint of the first skeleton that it fits. */
export function keypointValues(
  place: Place,
  values: unknown,
  key: string,
  skeletons: readonly string[],
): { skeleton: string; values: number[] } {
  const counts = skeletons.map((name) => 3 * jointNames(name).length);
  const expected = skeletons
    .map((name, i) => `${counts[i]} (x, y and confidence of the ${counts[i] / 3} joints of ${name})`)
    .join(" or ");
  if (!Array.isArray(values)) {
    const found = values === undefined || values === null ? "nothing" : kindOf(values);
    throw fault(place, ` needs a list "${key}" of numbers, ${expected}, got ${found}.`);
  }
  const fitting = counts.indexOf(values.length);
  if (fitting < 0) {
    throw fault(place, ` has ${values.length} numbers in "${key}", expected ${expected}.`);
  }
  return { skeleton: skeletons[fitting], values: numbers(place, values, skeletons[fitting]) };
}

/** The values, three a joint, all of which must be numbers. */
export function numbers(place: Place, values: unknown[], skeleton: string): number[] {
  const wrong = values.findIndex((value) => typeof value !== "number");
  if (wrong >= 0) {
    const joint = jointNames(skeleton)[Math.floor(wrong / 3)];
    throw fault(place, `, joint ${joint}: ${shown(values[wrong])} is not a number.`);
  }
  return values as number[];
}

/** The entries of a list of persons, each of which must be an object, and there must be one. */
export function needObjects(file: string, items: unknown[], kind: string): JsonObject[] {
  if (!items.length) throw new KeypointsError(`${file} lists no person: its list of ${kind} is empty.`);
  items.forEach((item, number) => {
    if (isObject(item)) return;
    throw new KeypointsError(
      `${file}: person ${number} of the ${kind} must be an object with keypoints, got ${kindOf(item)}.`,
    );
  });
  return items as JsonObject[];
}

/** The id that every person must have under this key. */
export function identifier(place: Place, entry: JsonObject, key: string): Id {
  if (!(key in entry)) throw fault(place, ` has no "${key}"; every person needs one.`);
  const value = entry[key];
  if (!isIdentifier(value)) {
    throw fault(place, ` has the "${key}" ${shown(value)}; expected a whole number or a text.`);
  }
  return value;
}

export function isIdentifier(value: unknown): value is Id {
  return (typeof value === "string" && !/\p{Surrogate}/u.test(value)) || Number.isSafeInteger(value);
}

/** Whether ids tell persons apart: nobody lacks one, no two of an image have the same. */
export function areTracks(persons: { image: Id; track: Id | null }[]): boolean {
  const seen = new Map<Id, Set<Id>>();
  return persons.every(({ image, track }) => {
    const ofImage = seen.get(image) ?? new Set<Id>();
    seen.set(image, ofImage);
    if (track === null || ofImage.has(track)) return false;
    ofImage.add(track);
    return true;
  });
}

/**
 * The persons in pixels: coordinates that are parts of the image's size are multiplied by it.
 *
 * @throws KeypointsError that asks for the size where neither the file nor `given` has it.
 */
export function inPixels(people: People, file: string, given?: Size): People {
  const present = people.persons.flatMap(({ values }) =>
    values.filter((_, i) => i % 3 < 2 && values[i - (i % 3) + 2] > 0),
  );
  const [least, most] = [Math.min, Math.max].map((of) => present.reduce((a, b) => of(a, b), 0));
  if (!present.length || Math.max(-least, most) > MOST_OF_SIZE) return people;
  if (least < CENTRED) {
    throw new KeypointsError(
      `${file}: all coordinates lie within [${least}, ${most}] around 0, so they are no pixels; write them in ` +
        "pixels of the image, y down (OpenPose: --keypoint_scale=0).",
    );
  }
  const persons = people.persons.map((person) => {
    const size = people.sizeOf?.(person.image) ?? given;
    if (!size || ![size.width, size.height].every((side) => side > 0 && side < 1e5)) {
      throw new KeypointsError(
        `${file}: all coordinates lie within [0, 1], so they are parts of the image's width and height, and not ` +
          "pixels; give the size of the image in pixels as well, for example 1920 and 1080.",
        true,
      );
    }
    const scales = [size.width, size.height, 1];
    return { ...person, values: person.values.map((value, i) => value * scales[i % 3]) };
  });
  return { ...people, persons };
}

/** The persons by image, their numbers checked, images in the order of their frames. */
export function frames({ persons, images, confidences, sizeOf }: People): Frame2D[] {
  for (const person of persons) check(person, confidences ?? UNIT_RANGE);
  const of = new Map<Id, Person[]>((images ?? []).map((image) => [image, []]));
  for (const person of persons) {
    const others = of.get(person.image);
    if (others) others.push(person);
    else of.set(person.image, [person]);
  }
  const tracked = areTracks(persons);
  const tracks = new Map<Id, number>();
  const frameOf = framesOf([...of.keys()]);
  return [...frameOf].map(([image, frame]) => ({
    time: frame / FRAME_RATE,
    people: (of.get(image) ?? []).map(({ skeleton, values, track }) => {
      const id = tracked ? numbered(tracks, track as Id) : undefined;
      return { skeleton, ...joints(values), ...(id === undefined ? {} : { id }) };
    }),
    ...sizeOf?.(image),
  }));
}

/** The number of a track: its own if it is one, else a new one for each text. */
function numbered(tracks: Map<Id, number>, track: Id): number {
  if (typeof track === "number") return track;
  const known = tracks.get(track);
  if (known !== undefined) return known;
  tracks.set(track, tracks.size);
  return tracks.size - 1;
}

function joints(values: number[]): { keypoints: Float32Array; confidence: Float32Array } {
  const count = values.length / 3;
  const keypoints = new Float32Array(2 * count);
  const confidence = new Float32Array(count);
  for (let joint = 0; joint < count; joint++) {
    const [x, y, certain] = values.slice(3 * joint, 3 * joint + 3);
    const inCorner = x === 0 && y === 0; // no joint is measured there: nothing was found
    confidence[joint] = inCorner ? 0 : Math.min(Math.max(certain, 0), 1);
    if (confidence[joint] > 0) keypoints.set([x, y], 2 * joint);
  }
  return { keypoints, confidence };
}

function check({ place, skeleton, values }: Person, [least, greatest]: readonly [number, number]): void {
  values.forEach((value, i) => {
    const joint = jointNames(skeleton)[Math.floor(i / 3)];
    if (i % 3 < 2 && !(Math.abs(value) <= MAX_PIXELS)) {
      throw fault(place, `, joint ${joint}: ${"xy"[i % 3]} = ${value} px cannot be meant.`);
    }
    if (i % 3 === 2 && !(value >= least && value <= greatest)) {
      const advice = "scale the detector's scores to it";
      throw fault(place, `, joint ${joint}: confidence ${value} is outside [0, 1]; ${advice}.`);
    }
  });
}
