/** Landmarks of MediaPipe Pose, which has no file format of its own: what programs write of them. */

import { jointNames } from "../joints/map";
import { isObject, type JsonObject, KeypointsError, kindOf } from "./errors";
import * as persons from "./persons";
import type { Id } from "./order";
import type { People, Person, Place, Size } from "./persons";

const SKELETON = "mediapipe33";
const KEYS = ["pose_landmarks", "poseLandmarks", "landmarks", "landmark"];
const FRAME_KEYS = ["frame", "frame_id", "image_id", "image"];
const DEEPEST = 6; // frames, poses and landmarks, with objects around them
const FARTHEST = 10; // image widths; people stand half outside of a picture, but not that far

export function isMediaPipe(content: unknown): boolean {
  let inner = content;
  for (let depth = 0; depth < 4; depth++) {
    if (isObject(inner)) return isLandmark(inner) || KEYS.some((key) => key in (inner as JsonObject));
    if (!Array.isArray(inner)) return false;
    inner = inner.find(somebody);
  }
  return false;
}

/**
 * The poses of one frame or a list of them.
 *
 * A frame is a pose, a list of poses, null where nobody was found, or an object with one of these
 * under `pose_landmarks` or the like. A pose is a list of 33 `{x, y, visibility}`.
 */
export function readMediaPipe(file: string, content: unknown, size?: Size): People {
  if (!size || ![size.width, size.height].every((side) => side > 0 && side < 1e5)) {
    const got = size ? `, got ${size.width} and ${size.height}` : "";
    throw new KeypointsError(
      `${file} holds landmarks of MediaPipe, whose coordinates are parts of the image's width and ` +
        `height; give the size of the image in pixels as well, for example 1920 and 1080${got}.`,
      true,
    );
  }
  const all = Array.isArray(content) && !isPose(content) ? content : [content];
  const images: Id[] = [];
  const people: Person[] = [];
  all.forEach((frame, number) => {
    const image = frameId(file, number, frame);
    images.push(image);
    posesOf(frame).forEach((landmarks, person) => {
      const place = { file, person, image };
      const values = inPixels(place, flat(place, landmarks), size);
      people.push({ place, image, track: null, skeleton: SKELETON, values });
    });
  });
  if (!people.length) throw new KeypointsError(`${file}: MediaPipe found nobody.`);
  return { persons: people, images, sizeOf: () => size };
}

function frameId(file: string, number: number, frame: unknown): Id {
  const key = isObject(frame) ? FRAME_KEYS.find((name) => name in frame) : undefined;
  if (key === undefined) return number;
  const id = (frame as JsonObject)[key];
  if (persons.isIdentifier(id)) return id;
  throw new KeypointsError(`${file}: frame ${number} has a "${key}" that is no number and no text.`);
}

function posesOf(frame: unknown): unknown[] {
  const inner = unwrapped(frame);
  if (!somebody(inner)) return [];
  if (!Array.isArray(inner) || isPose(inner)) return [inner];
  return inner.map(unwrapped).filter(somebody);
}

function somebody(content: unknown): boolean {
  if (Array.isArray(content)) return content.length > 0;
  return isObject(content) ? Object.keys(content).length > 0 : Boolean(content);
}

/** What an object has under `pose_landmarks` or the like; the content if it is no object. */
function unwrapped(content: unknown): unknown {
  let inner = content;
  for (let depth = 0; depth < DEEPEST && isObject(inner) && !isLandmark(inner); depth++) {
    const key = KEYS.find((name) => name in (inner as JsonObject));
    inner = key === undefined ? null : inner[key];
  }
  return inner;
}

function isPose(content: unknown[]): boolean {
  return content.some(isLandmark);
}

function isLandmark(content: unknown): content is JsonObject {
  return isObject(content) && "x" in content && "y" in content;
}

/** x, y and visibility of each landmark in turn. */
function flat(place: Place, landmarks: unknown): number[] {
  const names = jointNames(SKELETON);
  const count = Array.isArray(landmarks) ? landmarks.length : 0;
  if (!Array.isArray(landmarks) || count !== names.length) {
    throw persons.fault(place, ` has ${count} landmarks, expected the ${names.length} of MediaPipe Pose.`);
  }
  const values = landmarks.flatMap((landmark, joint) => {
    if (!isLandmark(landmark)) {
      const found = kindOf(landmark);
      throw persons.fault(
        place,
        `, landmark ${names[joint]}: expected an object with x and y, got ${found}.`,
      );
    }
    return [landmark.x, landmark.y, landmark.visibility ?? 1];
  });
  return persons.numbers(place, values, SKELETON);
}

function inPixels(place: Place, values: number[], { width, height }: Size): number[] {
  return values.map((value, i) => {
    if (i % 3 === 2) return value;
    if (!(Math.abs(value) <= FARTHEST)) {
      const joint = jointNames(SKELETON)[Math.floor(i / 3)];
      throw persons.fault(
        place,
        `, joint ${joint}: ${"xy"[i % 3]} = ${value} is no part of the image's size; expected ` +
          "normalised landmarks, in [0, 1] inside the image.",
      );
    }
    return value * (i % 3 === 0 ? width : height);
  });
}
