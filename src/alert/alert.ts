import {
  isJsonObject,
  type JsonDocument,
  type JsonObject,
  type JsonValue,
  RawJson,
  valueAt,
} from './json.ts';
import { repaired } from './json-text.ts';
import { isOutlined, lastOutline, outlineOf } from './outline.ts';

const NOTHING = Buffer.alloc(0);

/** One alert, with its raw bytes kept. Parsing happens once, when something asks for it. */
export class Alert {
  #text: string | undefined;
  #json: JsonObject | undefined;

  readonly #raw: Buffer;

  constructor(raw: Buffer = NOTHING) {
    this.#raw = raw;
  }

  /** The bytes of its line, without the newline. */
  get raw(): Buffer {
    return this.#raw;
  }

  /** Valid JSON text: the raw bytes, with what JSON forbids but the reference reads made valid. */
  get text(): string {
    this.#read();
    return this.#text as string;
  }

  /** The alert as an object; empty when the line is not a JSON object. */
  get json(): JsonObject {
    this.#read();
    return this.#json as JsonObject;
  }

  /** The alert for embedding in a message, byte for byte. */
  get rawJson(): RawJson {
    return new RawJson(this.text);
  }

  /** The value at a path, or undefined. */
  at(...path: string[]): JsonValue | undefined {
    const outline = this.#json === undefined ? lastOutline(this.#raw) : undefined;
    if (outline !== undefined && isOutlined(path)) return outline.at(path);
    return valueAt(this.json, ...path);
  }

  /**
   * The same where little else is asked for: a usual alert is not parsed for it.
   * @param path one that {@link isOutlined} is true for.
   */
  find(path: readonly string[]): JsonValue | undefined {
    const outline = this.#json === undefined ? outlineOf(this.#raw) : undefined;
    return outline === undefined ? valueAt(this.json, ...path) : outline.at(path);
  }

  /** The same for embedding in a message, as long as it may be. */
  jsonAt(...path: string[]): JsonDocument | undefined {
    return this.at(...path);
  }

  /** True where its bytes are fetched each time, and it is never parsed as a whole. */
  get isLarge(): boolean {
    return false;
  }

  /** Gives up what was parsed, to free memory; it is parsed again when something asks for it. */
  forget(): void {
    this.#text = undefined;
    this.#json = undefined;
  }

  /** The text at a path: strings as they are, numbers and booleans as text, else undefined. */
  textAt(...path: string[]): string | undefined {
    const value = this.at(...path);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return undefined;
  }

  /** `rule.level` as a number; 0 when there is none. */
  get level(): number {
    const level = Number(this.textAt('rule', 'level') ?? 0);
    return Number.isFinite(level) ? level : 0;
  }

  #read(): void {
    if (this.#json !== undefined) return;
    const text = this.raw.toString('utf8').replace(/^\uFEFF/, '');
    const valid = parseObject(text) ?? parseObject(repaired(text));
    this.#text = valid?.text ?? '{}';
    this.#json = valid?.json ?? {};
  }
}

function parseObject(text: string): { text: string; json: JsonObject } | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isJsonObject(json) ? { text, json } : undefined;
  } catch {
    return undefined;
  }
}
