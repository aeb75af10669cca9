/** One person's poses over time, from frames at uneven times to even ones. */

import { isLifted } from "../joints/poses";
import { type RecordedFrame, SaveError } from "./recording";

/** Poses of one person at rising times, seconds. */
export interface Track {
  times: number[];
  poses: Float32Array[];
}

/** Poses in even steps of time; null: the person was not seen for longer. */
export interface EvenTrack {
  interval: number;
  poses: (Float32Array | null)[];
}

/** Steps between two poses that are bridged by a straight line; more are a gap. */
const BRIDGED = 1.5;

const DEFAULT_INTERVAL = 1 / 30;

/** A tenth of a million frames, most of an hour: more is a fault of the times. */
const MOST_FRAMES = 100_000;

/**
 * The poses of a person.
 *
 * @param id Who; by default the one who is in most frames.
 * @throws SaveError if there is no pose of that person.
 */
export function trackOf(frames: RecordedFrame[], id?: number): Track {
  const counts = new Map<number, number>();
  for (const { people } of frames) {
    for (const { id: who, pose } of people) {
      if (isLifted(pose)) counts.set(who, (counts.get(who) ?? 0) + 1);
    }
  }
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const who = id ?? most;
  const track: Track = { times: [], poses: [] };
  for (const { time, people } of frames) {
    const person = people.find((p) => p.id === who && isLifted(p.pose));
    const last = track.times[track.times.length - 1] ?? -Infinity;
    if (!person || !(time > last)) continue; // a time that stands still adds nothing
    track.times.push(time);
    track.poses.push(person.pose.joints);
  }
  if (!track.poses.length) {
    const known = [...counts.keys()].join(", ") || "none";
    throw new SaveError(`There is no pose of person ${who}; recorded are: ${known}.`);
  }
  return track;
}

/** The track in even steps: the middle of its intervals. */
export function evenly({ times, poses }: Track): EvenTrack {
  const intervals = times.slice(1).map((time, i) => time - times[i]);
  const interval = intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? DEFAULT_INTERVAL;
  const count = Math.round((times[times.length - 1] - times[0]) / interval) + 1;
  if (count > MOST_FRAMES) {
    throw new SaveError(`The recording is too long for BVH: it would have ${count} frames.`);
  }
  let next = 0;
  const even = Array.from({ length: count }, (_, step) => {
    const time = times[0] + step * interval;
    while (next < times.length - 1 && times[next] < time - interval / 1000) next++;
    return poseAt(time, next, times, poses, interval);
  });
  return { interval, poses: even };
}

/** The pose of a time at or before `times[next]`, on the straight line from the pose before. */
function poseAt(
  time: number,
  next: number,
  times: number[],
  poses: Float32Array[],
  interval: number,
): Float32Array | null {
  const last = Math.max(next - 1, 0);
  const passed = times[next] - times[last];
  if (time > times[next] - interval / 1000 || passed <= 0) return poses[next];
  const share = (time - times[last]) / passed;
  if (share < 1e-3) return poses[last];
  if (passed > BRIDGED * interval) return null;
  return poses[next].map((value, i) => poses[last][i] + share * (value - poses[last][i]));
}
