/** An input that cannot be read; the message is for the person who gave it. */
export class KeypointsError extends Error {
  /** The coordinates are parts of an image whose size must be given (`Options.imageSize`). */
  readonly needsImageSize: boolean;

  constructor(message: string, needsImageSize = false) {
    super(message);
    this.name = "KeypointsError";
    this.needsImageSize = needsImageSize;
  }
}

/** What a piece of JSON is, in words. */
export function kindOf(content: unknown): string {
  if (Array.isArray(content)) return content.length ? `a list of ${content.length}` : "an empty list";
  if (isObject(content)) {
    const keys = Object.keys(content).slice(0, 8).map((key) => shown(key));
    return `an object with the keys ${keys.join(", ") || "(none)"}`;
  }
  return content === null ? "null" : `a single ${typeof content}`;
}

/** A value for a message, cut short. */
export function shown(value: unknown): string {
  if (Array.isArray(value) || isObject(value)) return kindOf(value);
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

export type JsonObject = Record<string, unknown>;

export function isObject(content: unknown): content is JsonObject {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}
