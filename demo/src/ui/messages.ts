/** What the page says: what it waits for, what went wrong, what it sees. */
import type { LiftedFrame } from "../app/pipeline";
import { JOINT_NAMES } from "../joints/skeleton";
import { expectedErrorOf } from "../lift/score";
import { colourOf } from "../view/colours";
import { button, byId } from "./elements";

const TOAST_MS = 4000;
const DESCRIBE_MS = 1500; // a screen reader is not flooded

let toastTimer = 0;
let describedAt = -Infinity;

export function showLoading(text: string | null): void {
  byId("loading").hidden = text === null;
  byId("loading-text").textContent = text ?? "";
}

export function toast(text: string): void {
  const element = byId("toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => (element.hidden = true), TOAST_MS);
}

/** A message that stays, with something to do about it. */
export function showMessage(title: string, text: string, action?: { label: string; run(): void }): void {
  byId("message").hidden = false;
  byId("message-title").textContent = title;
  byId("message-text").textContent = text;
  const act = button("message-button");
  act.hidden = !action;
  act.textContent = action?.label ?? "";
  act.onclick = () => {
    hideMessage();
    action?.run();
  };
}

export function hideMessage(): void {
  byId("message").hidden = true;
}

/** Score, filled joints, and all of it in words. */
export function showFrame(frame: LiftedFrame): void {
  const scores = frame.people.map(({ pose }) => pose.score).filter((score) => score !== null);
  const mean = meanOf(scores);
  const errors = frame.people.map(({ pose }) => expectedErrorOf(pose)).filter((error) => error !== null);
  const error = meanOf(errors);
  byId("expected-error").textContent = percent(error, (share) => `· error ${share}`);
  byId("score").hidden = mean === null;
  if (mean !== null) {
    byId("score-value").textContent = mean.toFixed(2);
    byId("score-dot").style.background = `#${colourOf(mean).getHexString()}`;
  }
  const filled = frame.people.reduce((sum, { pose }) => sum + pose.filled.filter(Boolean).length, 0);
  byId("filled").hidden = filled === 0;
  byId("filled-text").textContent = `${filled} filled in`;
  describe(frame);
}

function percent(error: number | null, text: (share: string) => string): string {
  return error === null ? "" : text(`${Math.round(100 * error)} %`);
}

function describe({ people, notLifted }: LiftedFrame): void {
  const now = performance.now();
  if (now - describedAt < DESCRIBE_MS) return;
  describedAt = now;
  const persons = people.map(({ pose, elevation }, i) => {
    const filled = JOINT_NAMES.filter((_, joint) => pose.filled[joint]).map((name) => name.replace("_", " "));
    return [
      `Person ${i + 1}`,
      pose.score === null ? "" : `score ${pose.score.toFixed(2)}`,
      percent(expectedErrorOf(pose), (share) => `expected error ${share} of the body's size`),
      `seen from ${Math.abs(Math.round(elevation))} degrees ${elevation < 0 ? "below" : "above"}`,
      filled.length ? `filled in: ${filled.join(", ")}` : "",
    ]
      .filter(Boolean)
      .join(", ");
  });
  const left = notLifted ? [`${notLifted} with too few joints`] : [];
  byId("described").textContent = [...persons, ...left].join(". ") || "Nobody is seen.";
}

function meanOf(values: number[]): number | null {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
