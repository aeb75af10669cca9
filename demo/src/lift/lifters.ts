/** The lifters that serve a choice: one of single frames always, for pictures and for several people. */
import type { Variant } from "virtual:assets";
import { Lifter } from "./lifter";
import { LiveLifter } from "./live";

export class Lifters {
  private constructor(
    /** What was chosen. */
    readonly variant: Variant,
    readonly single: Lifter,
    /** Null where the chosen one lifts single frames. */
    readonly live: LiveLifter | null,
  ) {}

  /** @param single The lifter of single frames beside one of sequences. */
  static async load(variant: Variant, single: Variant): Promise<Lifters> {
    if (!variant.overTime) return new Lifters(variant, await Lifter.load(variant), null);
    const live = await LiveLifter.load(variant);
    return new Lifters(variant, await Lifter.load(single), live);
  }

  dispose(): void {
    this.single.dispose();
    this.live?.dispose();
  }
}
