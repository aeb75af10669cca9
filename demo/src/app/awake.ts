/** Keeps a phone's screen on while its camera is in use: nobody touches it then. */
let lock: { release(): Promise<void> } | null = null;
let wanted = false;

export async function stayAwake(on: boolean): Promise<void> {
  wanted = on;
  if (!on) {
    await lock?.release().catch(() => {});
    lock = null;
    return;
  }
  try {
    lock = await navigator.wakeLock.request("screen");
    if (!wanted) await stayAwake(false);
  } catch {
    lock = null; // not every browser has it, and an empty battery forbids it
  }
}

// Who looks at another page gives it up.
document.addEventListener("visibilitychange", () => {
  if (wanted && document.visibilityState === "visible") void stayAwake(true);
});
