/** COCO person keypoints: a detector's results, and human annotations. */

import { jointNames } from "../joints/map";
import { isObject, type JsonObject, KeypointsError, kindOf, shown } from "./errors";
import * as persons from "./persons";
import type { Id } from "./order";
import type { People, Person, Place } from "./persons";

const COCO = "coco17";

export function isCoco(content: unknown): boolean {
  if (isObject(content)) return "annotations" in content;
  return (
    Array.isArray(content) &&
    content.some((entry) => isObject(entry) && ("keypoints" in entry || "image_id" in entry))
  );
}

export function readCoco(file: string, content: unknown): People {
  if (Array.isArray(content)) return results(file, content);
  if (isObject(content) && Array.isArray(content.annotations)) {
    return annotations(file, content, content.annotations);
  }
  throw new KeypointsError(
    `${file} is not a COCO keypoint file: expected a list of results or an object with a list ` +
      `"annotations", got ${kindOf(content)}.`,
  );
}

function results(file: string, content: unknown[]): People {
  const entries = persons.needObjects(file, content, "results");
  return {
    persons: entries.map((entry, number) => {
      const place = { file, person: number, image: entry.image_id };
      const image = persons.identifier(place, entry, "image_id");
      return { place, image, track: null, ...valuesOf(place, entry) };
    }),
  };
}

function annotations(file: string, content: JsonObject, items: unknown[]): People {
  const entries = persons.needObjects(file, items, "annotations");
  const sizes = imageSizes(file, content.images);
  const foreign = foreignCategories(file, content.categories);
  const people = entries.map((entry, number): Person => {
    const place = { file, person: number, image: entry.image_id };
    const image = persons.identifier(place, entry, "image_id");
    if ("id" in entry) persons.identifier(place, entry, "id");
    const skeleton = COCO;
    // Crowds and those without keypoints stay, so that whoever is listed is lifted or reported.
    const empty = !hasKeypoints(entry) || foreign.has(entry.category_id);
    const values = empty
      ? new Array<number>(3 * jointNames(skeleton).length).fill(0)
      : visible(place, valuesOf(place, entry).values);
    return { place, skeleton, image, track: null, values };
  });
  return { persons: people, sizeOf: (image) => sizes.get(image) };
}

/** Labelled joints, hidden (1) or not (2), count fully: a human placed both. */
function visible(place: Place, values: number[]): number[] {
  return values.map((value, i) => {
    if (i % 3 !== 2) return value;
    if (![0, 1, 2].includes(value)) {
      const joint = jointNames(COCO)[Math.floor(i / 3)];
      throw persons.fault(
        place,
        `, joint ${joint}: visibility ${value} is not 0, 1 or 2; a detector's confidences belong ` +
          "into a list of results.",
      );
    }
    return value > 0 ? 1 : 0;
  });
}

function valuesOf(place: Place, entry: JsonObject): { skeleton: string; values: number[] } {
  return persons.keypointValues(place, entry.keypoints, "keypoints", [COCO]);
}

function hasKeypoints(entry: JsonObject): boolean {
  const { keypoints } = entry;
  const nothing = keypoints === undefined || keypoints === null;
  return !nothing && !(Array.isArray(keypoints) && !keypoints.length) && ![1, true].includes(entry.iscrowd as number);
}

function imageSizes(file: string, images: unknown): Map<Id, { width: number; height: number }> {
  const found = new Map<Id, { width: number; height: number }>();
  for (const { id, width, height } of objects(file, images, "images")) {
    const sides = [width, height];
    if (persons.isIdentifier(id) && sides.every((s) => Number.isInteger(s) && (s as number) > 0)) {
      found.set(id, { width: width as number, height: height as number });
    }
  }
  return found;
}

/** Ids of the categories that declare other joints; if all do, it is a file of another kind. */
function foreignCategories(file: string, content: unknown): Set<unknown> {
  const categories = objects(file, content, "categories");
  const own = jointNames(COCO);
  const other = categories.filter(({ keypoints: names }) => {
    if (names === undefined || names === null) return false;
    if (!Array.isArray(names)) return true;
    return names.length > 0 && (names.length !== own.length || names.some((n, i) => n !== own[i]));
  });
  if (other.length && other.length === categories.length) {
    const { name, keypoints } = other[0];
    throw new KeypointsError(
      `${file}: the category ${shown(name)} has other joints (${shown(keypoints)}); expected ` +
        `COCO's ${own.length}: ${own.join(", ")}.`,
    );
  }
  return new Set(other.map(({ id }) => id));
}

function objects(file: string, items: unknown, kind: string): JsonObject[] {
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items) || !items.every(isObject)) {
    throw new KeypointsError(`${file}: "${kind}" must be a list of objects.`);
  }
  return items;
}
