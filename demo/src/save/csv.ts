/** Recorded poses as a table, laid out as posenet3d/formats/writers/csv.py has it. */

import { isLifted } from "../joints/poses";
import { JOINT_NAMES } from "../joints/skeleton";
import { needPoses, type RecordedFrame, rounded } from "./recording";

const COLUMNS = [
  ...["frame", "person", "joint", "x", "y", "z", "filled", "interpolated", "score", "expected_error"],
  ...["exchanged", "root_x", "root_y", "root_z", "levelled"],
];
/** What the page does not do: sides are not put right, and nobody has a place in a room. */
const NOT_HERE = [0, null, null, null, null];

/**
 * A row a joint (RFC 4180, a header line); the frame is its number.
 *
 * @throws SaveError where there is no pose.
 */
export function toCsv(frames: RecordedFrame[]): string {
  needPoses(frames);
  const rows = frames.flatMap(({ people }, frame) =>
    people.flatMap(({ id, pose }) => {
      const lifted = isLifted(pose);
      return JOINT_NAMES.map((name, joint) => {
        const point = [0, 1, 2].map((axis) => (lifted ? rounded(pose.joints[3 * joint + axis]) : null));
        const error = rounded(pose.expectedError?.[joint] ?? null);
        return [frame, id, name, ...point, pose.filled[joint] ? 1 : 0, 0, rounded(pose.score), error, ...NOT_HERE];
      });
    }),
  );
  return [COLUMNS, ...rows].map((cells) => `${cells.map(text).join(",")}\r\n`).join("");
}

function text(cell: string | number | null): string {
  if (cell === null) return "";
  // Exponents, which only tiny numbers have here, are not understood by all spreadsheets.
  return typeof cell === "number" && Math.abs(cell) < 1e-4 ? String(Number(cell.toFixed(5))) : String(cell);
}
