/**
 * Keypoints from a file or pasted text: what the Python package's readers take, and as they do
 * (posenet3d/formats/readers).
 */

import type { Frame2D } from "../pose";
import { isAlphaPose, readAlphaPose } from "./alphapose";
import { isCoco, readCoco } from "./coco";
import { isTable, readTable } from "./csv";
import { KeypointsError, kindOf, shown } from "./errors";
import { isMediaPipe, readMediaPipe } from "./mediapipe";
import { isOpenPose, readOpenPose } from "./openpose";
import { frames, inPixels, type People, type Size } from "./persons";

export { KeypointsError } from "./errors";
export { FRAME_RATE } from "./persons";

/** What the demo takes, in words. */
export const FORMATS = "COCO, OpenPose, AlphaPose or MediaPipe JSON, or a CSV table";

const OTHERS = "The Python package reads other formats too.";

/** Characters that are read; more would take the memory of a phone. */
const LONGEST = 64e6;

type Reader = (file: string, content: unknown, size?: Size) => People;

/** In this order: AlphaPose's lists would pass for COCO's. */
const READERS: [(content: unknown) => boolean, Reader][] = [
  [isAlphaPose, readAlphaPose],
  [isCoco, readCoco],
  [isOpenPose, readOpenPose],
  [isMediaPipe, readMediaPipe],
];

/**
 * The people of a file, image by image, `FRAME_RATE` a second; numbers missing among the images'
 * leave time.
 *
 * A file of OpenPose is one frame. People whom nobody could see a joint of are there, with all
 * joints missing. `id` is set where the file's ids tell people apart in all images.
 *
 * @param imageSize Size of the images in pixels, for coordinates that are parts of it (MediaPipe's).
 * @throws KeypointsError that says what was given, what was expected and how to mend it.
 */
export function readKeypoints(text: string, fileName = "The text", imageSize?: Size): Frame2D[] {
  const plain = text.replace(/^\uFEFF/, "");
  if (!plain.trim()) throw new KeypointsError(`${fileName} is empty; give ${FORMATS}.`);
  if (plain.length > LONGEST) {
    const millions = Math.round(plain.length / 1e6);
    throw new KeypointsError(
      `${fileName} has ${millions} million characters, more than a phone should read; give at most ` +
        `${LONGEST / 1e6} million, or use the Python package.`,
    );
  }
  if (!/^\s*[[{]/.test(plain)) {
    if (isTable(plain)) return frames(inPixels(readTable(fileName, plain), fileName, imageSize));
    throw new KeypointsError(
      `${fileName} begins with ${shown(plain.trim().slice(0, 30))}, which is neither JSON nor a table with ` +
        `the columns frame, joint, x and y; expected ${FORMATS}. ${OTHERS}`,
    );
  }
  const content = parse(plain, fileName);
  const reader = READERS.find(([matches]) => matches(content));
  if (reader) return frames(inPixels(reader[1](fileName, content, imageSize), fileName, imageSize));
  throw new KeypointsError(`${fileName} holds ${kindOf(content)}; expected ${FORMATS}. ${OTHERS}`);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const constant = /[\s[,:-](NaN|Infinity)[\s\],}]/.exec(text)?.[1];
    throw new KeypointsError(
      constant
        ? `${file} is not valid JSON: it holds ${constant}, which JSON has no number for; write ` +
            "missing joints as 0."
        : `${file} is not valid JSON (${reason}); expected ${FORMATS}.`,
    );
  }
}
