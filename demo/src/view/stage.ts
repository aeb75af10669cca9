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
  Vector3,
  WebGLRenderer,
} from "three";
import type { Pose3D } from "../pose";
import { Figure } from "./figure";
import { level, lowest } from "./level";
import { Orbit } from "./orbit";

/** A person and where: `across` in pose units from the middle of the stage. */
export interface Placed {
  pose: Pose3D;
  elevation: number;
  across: number;
}

const FIELD_OF_VIEW = 32; // degrees, of the height
const MARGIN = 1.12; // around the cylinder that holds everybody
const HEAD_RADIUS = 0.3; // what is drawn beyond the joints
const PERSON = { top: 3, reach: 0.8 }; // the room of one, with which a source starts
const SHRINK_SECONDS = 4; // in which the frame follows somebody who takes less room

export class NoWebGL extends Error {}

export class Stage {
  readonly orbit: Orbit;
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
  private top = PERSON.top; // of the cylinder that everybody is in
  private reach = PERSON.reach; // its radius
  private dirty = true;
  private shownAt = 0;
  private drawnAt = 0;

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
    this.orbit = new Orbit(canvas, () => (this.dirty = true));
    canvas.addEventListener("webglcontextrestored", () => (this.dirty = true)); // a phone may take it away for a while
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
    const now = performance.now();
    this.orbit.pass(Math.min((now - this.drawnAt) / 1000, 0.1));
    this.drawnAt = now;
    if (!this.dirty) return false;
    this.placeCamera();
    this.renderer.render(this.scene, this.camera);
    this.dirty = false;
    return true;
  }

  /** Every joint in the canvas, `[x, y]` from 0 to 1 where it is inside. */
  projected(): [number, number][] {
    this.placeCamera();
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

  /** A new source: a crowd that was seen before does not keep the next person small. */
  reset(): void {
    this.top = PERSON.top;
    this.reach = PERSON.reach;
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
    const { azimuth, polar, zoom } = this.orbit;
    const upright = this.top / 2;
    const tall = upright * Math.sin(polar) + this.reach * Math.cos(polar); // half of what is seen of it
    const deep = this.reach * Math.sin(polar) + upright * Math.cos(polar);
    const slope = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    const distance = (MARGIN * Math.max(tall, this.reach / this.camera.aspect)) / slope + deep;
    const target = new Vector3(0, upright, 0);
    this.camera.position.setFromSphericalCoords(distance / zoom, polar, azimuth).add(target);
    this.camera.lookAt(target);
  }
}
