/** Settings and the latency table. */
import assets from "virtual:assets";
import type { App } from "../app/app";
import { PARTS, type Part } from "../app/latency";
import { nameOf, variantOf } from "../app/settings";
import { button, byId } from "./elements";

const REFRESH_MS = 500;
const WEIGHTS: Record<string, string> = { dynamic_int8: "int8, dynamic", float32: "float32", float16: "float16", int8: "int8" };

export class Panel {
  private readonly cells = new Map<Part, HTMLTableCellElement[]>();

  constructor(private readonly app: App) {
    this.sheet();
    this.lifter();
    this.switches();
    const rows = PARTS.map((part) => this.row(part));
    byId("latency").replaceChildren(...rows);
    setInterval(() => this.refresh(), REFRESH_MS);
  }

  private sheet(): void {
    const panel = byId("panel");
    const opener = button("open-panel");
    const show = (open: boolean) => {
      panel.classList.toggle("open", open);
      opener.setAttribute("aria-expanded", String(open));
      (open ? button("close-panel") : opener).focus();
    };
    opener.onclick = () => show(!panel.classList.contains("open"));
    button("close-panel").onclick = () => show(false);
    byId("view").addEventListener("pointerdown", () => panel.classList.contains("open") && show(false));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && panel.classList.contains("open")) show(false);
    });
  }

  private lifter(): void {
    const { app } = this;
    const model = byId<HTMLSelectElement>("model");
    const weights = byId<HTMLSelectElement>("weights");
    const models = [...new Set(assets.variants.map((variant) => variant.model))];
    model.replaceChildren(...models.map((name) => new Option(nameOf(name), name)));
    let offered = "";
    const offer = () => {
      if (offered !== app.settings.model) {
        const own = assets.variants.filter((variant) => variant.model === app.settings.model);
        weights.replaceChildren(
          ...own.map(({ weights, bytes }) => new Option(`${WEIGHTS[weights] ?? weights}, ${(bytes / 1e6).toFixed(1)} MB`, weights)),
        );
        offered = app.settings.model;
      }
      model.value = app.settings.model;
      weights.value = app.settings.weights;
    };
    offer();
    app.addEventListener("change", offer); // one that does not load is not the one in use
    model.onchange = () => void app.set({ model: model.value, weights: variantOf({ model: model.value, weights: weights.value }).weights });
    weights.onchange = () => void app.set({ weights: weights.value });
  }

  private switches(): void {
    const { app } = this;
    const turning = byId<HTMLInputElement>("turning");
    turning.checked = app.settings.turning;
    turning.onchange = () => void app.set({ turning: turning.checked });
    const smooth = byId<HTMLInputElement>("smooth");
    const kind = () => (app.overTime ? "smoothOverTime" : "smooth"); // of what is lifted now
    const show = () => (smooth.checked = app.settings[kind()]);
    show();
    app.addEventListener("change", show);
    smooth.onchange = () => void app.set({ [kind()]: smooth.checked });
    const detector = byId<HTMLSelectElement>("detector");
    detector.value = app.settings.detector;
    detector.onchange = () => void app.set({ detector: detector.value === "full" ? "full" : "lite" });
  }

  private row(part: Part): HTMLTableRowElement {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = part;
    const cells = [document.createElement("td"), document.createElement("td")];
    this.cells.set(part, cells);
    row.append(head, ...cells);
    return row;
  }

  private refresh(): void {
    for (const [part, [median, p95]] of this.cells) {
      const figures = this.app.latency.of(part);
      median.textContent = figures ? figures.median.toFixed(1) : "–";
      p95.textContent = figures ? figures.p95.toFixed(1) : "–";
    }
    const brief = PARTS.map((part) => [part, this.app.latency.of(part)] as const).filter(([, figures]) => figures);
    byId("brief").replaceChildren(
      ...brief.map(([part, figures]) => {
        const item = document.createElement("span");
        const value = document.createElement("b");
        value.textContent = figures!.median.toFixed(1);
        item.append(value, ` ms ${part}`);
        return item;
      }),
    );
  }
}
