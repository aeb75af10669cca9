export { toBvh } from "./bvh";
export { toCsv } from "./csv";
export { toJson } from "./json";
export { type RecordedFrame, type RecordedPerson, SaveError } from "./recording";
