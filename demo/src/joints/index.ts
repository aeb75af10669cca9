export { jointNames, KEYPOINT_SETS, mapJoints } from "./map";
export { isLifted } from "./poses";
export * from "./skeleton";
