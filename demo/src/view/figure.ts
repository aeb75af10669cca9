/** A person of the 3D view: a bone between each joint and its parent, a ball at each joint, and a shadow. */
import { type BufferGeometry, CylinderGeometry, Group, Mesh, MeshBasicMaterial, MeshStandardMaterial, Quaternion, SphereGeometry, Vector3 } from "three";
import { LEFT, PARENTS, RIGHT } from "../joints/skeleton";
import { type Side, colourOf, shade } from "./colours";

// Thickness in pose units; a person is about 3.5 of them tall. By eye.
const BONE = 0.075;
const BALL = 0.105;
const HEAD = 0.26;
const HEAD_JOINT = PARENTS.length > 10 ? 10 : -1;
const UP = new Vector3(0, 1, 0);
const LIGHT = new Vector3(0.35, 1, 0.25); // from where the shadow falls

const bone = new CylinderGeometry(0.72, 1, 1, 14, 1).translate(0, 0.5, 0);
const ball = new SphereGeometry(1, 20, 14);

const sideOf = (joint: number): Side => (LEFT.includes(joint) ? "left" : RIGHT.includes(joint) ? "right" : "middle");

interface Part {
  joint: number;
  radius: number;
  mesh: Mesh;
  shadow: Mesh;
}

export class Figure {
  readonly group = new Group();
  private readonly solid = materials(1);
  private readonly ghost = materials(0.45);
  private readonly bones: Part[] = [];
  private readonly balls: Part[] = [];

  constructor(shadow: MeshBasicMaterial) {
    PARENTS.forEach((parent, joint) => {
      if (parent >= 0) this.bones.push(this.part(bone, joint, BONE, shadow));
      this.balls.push(this.part(ball, joint, joint === HEAD_JOINT ? HEAD : BALL, shadow));
    });
  }

  /**
   * @param room `[17, 3]`, x right, y up, z towards the camera, feet on the floor at y = 0.
   * @param filled Joints that were guessed: they are drawn as ghosts, thinner.
   */
  show(room: Float32Array, filled: boolean[], score: number | null): void {
    const colour = colourOf(score);
    for (const set of [this.solid, this.ghost]) {
      for (const side of ["left", "right", "middle"] as const) set[side].color.copy(shade(colour, side));
    }
    const at = (joint: number) => new Vector3().fromArray(room, 3 * joint);
    for (const part of this.bones) {
      const start = at(PARENTS[part.joint]);
      const along = at(part.joint).sub(start);
      const ghost = filled[part.joint] || filled[PARENTS[part.joint]];
      const radius = part.radius * (ghost ? 0.6 : 1);
      part.mesh.position.copy(start);
      part.mesh.scale.set(radius, along.length(), radius);
      part.mesh.quaternion.copy(new Quaternion().setFromUnitVectors(UP, along.normalize()));
      this.finish(part, ghost);
    }
    for (const part of this.balls) {
      const ghost = filled[part.joint];
      part.mesh.position.copy(at(part.joint));
      part.mesh.scale.setScalar(part.radius * (ghost ? 0.75 : 1));
      this.finish(part, ghost);
    }
  }

  dispose(): void {
    for (const set of [this.solid, this.ghost]) Object.values(set).forEach((material) => material.dispose());
  }

  private part(geometry: BufferGeometry, joint: number, radius: number, shadow: MeshBasicMaterial): Part {
    const mesh = new Mesh(geometry, this.solid[sideOf(joint)]);
    const dark = new Mesh(geometry, shadow);
    mesh.matrixAutoUpdate = false;
    dark.matrixAutoUpdate = false;
    this.group.add(mesh, dark);
    return { joint, radius, mesh, shadow: dark };
  }

  private finish({ joint, mesh, shadow }: Part, ghost: boolean): void {
    mesh.material = (ghost ? this.ghost : this.solid)[sideOf(joint)];
    mesh.updateMatrix();
    // Along the light onto the floor: x and z are sheared by the height, which becomes nothing.
    shadow.matrix.set(1, -LIGHT.x, 0, 0, 0, 0, 0, 0, 0, -LIGHT.z, 1, 0, 0, 0, 0, 1).multiply(mesh.matrix);
    shadow.visible = !ghost;
  }
}

function materials(opacity: number): Record<Side, MeshStandardMaterial> {
  const make = () => new MeshStandardMaterial({ roughness: 0.45, metalness: 0.05, transparent: opacity < 1, opacity, depthWrite: opacity === 1 });
  return { left: make(), right: make(), middle: make() };
}
