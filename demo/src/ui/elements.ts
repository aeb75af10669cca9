/** The page's elements by their ids. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element ${id}.`);
  return element as unknown as T;
}

export const button = (id: string) => byId<HTMLButtonElement>(id);

export function press(element: Element, pressed: boolean): void {
  element.setAttribute("aria-pressed", String(pressed));
}
