/** Something to tell a person about their configuration, and where it stands. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** The file as the user named it. */
  readonly file: string;
  /** Line and column count from 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  /** What is wrong, and what would be right. Never holds a secret. */
  readonly message: string;
}

/** The form of a diagnostic that editors and people know. */
export type DiagnosticText = `${string}:${number}:${number}: ${Diagnostic['severity']}: ${string}`;

/** `file:line:column: severity: message` */
export function formatDiagnostic(diagnostic: Diagnostic): DiagnosticText {
  const { file, line, column, severity, message } = diagnostic;
  return `${file}:${line}:${column}: ${severity}: ${message}`;
}
