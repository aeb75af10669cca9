/** From people in a frame to people in 3D: joint map, lifter, score, smoothing. */
import { mapJoints } from "../joints";
import { expectedErrorOf, scoreOfError, scoresOf } from "../lift/score";
import { Follower } from "../follow/follower";
import type { Lifter } from "../lift/lifter";
import type { LiveLifter } from "../lift/live";
import { Smoother } from "../motion/smooth";
import type { Frame2D, Pose2D, Pose3D } from "../pose";
import type { Latency } from "./latency";

export interface Person {
  id: number;
  pose2d: Pose2D;
  pose: Pose3D;
  /** Degrees, followed slowly: the floor does not tilt with every step. */
  elevation: number;
  /** Width of the image in pose units of this person, and how far from its middle the person is. */
  across: number;
}

export interface LiftedFrame {
  time: number;
  people: Person[];
  /** How many were seen with too few joints to be lifted. */
  notLifted: number;
  width: number;
  height: number;
}

const MOST_PEOPLE = 16;
const SCORE_EVERY = 150; // ms: a score lifts six more views, and changes slowly
const ELEVATION_SECONDS = 0.8;

interface Memory {
  smoother: Smoother;
  score: number | null;
  elevation: number;
  seen: number;
}

export class Pipeline {
  smooth = true;
  /** As `smooth`, for the poses of a lifter that sees the frames before. */
  smoothOverTime = false;
  private follower: Follower | null = null;
  private memories = new Map<number, Memory>();
  private scoredAt = -Infinity;

  constructor(private readonly latency: Latency) {}

  /** Follows people by this lifter where there is one over time; null: lifts each frame for itself. */
  follow(live: Pick<LiveLifter, "step"> | null): void {
    const step: LiveLifter["step"] = (...given) => this.latency.measure("lifter", () => live!.step(...given));
    this.follower = live && new Follower({ step });
  }

  /** Forgets who was there: the next frame is of something else. */
  reset(): void {
    this.memories.clear();
    this.scoredAt = -Infinity;
    this.follower?.forget();
  }

  /**
   * Lifts the people of a frame.
   *
   * @param oneOverTime Whether the source shows one person at most, frame after frame.
   * @throws Error of `mapJoints` where the joints are unknown.
   */
  async lift(frame: Frame2D, lifter: Lifter, oneOverTime = false): Promise<LiftedFrame> {
    const seen = frame.people.slice(0, MOST_PEOPLE);
    const mapped = seen.map(mapJoints);
    const follower = oneOverTime && seen.length <= 1 ? this.follower : null;
    const lifted = follower ? await liftOne(follower, frame, mapped) : await this.liftEach(mapped, lifter);
    const people: Person[] = [];
    const used = new Set<number>();
    lifted.forEach((pose, row) => {
      if (!pose) return;
      let id = seen[row].id ?? row;
      while (used.has(id)) id += 1000; // the same id twice in a frame is another person
      used.add(id);
      people.push({ id, pose2d: mapped[row], pose, elevation: 0, across: 0 });
    });
    await this.score(people, lifter);
    const smooth = follower ? this.smoothOverTime : this.smooth;
    for (const person of people) this.remember(person, frame.time, smooth);
    const { width, height } = sizeOf(frame, mapped);
    place(people, width);
    return { time: frame.time, people, notLifted: lifted.length - people.length, width, height };
  }

  private async liftEach(poses: Pose2D[], lifter: Lifter): Promise<(Pose3D | null)[]> {
    return poses.length ? this.latency.measure("lifter", () => lifter.liftMany(poses)) : [];
  }

  /** The score is of the poses as the lifter gave them, before smoothing. */
  private async score(people: Person[], lifter: Lifter): Promise<void> {
    const errors = people.map(({ pose }) => expectedErrorOf(pose));
    if (errors.every((error) => error !== null)) {
      people.forEach(({ id }, i) => (this.memoryOf(id).score = scoreOfError(errors[i]!)));
      return;
    }
    const now = performance.now();
    const anew = people.some(({ id }) => !this.memories.has(id));
    if (!people.length || (!anew && now - this.scoredAt < SCORE_EVERY)) return;
    this.scoredAt = now;
    const many = async (poses: Pose2D[]) => {
      const lifted = await lifter.liftMany(poses);
      return lifted.map((pose) => pose?.joints ?? new Float32Array(3 * poses[0].confidence.length).fill(NaN));
    };
    const scores = await this.latency.measure("score", () => scoresOf(people.map(({ pose }) => pose), many));
    people.forEach(({ id }, i) => {
      const memory = this.memoryOf(id);
      memory.score = Number.isFinite(scores[i]) ? scores[i] : null;
    });
  }

