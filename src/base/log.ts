export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Values never hold secrets: a caller logs names and reasons, not contents. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same sink with fields that every line carries. */
  with(fields: LogFields): Logger;
}

const nothing = (): void => undefined;

/** For tests and for callers that do not care. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  with: () => silentLogger,
};
