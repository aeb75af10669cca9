/** The detector that is in use: loaded when it is first needed, and again when another is chosen. */
import { BlazePose, type Complexity } from "../detect/blazepose";
import type { Detector } from "../detect/detector";
import { SourceError } from "../source/source";
import { showLoading } from "../ui/messages";

export class Detectors {
  private kept: { complexity: Complexity; ready: Promise<Detector> } | null = null;

  /** The detector of this complexity, reset; says that it is loading, and throws where it does not start. */
  async need(complexity: Complexity): Promise<Detector> {
    if (this.kept?.complexity !== complexity) {
      void this.kept?.ready.then((old) => old.close()).catch(() => {});
      showLoading("Loading the detector, once");
      const detector = new BlazePose(complexity);
      this.kept = { complexity, ready: detector.start().then(() => detector) };
    }
    try {
      const detector = await this.kept!.ready;
      detector.reset();
      return detector;
    } catch (error) {
      this.kept = null;
      console.error(error);
      throw new SourceError("The detector did not start.", "It needs WebGL 2 and, the first time, the network. Samples and keypoints work without it.");
    }
  }
}
