/** Keypoints in a table: the columns frame, person, joint, x, y and confidence, a row a joint. */

import { jointNames, KEYPOINT_SETS } from "../joints/map";
import { KeypointsError, shown } from "./errors";
import type { Id } from "./order";
import type { People, Person } from "./persons";

const NEEDED = ["frame", "joint", "x", "y"] as const;

/** COCO's first: where limbs alone are given, it is the one whose trunk is made up; then by size. */
const SETS = [...KEYPOINT_SETS].sort((a, b) => rank(a) - rank(b));

interface Row {
  line: number;
  cells: Record<string, string>;
}

/** Whether a text without JSON in it begins as a table of ours. */
export function isTable(text: string): boolean {
  const columns = headerOf(text);
  return NEEDED.every((name) => columns.includes(name));
}

export function readTable(file: string, text: string): People {
  const rows = rowsOf(file, text);
  const { skeleton, jointOf } = skeletonOf(file, rows);
  const people = new Map<string, Person>();
  const lines = new Map<string, number>();
  for (const { line, cells } of rows) {
    const image = idOf(cells.frame);
    const track = "person" in cells ? idOf(cells.person) : 0;
    const joint = jointOf(cells.joint);
    const key = JSON.stringify([image, track]);
    const place = { file, person: people.size, image };
    const values = new Array<number>(3 * jointNames(skeleton).length).fill(0);
    const person = people.get(key) ?? { place, skeleton, image, track, values };
    people.set(key, person);
    const first = lines.get(`${key} ${joint}`);
    if (first !== undefined) {
      const whose = `${cells.joint} of person ${track} in frame ${image}`;
      throw new KeypointsError(`${file}, line ${line}: ${whose} is in line ${first} already.`);
    }
    lines.set(`${key} ${joint}`, line);
    if (!cells.x && !cells.y) continue;
    const number = (cell: string, what: string) => numberOf(file, line, cell, `${what} of ${cells.joint}`);
    person.values.splice(
      3 * joint,
      3,
      number(cells.x, "x"),
      number(cells.y, "y"),
      number(cells.confidence || "1", "confidence"),
    );
  }
  return { persons: [...people.values()] };
}

function rank(skeleton: string): number {
  if (skeleton === "coco17") return 0;
  return jointNames(skeleton).length + (skeleton === "h36m17" ? 0 : 0.5); // of equals the default
}

function headerOf(text: string): string[] {
  const end = text.search(/\r|\n/);
  return cellsOf(end < 0 ? text : text.slice(0, end)).map((name) => name.toLowerCase());
}

/** Quotes may stand around a cell; a comma or an end of line within them is not expected here. */
function cellsOf(line: string): string[] {
  return line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim());
}

function rowsOf(file: string, text: string): Row[] {
  const header = headerOf(text);
  const twice = header.find((name, i) => name && header.indexOf(name) !== i);
  if (twice) throw new KeypointsError(`${file}: the header names the column ${shown(twice)} twice.`);
  const rows: Row[] = [];
  text.split(/\r\n|\r|\n/).forEach((content, i) => {
    if (i === 0 || content === "") return;
    const cells = cellsOf(content);
    if (cells.length !== header.length) {
      throw new KeypointsError(
        `${file}, line ${i + 1}: ${cells.length} cells for the ${header.length} columns of the header.`,
      );
    }
    rows.push({ line: i + 1, cells: Object.fromEntries(header.map((name, c) => [name, cells[c]])) });
  });
  if (!rows.length) throw new KeypointsError(`${file} has a header and no rows.`);
  return rows;
}

/** The smallest keypoint set that has all the joints. */
function skeletonOf(file: string, rows: Row[]): { skeleton: string; jointOf: (name: string) => number } {
  const names = new Map<string, { name: string; line: number }>();
  for (const { cells, line } of rows) {
    const known = names.get(plain(cells.joint));
    if (!known) names.set(plain(cells.joint), { name: cells.joint, line });
    else if (known.name.toLowerCase() !== cells.joint.toLowerCase()) {
      const both = `${shown(known.name)} and ${shown(cells.joint)}`;
      throw new KeypointsError(`${file}, line ${line}: ${both} are the same joint; use one name.`);
    }
  }
  const skeleton = SETS.find((set) => [...names.keys()].every((name) => jointNames(set).includes(name)));
  if (skeleton) {
    const own = jointNames(skeleton);
    return { skeleton, jointOf: (name) => own.indexOf(plain(name)) };
  }
  const every = new Set(SETS.flatMap((set) => [...jointNames(set)]));
  const unknown = [...names].find(([name]) => !every.has(name));
  if (unknown) {
    const [, { name, line }] = unknown;
    throw new KeypointsError(
      `${file}, line ${line}: there is no joint ${shown(name)}; there are ${[...every].sort().join(", ")}.`,
    );
  }
  throw new KeypointsError(
    `${file}: no keypoint set has all of its ${names.size} joints; give those of one of ` +
      `${SETS.join(", ")}.`,
  );
}

/** What is compared of a joint's name. */
function plain(name: string): string {
  return name.toLowerCase().split(/[-_\s]+/).filter(Boolean).join("_");
}

function idOf(cell: string): Id {
  const value = /^[+-]?\d{1,15}$/.test(cell) ? Number(cell) : cell;
  return value;
}

function numberOf(file: string, line: number, cell: string, what: string): number {
  const value = /^[-+.\d]/.test(cell) && !/x/i.test(cell) ? Number(cell) : NaN; // no 0x10
  if (Number.isFinite(value)) return value;
  throw new KeypointsError(
    `${file}, line ${line}: ${what} is ${shown(cell)}, which is not a number; leave the cells of a ` +
      "missing joint empty.",
  );
}
