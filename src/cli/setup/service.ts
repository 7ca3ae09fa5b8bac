/**
 * Keeps the program running: as a unit where systemd is PID 1, else under a small shell supervisor
 * in a session of its own, which starts it again when it dies.
 */
import { type ClusterConfig, clusterPaths, unitName } from '../cluster/cluster-config.ts';
import { CommandError } from '../exit-code.ts';
import { type Machine, writePrivate } from '../machine.ts';

/** `serve` ends with this when starting again cannot help (sysexits' EX_CONFIG). */
export const doNotRestartCode = 78;

export async function underSystemd({ files }: Machine): Promise<boolean> {
  const first = await files.readText('/proc/1/comm');
  return first?.trim() === 'systemd' && (await files.info('/run/systemd/system')) !== undefined;
}

export function unitText(launcher: string, config: ClusterConfig): string {
  return `[Unit]
Description=gantry cluster ${config.name}
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
NotifyAccess=all
ExecStart=${launcher} serve --name ${config.name}
Restart=always
RestartSec=200ms
RestartPreventExitStatus=${doNotRestartCode}
# Containers live on while gantry itself is restarted.
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
TasksMax=infinity
OOMScoreAdjust=-900
TimeoutStartSec=120
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}

/** Starts it; returns the pid to watch while it comes up (the supervisor's or systemd's main process). */
export async function startService(
  machine: Machine,
  launcher: string,
  config: ClusterConfig,
): Promise<number | undefined> {
  const paths = clusterPaths(config);
  if (!(await underSystemd(machine))) {
    // One that waits before its next start does so only for a few seconds.
    const supervisor = await pidOf(machine, paths.supervisorPid);
    if (supervisor !== undefined) return supervisor;
    await machine.files.makeDirectory(paths.log.replace(/\/[^/]+$/, ''), 0o700);
    const started = await machine.processes.startDetached(
      '/bin/sh',
      [supervisorScript(launcher), launcher, 'serve', '--name', config.name],
      { logPath: paths.log },
    );
    await writePrivate(machine, paths.supervisorPid, machine.processes.identity(started.pid) ?? '');
    return started.pid;
  }
  await machine.files.replace(paths.unit, unitText(launcher, config), 0o644);
  for (const args of [
    ['daemon-reload'],
    ['enable', '--quiet', unitName(config.name)],
    ['start', '--no-block', unitName(config.name)],
  ]) {
    const result = await machine.processes.run('systemctl', args, { timeoutMs: 60_000 });
    if (result.code !== 0) {
      throw new CommandError(
        'failed',
        `systemd refused "systemctl ${args.join(' ')}": ${result.stderr.trim()}.`,
        `Look at "journalctl -u ${unitName(config.name)}".`,
      );
    }
  }
  return undefined;
}

function supervisorScript(launcher: string): string {
  return launcher.replace(/\/gantry$/, '/src/cli/setup/supervise.sh');
}

/** A pid file holds `PID@START`, so that another process is never taken for it. */
export async function pidOf(
  { files, processes }: Machine,
  file: string,
): Promise<number | undefined> {
  const identity = (await files.readText(file))?.trim() ?? '';
  const pid = Number(identity.split('@')[0]);
  return pid > 0 && processes.identity(pid) === identity ? pid : undefined;
}

/** Removes the unit, if there is one. */
export async function removeService(machine: Machine, config: ClusterConfig): Promise<boolean> {
  const { unit } = clusterPaths(config);
  if (!(await machine.files.info(unit))) return false;
  await machine.processes.run('systemctl', ['disable', '--quiet', unitName(config.name)], {
    timeoutMs: 60_000,
  });
  await machine.files.remove(unit);
  await machine.processes.run('systemctl', ['daemon-reload'], { timeoutMs: 60_000 });
  return true;
}
