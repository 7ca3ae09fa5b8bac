import type { Processes } from '#sys/process.ts';

/** Tells systemd (Type=notify). Source: sd_notify(3); Node has no unix datagram sockets, so its tool does it. */
export async function notifyReady(processes: Processes): Promise<void> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return;
  await processes.run('systemd-notify', ['--ready', `--pid=${process.pid}`], { timeoutMs: 10_000 });
}
