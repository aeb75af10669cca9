/** A frame of OpenPose, as `--write_json` leaves it. */

import { jointNames } from "../joints/map";
import { isObject, type JsonObject, KeypointsError, kindOf } from "./errors";
import * as persons from "./persons";
import type { Id } from "./order";
import type { People, Place } from "./persons";

const KEYS = ["pose_keypoints_2d", "pose_keypoints"]; // the latter in old versions

export function isOpenPose(content: unknown): boolean {
  return isObject(content) && "people" in content;
}

export function readOpenPose(file: string, content: unknown): People {
  if (!isObject(content) || !Array.isArray(content.people)) {
    throw new KeypointsError(
      `${file} is not a frame of OpenPose: expected an object with a list "people", got ` +
        `${kindOf(content)}.`,
    );
  }
  if (!content.people.length) throw new KeypointsError(`${file}: OpenPose found nobody.`);
  const people = {
    persons: persons.needObjects(file, content.people, "people").map((person, number) => {
      const place = { file, person: number };
      return { place, image: 0, track: track(place, person), ...keypoints(place, person) };
    }),
  };
  const { skeleton: first } = people.persons[0];
  for (const { place, skeleton } of people.persons) {
    if (skeleton === first) continue;
    const count = (name: string) => `${jointNames(name).length} of ${name}`;
    throw persons.fault(
      place,
      ` has the ${count(skeleton)}, those before it the ${count(first)}; lift them separately.`,
    );
  }
  return people;
}

function keypoints(place: Place, person: JsonObject): { skeleton: string; values: number[] } {
  const key = KEYS.find((name) => name in person) ?? KEYS[0];
  return persons.keypointValues(place, person[key], key, ["body25", "openpose18"]);
}

/** The id that a tracker gave; OpenPose itself writes [-1], which is none. */
function track(place: Place, person: JsonObject): Id | null {
  let given = "person_id" in person ? person.person_id : -1;
  if (Array.isArray(given) && given.length < 2) given = given.length ? given[0] : -1;
  if (given === -1) return null;
  return persons.identifier(place, { person_id: given }, "person_id");
}
