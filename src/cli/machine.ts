/**
 * What commands need of the machine, as one argument: `main` hands over the real one, tests a
 * scripted one.
 */
import type { Clock } from '#base/clock.ts';
import type { Files } from '#sys/files.ts';
import type { Host } from '#sys/host.ts';
import type { Processes } from '#sys/process.ts';

export interface ControlRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Gets each line of the answer as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface Machine {
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly host: Host;
  sleep(ms: number): Promise<void>;
  /** HTTP over a unix socket. Rejects when nothing listens there. */
  control(socket: string, request: ControlRequest): Promise<{ status: number; body: string }>;
}

/** Written whole, in a folder for root only that is made when it is missing. */
export async function writePrivate(
  machine: Machine,
  path: string,
  text: string,
  mode = 0o600,
): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf('/'));
  if ((await machine.files.info(folder)) === undefined)
    await machine.files.makeDirectory(folder, 0o700);
  await machine.files.replace(path, text, mode);
}