  private remember(person: Person, time: number, smooth: boolean): void {
    const memory = this.memoryOf(person.id);
    const { pose } = person;
    const passed = Math.max(0, time - memory.seen);
    const steep = Number.isFinite(pose.elevation) ? pose.elevation : 0;
    const share = 1 - Math.exp(-passed / ELEVATION_SECONDS);
    memory.elevation = Number.isNaN(memory.elevation) ? steep : memory.elevation + (steep - memory.elevation) * share;
    memory.seen = time;
    person.elevation = memory.elevation;
    const joints = smooth ? memory.smoother.next(pose.joints, time) : pose.joints;
    person.pose = { ...pose, joints, score: memory.score };
  }

  private memoryOf(id: number): Memory {
    let memory = this.memories.get(id);
    if (!memory) {
      memory = { smoother: new Smoother(), score: null, elevation: NaN, seen: -Infinity };
      this.memories.set(id, memory);
    }
    return memory;
  }
}

/** Lifts who is in the frame, or tells the follower that nobody is. */
async function liftOne(follower: Follower, { time, people }: Frame2D, poses: Pose2D[]): Promise<(Pose3D | null)[]> {
  const lifted = await follower.lift(poses[0] ?? null, time, people[0]?.id);
  return poses.map(() => lifted);
}

/** The image's size; where the file has none, that of what is in it. */
function sizeOf(frame: Frame2D, poses: Pose2D[]): { width: number; height: number } {
  if (frame.width && frame.height) return { width: frame.width, height: frame.height };
  let width = 1;
  let height = 1;
  for (const { keypoints, confidence } of poses) {
    confidence.forEach((value, joint) => {
      if (value <= 0) return;
      width = Math.max(width, keypoints[2 * joint] * 1.1);
      height = Math.max(height, keypoints[2 * joint + 1] * 1.1);
    });
  }
  return { width, height };
}

/**
 * Side by side as in the image. Depth in the room cannot be told from one view, so nobody stands in
 * front; one alone stands in the middle.
 */
export function place(people: Person[], width: number): void {
  if (people.length < 2) return;
  const order = [...people].sort((a, b) => centreOf(a.pose2d) - centreOf(b.pose2d));
  const apart = people.map(({ pose2d }) => (centreOf(pose2d) - width / 2) / unitOf(pose2d));
  let last = -Infinity;
  for (const person of order) {
    const wanted = apart[people.indexOf(person)];
    person.across = Math.max(Math.min(wanted, last + 4), last + 1.6); // neither through each other nor out of sight
    if (last === -Infinity) person.across = wanted;
    last = person.across;
  }
  const middle = (order[0].across + last) / 2;
  for (const person of people) person.across -= middle;
}

function centreOf({ keypoints, confidence }: Pose2D): number {
  let sum = 0;
  let count = 0;
  confidence.forEach((value, joint) => {
    if (value <= 0) return;
    sum += keypoints[2 * joint];
    count++;
  });
  return count ? sum / count : 0;
}

/** Pixels that are about a pose unit: the mean distance of the joints from their centre. */
function unitOf({ keypoints, confidence }: Pose2D): number {
  const seen = [...confidence.keys()].filter((joint) => confidence[joint] > 0);
  const mean = (axis: number) => seen.reduce((sum, joint) => sum + keypoints[2 * joint + axis], 0) / seen.length;
  const [x, y] = [mean(0), mean(1)];
  const far = seen.reduce((sum, joint) => sum + Math.hypot(keypoints[2 * joint] - x, keypoints[2 * joint + 1] - y), 0);
  return Math.max(far / seen.length, 1e-6);
}
