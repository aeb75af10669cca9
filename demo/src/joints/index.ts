export { jointNames, KEYPOINT_SETS, mapJoints } from "./map";
export * from "./skeleton";
