/// <reference types="vite/client" />

declare module "virtual:assets" {
  /** A lifter's file. */
  export interface Variant {
    /** "full", "full_sequence" or "small". */
    model: string;
    /** "float32", "float16", "dynamic_int8" or "int8". */
    weights: string;
    /** Whether it lifts one person frame after frame, with a memory. */
    overTime: boolean;
    /** From the page. */
    address: string;
    bytes: number;
  }
  const assets: {
    /** In order of preference. */
    variants: Variant[];
    /** Folders of the runtime's and of the detector's files, from the page. */
    litert: string;
    mediapipe: string;
    versions: Record<string, string>;
  };
  export default assets;
}
