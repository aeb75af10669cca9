/** The 3D view: people on a floor, seen by a camera that finger, mouse and keys turn. */
import {
  CircleGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  PerspectiveCamera,
  PolarGridHelper,
  Scene,
  Spherical,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import type { Pose3D } from "../pose";
import { Figure } from "./figure";
import { level, lowest } from "./level";

/** A person and where: `across` in pose units from the middle of the stage. */
export interface Placed {
  pose: Pose3D;
  elevation: number;
  across: number;
}

const FIELD_OF_VIEW = 32; // degrees, of the height
const MARGIN = 1.12; // around the cylinder that holds everybody
const HEAD_RADIUS = 0.3; // what is drawn beyond the joints
const SHRINK_SECONDS = 4; // in which the frame follows somebody who takes less room
const START = { azimuth: 0.6, polar: 1.36 }; // radians: a little from the side and from above

export class NoWebGL extends Error {}

export class Stage {
  readonly controls: OrbitControls;
  mirrored = false;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 200);
  private readonly shadow = new MeshBasicMaterial();
  private readonly floor = new MeshBasicMaterial();
  private readonly figures: Figure[] = [];
  private grid?: PolarGridHelper;
  private placed: Placed[] = [];
  private rooms: Float32Array[] = [];
  private top = 3; // of the cylinder that everybody is in
  private reach = 0.8; // its radius
  private zoom = 1;
  private dirty = true;
  private shownAt = 0;

  /** @throws NoWebGL where the browser has none. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "low-power" });
    } catch {
      throw new NoWebGL("This browser cannot draw in 3D: WebGL is switched off or missing.");
    }
    const sun = new DirectionalLight("#ffffff", 2.1);
    sun.position.set(3, 8, 5);
    this.scene.add(new HemisphereLight("#ffffff", "#8d90a8", 1.6), sun);
    const disc = new Mesh(new CircleGeometry(14, 64).rotateX(-Math.PI / 2).translate(0, -0.02, 0), this.floor);
    this.scene.add(disc);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.enableZoom = false; // the wheel and two fingers change our own zoom, see below
    this.controls.enableDamping = true;
    this.controls.maxPolarAngle = Math.PI / 2 - 0.03; // not from below the floor
    this.controls.autoRotateSpeed = 1.1;
    this.controls.addEventListener("change", () => (this.dirty = true));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.pinch();
    this.reset();
  }

  /** Colours that go with the page's. */
  paint(style: CSSStyleDeclaration): void {
    const colour = (name: string) => new Color(style.getPropertyValue(name).trim());
    this.floor.color = colour("--floor");
    this.shadow.color = colour("--shadow");
    if (this.grid) this.scene.remove(this.grid);
    this.grid = new PolarGridHelper(14, 12, 14, 72, colour("--grid"), colour("--grid"));
    this.grid.position.y = -0.012;
    this.scene.add(this.grid);
    this.dirty = true;
  }

  show(people: Placed[]): void {
    this.placed = people;
    this.rooms = people.map(({ pose, elevation, across }) => {
      const room = level(pose, elevation, this.mirrored);
      const low = lowest(room) - 0.1; // the ankles' balls stand on the floor
      for (let i = 0; i < room.length; i += 3) {
        room[i] += this.mirrored ? -across : across;
        room[i + 1] -= low;
      }
      return room;
    });
    while (this.figures.length < people.length) {
      const figure = new Figure(this.shadow);
      this.figures.push(figure);
      this.scene.add(figure.group);
    }
    this.figures.forEach((figure, i) => {
      figure.group.visible = i < people.length;
      if (i < people.length) figure.show(this.rooms[i], people[i].pose.filled, people[i].pose.score);
    });
    this.frame();
    this.dirty = true;
  }

  /** Shows the same people anew, mirrored or not. */
  again(): void {
    this.show(this.placed);
  }

  /** Draws where something has changed; returns whether it did. */
  draw(): boolean {
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    if (!width || !height) return false;
    const ratio = Math.min(devicePixelRatio, 2);
    if (this.canvas.width !== Math.floor(width * ratio) || this.canvas.height !== Math.floor(height * ratio)) {
      this.renderer.setPixelRatio(ratio);
      this.renderer.setSize(width, height, false);
      this.camera.aspect = width / height;
      this.camera.updateProjectionMatrix();
      this.dirty = true;
    }
    this.placeCamera();
    this.controls.update();
    if (!this.dirty) return false;
    this.renderer.render(this.scene, this.camera);
    this.dirty = false;
    return true;
  }

  /** Turns the view, degrees. */
  turn(azimuth: number, polar: number): void {
    const seen = this.seenFrom();
    seen.theta += (azimuth * Math.PI) / 180;
    seen.phi = Math.min(this.controls.maxPolarAngle, Math.max(0.05, seen.phi + (polar * Math.PI) / 180));
    this.look(seen);
  }

  zoomBy(factor: number): void {
    this.zoom = Math.min(4, Math.max(0.5, this.zoom * factor));
    this.dirty = true;
  }

  reset(): void {
    this.zoom = 1;
    this.look(new Spherical(10, START.polar, START.azimuth));
  }

  /** From where the view looks, degrees. */
  get azimuth(): number {
    return (this.controls.getAzimuthalAngle() * 180) / Math.PI;
  }

  /** Every joint in the canvas, `[x, y]` from 0 to 1 where it is inside. */
  projected(): [number, number][] {
    this.camera.updateMatrixWorld();
    const found: [number, number][] = [];
    for (const room of this.rooms) {
      for (let i = 0; i < room.length; i += 3) {
        const point = new Vector3(room[i], room[i + 1], room[i + 2]).project(this.camera);
        found.push([(point.x + 1) / 2, (1 - point.y) / 2]);
      }
    }
    return found;
  }

  private seenFrom(): Spherical {
    return new Spherical().setFromVector3(this.camera.position.clone().sub(this.controls.target));
  }

  private look(seen: Spherical): void {
    this.camera.position.setFromSpherical(seen).add(this.controls.target);
    this.controls.update();
    this.dirty = true;
  }

  /** The cylinder that holds everybody: it grows at once and shrinks slowly, so that nothing is cut off or pumps. */
  private frame(): void {
    const now = performance.now();
    const seconds = Math.min((now - this.shownAt) / 1000, 0.5);
    this.shownAt = now;
    if (!this.rooms.length) return;
    let top = 0;
    let reach = 0;
    for (const room of this.rooms) {
      for (let i = 0; i < room.length; i += 3) {
        top = Math.max(top, room[i + 1]);
        reach = Math.max(reach, Math.hypot(room[i], room[i + 2]));
      }
    }
    const shrink = 1 - Math.exp(-seconds / SHRINK_SECONDS);
    const follow = (old: number, seen: number) => (seen > old ? seen : old + (seen - old) * shrink);
    this.top = follow(this.top, top + HEAD_RADIUS);
    this.reach = follow(this.reach, reach + HEAD_RADIUS);
  }

  private placeCamera(): void {
    const { phi } = this.seenFrom();
    const upright = this.top / 2;
    const tall = upright * Math.sin(phi) + this.reach * Math.cos(phi); // half of what is seen of it
    const deep = this.reach * Math.sin(phi) + upright * Math.cos(phi);
    const slope = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    const distance = (MARGIN * Math.max(tall, this.reach / this.camera.aspect)) / slope + deep;
    const offset = this.camera.position.clone().sub(this.controls.target).setLength(distance / this.zoom);
    const target = new Vector3(0, upright, 0);
    const moved = target.clone().add(offset).distanceTo(this.camera.position) > 1e-3;
    this.controls.target.copy(target);
    this.camera.position.copy(target).add(offset);
    if (moved) this.dirty = true;
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY / 600));
  }

  private pinch(): void {
    const fingers = new Map<number, { x: number; y: number }>();
    const spread = () => {
      const [a, b] = [...fingers.values()];
      return Math.hypot(a.x - b.x, a.y - b.y);
    };
    this.canvas.addEventListener("pointerdown", (event) => fingers.set(event.pointerId, { x: event.clientX, y: event.clientY }));
    this.canvas.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId)) return;
      const before = fingers.size === 2 ? spread() : 0;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (before > 0) this.zoomBy(spread() / before);
    });
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
  }
}
