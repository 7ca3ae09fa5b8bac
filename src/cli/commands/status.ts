import { clusterPaths, contextName } from '../cluster/cluster-config.ts';
import { clusterName, requireConfig, runningStatus } from '../cluster/clusters.ts';
import { kubeconfigPath } from '../cluster/kubeconfig.ts';
import { refreshKubeconfig } from '../cluster/kubeconfig-file.ts';
import type { Command, Invocation } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { table, type Terminal } from '../terminal.ts';
import type { RunningStatus } from '../control.ts';

/** The exit code tells a script: 0 ready, 1 not (yet) ready, 4 not running. */
export function statusCommand(setExitCode: (code: number) => void): Command {
  return {
    name: 'status',
    summary: 'say whether the cluster runs, where, and what is not ready',
    options: {},
    run: async ({ machine, terminal, options }: Invocation) => {
      const config = await requireConfig(machine, clusterName(options['name']));
      const status = await runningStatus(machine, config);
      const refreshed = status && (await refreshKubeconfig(machine, config).catch(() => undefined));
      if (refreshed) terminal.note(`The certificate in ${refreshed} was renewed.`);
      const places = {
        paths: clusterPaths(config),
        context: contextName(config.name),
        kubeconfig: kubeconfigPath(machine.host.environment),
      };
      if (status === undefined) {
        setExitCode(exitCodes.notRunning.code);
        terminal.answer(
          { name: config.name, phase: 'stopped', ready: false, ...places },
          () => `${config.name}: stopped (data in ${config.dataDir})\n`,
        );
        return;
      }
      const ready = status.phase === 'ready';
      if (!ready) setExitCode(exitCodes.failed.code);
      terminal.answer({ ...status, ready, ...places }, () =>
        asText(terminal, status, config.dataDir),
      );
    },
  };
}

function asText(terminal: Terminal, status: RunningStatus, dataDir: string): string {
  const colour = status.phase === 'ready' ? 'green' : 'yellow';
  const parts = table(
    ['PART', 'READY', 'MESSAGE'],
    status.parts.map((part) => [part.name, part.ready ? 'yes' : 'no', part.message]),
  );
  const { api, gatewayHttp, gatewayHttps, node, dns } = status.addresses;
  return `${status.name}: ${terminal.paint(colour, status.phase)} (process ${status.pid}, since ${status.startedAt})

API       ${api}
Gateway   ${gatewayHttp}  ${gatewayHttps}
Node      ${node}
DNS       ${dns}
Data      ${dataDir}
Memory    ${Math.round(status.memoryBytes / 1024 / 1024)} MiB

${parts}`;
}
