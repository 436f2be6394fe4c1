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
}

/** `file:line:column: severity: message`, the usual form that editors can parse. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message } = diagnostic;
  return `${file}:${line}:${column}: ${severity}: ${message}`;
}
