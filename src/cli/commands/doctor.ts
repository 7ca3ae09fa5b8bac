import type { ExplainedFinding } from '#api/diagnosis/finding.ts';
import { allConfigs, clusterName, requireConfig } from '../cluster/clusters.ts';
import type { Command, Invocation } from '../command.ts';
import { judge } from '../doctor/decide/judge.ts';
import type { MachineFacts } from '../doctor/decide/facts.ts';
import { type DoctorHooks, lookAtMachine } from '../doctor/look.ts';
import { exitCodes } from '../exit-code.ts';
import { requireRoot } from '../setup/preflight.ts';
import type { Terminal } from '../terminal.ts';

/** The exit code tells a script: 0 all is well, 1 something is not. */
export function doctorCommand(hooks: DoctorHooks, setExitCode: (code: number) => void): Command {
  return {
    name: 'doctor',
    summary: 'examine this machine and its clusters, and say what is wrong and what cures it',
    options: {},
    examples: ['gantry doctor', 'gantry doctor --name test -o json'],
    run: async ({ machine, terminal, options }: Invocation) => {
      requireRoot(machine, 'doctor');
      const all = await allConfigs(machine);
      const configs =
        options['name'] === undefined
          ? all
          : [await requireConfig(machine, clusterName(options['name']))];
      const facts = await lookAtMachine(machine, hooks, configs, all);
      const findings = judge(facts);
      const healthy = findings.length === 0;
      if (!healthy) setExitCode(exitCodes.failed.code);
      terminal.answer({ healthy, findings, looked: facts }, () =>
        asText(terminal, facts, findings),
      );
    },
  };
}

function asText(
  terminal: Terminal,
  facts: MachineFacts,
  findings: readonly ExplainedFinding[],
): string {
  const text = findings.map(
    ({ code, subject, sentence, cure }) =>
      `${terminal.paint('red', code)}  ${subject.kind.toLowerCase()} ${subject.name}\n  ${sentence}\n  ${terminal.paint('green', '→')} ${cure}\n\n`,
  );
  const clusters = facts.clusters.map(
    ({ name, running }) => `${name} (${running ? 'runs' : 'stopped'})`,
  );
  const looked = [
    'kernel features',
    'control groups',
    `${facts.programs.length} programs`,
    'leftovers of other clusters',
    clusters.length === 0
      ? 'no cluster, since there is none'
      : `certificates, kubeconfig, disk, inodes, clock, ports and store of ${clusters.join(', ')}`,
  ];
  const head =
    findings.length === 0
      ? terminal.paint('green', 'Nothing is wrong.')
      : terminal.paint(
          'bold',
          `${findings.length} ${findings.length === 1 ? 'thing is' : 'things are'} wrong.`,
        );
  return `${head}\n\n${text.join('')}${terminal.paint('dim', `Looked at ${looked.join(', ')}.`)}\n`;
}
