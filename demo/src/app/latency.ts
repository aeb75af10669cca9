/** How long the parts of a frame take: median and 95th percentile of the last ones. */

export const PARTS = ["detector", "lifter", "score", "draw"] as const;
export type Part = (typeof PARTS)[number];

export interface Figures {
  median: number;
  p95: number;
  count: number;
}

const KEPT = 120; // frames: a few seconds

export class Latency {
  private readonly times = new Map<Part, number[]>();

  /** @param milliseconds What the part took for one frame. */
  add(part: Part, milliseconds: number): void {
    const kept = this.times.get(part) ?? [];
    kept.push(milliseconds);
    if (kept.length > KEPT) kept.shift();
    this.times.set(part, kept);
  }

  async measure<T>(part: Part, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.add(part, performance.now() - start);
    return result;
  }

  /** Null where the part has not run yet. */
  of(part: Part): Figures | null {
    const sorted = [...(this.times.get(part) ?? [])].sort((a, b) => a - b);
    if (!sorted.length) return null;
    return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), count: sorted.length };
  }

  reset(): void {
    this.times.clear();
  }
}

/** Linear between neighbours, as NumPy does it. */
function quantile(sorted: number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
