/** The One Euro filter of the Python package (posenet3d/motion/smoothing.py), for live poses. */

/** Settings; their meaning and defaults are those of the package's `OneEuroConfig`. */
export interface OneEuroSettings {
  /** Cutoff in Hz where nothing moves. */
  minCutoff: number;
  /** Hz by which the cutoff rises with each size of the pose a second. */
  beta: number;
  /** Cutoff in Hz of the speed itself. */
  dCutoff: number;
  /** Seconds without a pose after which the past is forgotten; the package knows no such limit. */
  longestGap: number;
}

export const DEFAULTS: OneEuroSettings = { minCutoff: 2, beta: 1, dCutoff: 1, longestGap: 1 };

interface State {
  time: number;
  pose: Float64Array;
  velocity: Float64Array;
  size: number;
}

/**
 * Takes the jitter out of one person's poses, frame by frame (Casiez, Roussel and Vogel, CHI 2012).
 *
 * All axes are treated alike, and neither the unit nor the place matters.
 */
export class Smoother {
  private readonly settings: OneEuroSettings;
  private state: State | null = null;

  constructor(settings: Partial<OneEuroSettings> = {}) {
    this.settings = { ...DEFAULTS, ...settings };
  }

  /** Forgets the past; the next pose is the first. */
  reset(): void {
    this.state = null;
  }

  /**
   * The filtered pose of this moment.
   *
   * @param pose `[J, 3]` row by row. With a NaN in it there is no pose, and the next begins anew.
   * @param time Seconds, at any rate. A time that stands still gives the last answer again; one
   *   that goes back or jumps, as when a video is wound, begins anew.
   */
  next(pose: Float32Array, time: number): Float32Array {
    if (!pose.every(Number.isFinite) || !Number.isFinite(time)) {
      this.reset();
      return new Float32Array(pose.length).fill(NaN);
    }
    const past = this.state;
    const passed = past ? time - past.time : 0;
    if (past && passed === 0 && past.pose.length === pose.length) return Float32Array.from(past.pose);
    if (!past || passed < 0 || passed > this.settings.longestGap || past.pose.length !== pose.length) {
      this.state = {
        time,
        pose: Float64Array.from(pose),
        velocity: new Float64Array(pose.length),
        size: sizeOf(pose),
      };
      return Float32Array.from(pose);
    }
    this.advance(past, pose, passed);
    past.time = time;
    return Float32Array.from(past.pose);
  }

  private advance(past: State, pose: Float32Array, passed: number): void {
    const slow = share(this.settings.dCutoff, passed);
    const { velocity } = past;
    pose.forEach((value, i) => (velocity[i] += slow * ((value - past.pose[i]) / passed - velocity[i])));
    past.size += slow * (sizeOf(pose) - past.size);
    for (let i = 0; i < pose.length; i += 3) {
      const speed = Math.hypot(velocity[i], velocity[i + 1], velocity[i + 2]);
      const relative = past.size > 0 ? speed / past.size : 0;
      const fresh = share(this.settings.minCutoff + this.settings.beta * relative, passed);
      for (let k = i; k < i + 3; k++) past.pose[k] += fresh * (pose[k] - past.pose[k]);
    }
  }
}

/** How much of the new value a low-pass filter takes, after so many seconds. */
function share(cutoff: number, passed: number): number {
  return 1 / (1 + 1 / (2 * Math.PI * cutoff * passed));
}

/** Root mean square distance of the joints from their centre. */
function sizeOf(pose: Float32Array): number {
  const joints = pose.length / 3;
  let squared = 0;
  for (let axis = 0; axis < 3; axis++) {
    let mean = 0;
    for (let i = axis; i < pose.length; i += 3) mean += pose[i] / joints;
    for (let i = axis; i < pose.length; i += 3) squared += (pose[i] - mean) ** 2;
  }
  return Math.sqrt(squared / joints);
}
