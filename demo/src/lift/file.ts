/** A .tflite file, run by LiteRT in WebAssembly. */
import { type CompiledModel, Tensor, loadAndCompile, loadLiteRt } from "@litertjs/core";
import assets, { type Variant } from "virtual:assets";

/** A tensor as it is given: its numbers, and its shape. */
export type Given = readonly [numbers: Float32Array, shape: number[]];

let runtime: Promise<unknown> | undefined;

/** Starts the runtime; once only. */
function startRuntime(): Promise<unknown> {
  runtime ??= loadLiteRt(new URL(assets.litert, document.baseURI).href).catch((error) => {
    runtime = undefined;
    throw error;
  });
  return runtime;
}

export class LiteFile {
  private constructor(private readonly model: CompiledModel) {}

  static async load(variant: Variant): Promise<LiteFile> {
    const [file] = await Promise.all([fetchFile(variant), startRuntime()]);
    return new LiteFile(await loadAndCompile(file, { accelerator: "wasm" }));
  }

  /** How many numbers an input of a signature has. */
  sizeOf(signature: string, input: string): number {
    const details = this.model.signatures[signature]?.getInputDetails().find(({ name }) => name === input);
    if (!details) throw new Error(`The lifter has no ${signature} with an input ${input}.`);
    return details.shape.reduce((product, length) => product * length, 1);
  }

  /** The outputs of a signature, by name. */
  async run(signature: string, given: Record<string, Given>): Promise<Record<string, Float32Array>> {
    const inputs = mapValues(given, ([numbers, shape]) => new Tensor(numbers, shape));
    try {
      const outputs = await this.model.run(signature, inputs);
      const answer = mapValues(outputs, (tensor) => tensor.toTypedArray() as Float32Array);
      Object.values(outputs).forEach((tensor) => tensor.delete());
      return answer;
    } finally {
      Object.values(inputs).forEach((tensor) => tensor.delete()); // the runtime's memory is freed by hand
    }
  }

  dispose(): void {
    this.model.delete();
  }
}

async function fetchFile(variant: Variant): Promise<Uint8Array> {
  const response = await fetch(new URL(variant.address, document.baseURI));
  if (!response.ok) throw new Error(`${variant.address} did not come (status ${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
