/** What the program and systemd tell each other, where it runs as a unit. */
import type { Processes } from '#sys/process.ts';

const answerMs = 10_000;

const isUnit = (): boolean => process.env['NOTIFY_SOCKET'] !== undefined;

/** Tells systemd (Type=notify). Source: sd_notify(3); Node has no unix datagram sockets, so its tool does it. */
export async function notifyReady(processes: Processes): Promise<void> {
  if (!isUnit()) return;
  await processes.run('systemd-notify', ['--ready', `--pid=${process.pid}`], {
    timeoutMs: answerMs,
  });
}

/**
 * Whether the machine goes down, and not only this unit. Containers that were left running would
 * keep it from that for 90 seconds, and then be killed.
 */
export async function machineStops(processes: Processes): Promise<boolean> {
  if (!isUnit()) return false;
  const { stdout } = await processes.run('systemctl', ['is-system-running'], {
    timeoutMs: answerMs,
  });
  return stdout.trim() === 'stopping';
}
