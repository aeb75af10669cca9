/** What finds people's joints in a picture. BlazePose does it now; another needs these few methods alone. */
import type { Detected } from "../pose";

export type Picture = HTMLVideoElement | HTMLImageElement | HTMLCanvasElement;

export interface Detector {
  /** Loads code and models. */
  start(): Promise<void>;
  /**
   * Finds people.
   *
   * @param picture Pixels of the answer are its own.
   * @param time Seconds, ascending; what was found before is followed.
   */
  detect(picture: Picture, time: number): Promise<Detected[]>;
  /** Forgets whom it follows: the next picture is of something else. */
  reset(): void;
  close(): Promise<void>;
}

export const widthOf = (picture: Picture): number =>
  picture instanceof HTMLVideoElement ? picture.videoWidth : picture instanceof HTMLImageElement ? picture.naturalWidth : picture.width;

export const heightOf = (picture: Picture): number =>
  picture instanceof HTMLVideoElement ? picture.videoHeight : picture instanceof HTMLImageElement ? picture.naturalHeight : picture.height;
