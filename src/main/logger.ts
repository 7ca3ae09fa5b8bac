/** One JSON object per line on standard error: time, level, message, fields. */
import type { Clock } from '#base/clock.ts';
import type { LogFields, Logger, LogLevel } from '#base/log.ts';

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function jsonLogger(
  clock: Clock,
  write: (line: string) => void,
  lowest: LogLevel = 'info',
): Logger {
  const make = (fixed: LogFields): Logger => {
    const log =
      (level: LogLevel) =>
      (message: string, fields?: LogFields): void => {
        if (ranks[level] < ranks[lowest]) return;
        const time = new Date(clock.now()).toISOString();
        write(`${JSON.stringify({ time, level, message, ...fixed, ...fields })}\n`);
      };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      with: (fields) => make({ ...fixed, ...fields }),
    };
  };
  return make({});
}
