/** How the log can be. Apart from the log itself, whose library takes time to load: every command knows these. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['pretty', 'json', 'ossec'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
