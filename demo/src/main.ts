import { App } from "./app/app";
import { type Probe, probe } from "./app/probe";
import { goOffline } from "./pwa/register";
import { Controls } from "./ui/controls";
import { Dialogs } from "./ui/dialogs";
import { Panel } from "./ui/panel";

declare global {
  interface Window {
    posenet3d: Probe;
  }
}

const app = new App();
const paint = () => app.stage?.paint(getComputedStyle(document.documentElement));
paint();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
const controls = new Controls(app, new Dialogs(app));
new Panel(app);
window.posenet3d = probe(app);
app.addEventListener(
  "frame",
  () => {
    performance.mark("ready");
    document.documentElement.dataset.ready = "true";
    void goOffline();
  },
  { once: true },
);
await app.start();
if (location.hash === "#camera") controls.choose("camera"); // the shortcut of the installed app
