/** A message about the configuration, and its location. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** The file as the user named it. */
  readonly file: string;
  /** Line and column count from 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  /** What is wrong, and how to fix it. Never contains a secret. */
  readonly message: string;
  /** The line that it is about, and carets below the place: where a text in the file has a syntax. */
  readonly excerpt?: string;
}

/** The usual form of a diagnostic, which editors can parse. */
export type DiagnosticText = `${string}:${number}:${number}: ${Diagnostic['severity']}: ${string}`;

/** `file:line:column: severity: message` */
export function formatDiagnostic(diagnostic: Diagnostic): DiagnosticText {
  const { file, line, column, severity, message } = diagnostic;
  return `${file}:${line}:${column}: ${severity}: ${message}`;
}
