/** From where the figure is looked at: turned by one finger or the mouse, zoomed by two or the wheel. */

// Radians. From the floor up to nearly straight down.
const LOWEST = Math.PI / 2 - 0.03;
const HIGHEST = 0.05;
const START = { azimuth: 0.6, polar: 1.36 }; // a little from the side and from above
const TURNING = 0.11; // a second, where it turns by itself
const COASTING = 0.14; // seconds in which a turn that was let go of dies away
const RESTED = 80; // ms after which a finger that is lifted has held still
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

export class Orbit {
  azimuth = START.azimuth;
  polar = START.polar;
  zoom = 1;
  /** Whether it turns by itself. */
  turning = false;
  private speed = { azimuth: 0, polar: 0 }; // radians a second, when let go of
  private movedAt = 0;
  private readonly fingers = new Map<number, { x: number; y: number }>();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly changed: () => void,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(end, (event) => this.up(event));
    }
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** Radians. */
  turn(azimuth: number, polar: number): void {
    this.azimuth += azimuth;
    this.polar = clamp(this.polar + polar, HIGHEST, LOWEST);
    this.changed();
  }

  zoomBy(factor: number): void {
    this.zoom = clamp(this.zoom * factor, 0.5, 4);
    this.changed();
  }

  reset(): void {
    Object.assign(this, START, { zoom: 1, speed: { azimuth: 0, polar: 0 } });
    this.changed();
  }

  /** What goes on by itself: turning, and coasting. */
  pass(seconds: number): void {
    if (this.fingers.size) return;
    if (this.turning) this.turn(-TURNING * seconds, 0);
    const { azimuth, polar } = this.speed;
    if (Math.hypot(azimuth, polar) < 0.01) return;
    this.turn(azimuth * seconds, polar * seconds);
    const left = Math.exp(-seconds / COASTING);
    this.speed = { azimuth: azimuth * left, polar: polar * left };
  }

  private down(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId); // it may leave the canvas and still turn
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.speed = { azimuth: 0, polar: 0 };
  }

  private move(event: PointerEvent): void {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const spread = this.spread();
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.fingers.size === 2) this.zoomBy(this.spread() / Math.max(spread, 1));
    if (this.fingers.size > 1) return;
    const angle = (2 * Math.PI) / this.canvas.clientHeight; // once across the height is once around
    const azimuth = -(event.clientX - before.x) * angle;
    const polar = -(event.clientY - before.y) * angle;
    this.turn(azimuth, polar);
    const seconds = Math.max((event.timeStamp - this.movedAt) / 1000, 0.008);
    this.movedAt = event.timeStamp;
    if (!STILL.matches) this.speed = { azimuth: azimuth / seconds, polar: polar / seconds };
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (event.timeStamp - this.movedAt > RESTED) this.speed = { azimuth: 0, polar: 0 };
  }

  private spread(): number {
    const [a, b] = [...this.fingers.values()];
    return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY / 600));
  }
}
