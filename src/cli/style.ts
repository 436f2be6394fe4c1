import { styleText } from 'node:util';

/** Colours by what they mean. Where there are none, text stays as it is. */
export class Style {
  readonly #isOn: boolean;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  readonly good = (text: string) => this.#in('green', text);
  readonly bad = (text: string) => this.#in('red', text);
  readonly waiting = (text: string) => this.#in('yellow', text);
  readonly strong = (text: string) => this.#in('bold', text);
  readonly quiet = (text: string) => this.#in('dim', text);

  #in(format: 'green' | 'red' | 'yellow' | 'bold' | 'dim', text: string): string {
    return this.#isOn && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  }
}

/** No colours. */
export const plainStyle = new Style(false);

/** Colours on a terminal, unless `NO_COLOR` says otherwise (https://no-color.org). */
export function outputStyle(
  { isTTY }: Pick<NodeJS.WriteStream, 'isTTY'> = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): Style {
  return new Style(isTTY && (env['NO_COLOR'] ?? '') === '');
}
