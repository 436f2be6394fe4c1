import type { Problem } from './problem.ts';

type Path = Problem['path'];

/** Collects what is wrong with a value of the settings file, below a path. */
export class Report {
  readonly problems: Problem[];
  readonly path: Path;

  constructor(path: Path = [], problems: Problem[] = []) {
    this.path = path;
    this.problems = problems;
  }

  at(...path: Path): Report {
    return new Report([...this.path, ...path], this.problems);
  }

  /** @param hint what to write instead. */
  error(message: string, hint?: string): void {
    this.#add('error', message, hint);
  }

  warning(message: string, hint?: string): void {
    this.#add('warning', message, hint);
  }

  /** Something about the key at the end of the path. */
  unknownKey(message: string): void {
    this.problems.push({ severity: 'error', path: this.path, isKey: true, message });
  }

  /** True when nothing below this path is an error. */
  get isFine(): boolean {
    return !this.problems.some(
      ({ severity, path }) =>
        severity === 'error' && this.path.every((step, at) => path[at] === step),
    );
  }

  #add(severity: Problem['severity'], message: string, hint: string | undefined): void {
    const { path } = this;
    this.problems.push({
      severity,
      path,
      isKey: false,
      message,
      ...(hint !== undefined && { hint }),
    });
  }
}
