/** Recorded poses as JSON, laid out as posenet3d/formats/writers/json.py has it. */

import { isLifted } from "../joints/poses";
import { JOINT_NAMES, PARENTS } from "../joints/skeleton";
import { needPoses, type RecordedFrame, type RecordedPerson, rounded } from "./recording";

const ABOUT = {
  unit: "pose",
  axes: { x: "right", y: "down", z: "away from the camera" },
  joints: JOINT_NAMES,
  parents: PARENTS,
};

/**
 * One object, a line a person.
 *
 * The image's id is the frame's number; `time`, in seconds, is the demo's own.
 *
 * @throws SaveError where there is no pose.
 */
export function toJson(frames: RecordedFrame[]): string {
  needPoses(frames);
  const lines = frames.flatMap(({ time, people }, frame) =>
    people.map((person) => JSON.stringify(entry(frame, time, person))),
  );
  return `${JSON.stringify(ABOUT).slice(0, -1)}, "people": [\n${lines.join(",\n")}]}\n`;
}

function entry(frame: number, time: number, { id, pose, seen }: RecordedPerson): object {
  const lifted = isLifted(pose);
  return {
    image_id: frame,
    person_id: id,
    time: rounded(time),
    lifted,
    interpolated: false,
    problem: lifted ? "" : "too few joints are present",
    keypoints_3d: lifted ? rows(pose.joints, 3) : null,
    filled: [...pose.filled],
    exchanged: Array.from(pose.filled, () => false),
    root_3d: null,
    levelled: null,
    score: rounded(pose.score),
    elevation: rounded(pose.elevation),
    expected_error: lifted && pose.expectedError ? Array.from(pose.expectedError, rounded) : null,
    keypoints_2d: seen ? rows(seen.keypoints, 2) : null,
    confidence: seen ? Array.from(seen.confidence, rounded) : null,
  };
}

function rows(values: Float32Array, width: number): (number | null)[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width), rounded),
  );
}
