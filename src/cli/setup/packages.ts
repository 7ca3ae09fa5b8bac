/** Debian packages that a node needs, found by what they bring. */
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import type { Terminal } from '../terminal.ts';

interface Need {
  readonly package: string;
  /** A program, or the absolute path of a file. */
  readonly brings: string;
  readonly why: string;
}

const needs: readonly Need[] = [
  { package: 'containerd', brings: 'containerd', why: 'runs containers (gantry starts its own)' },
  { package: 'runc', brings: 'runc', why: 'starts containers where crun cannot' },
  { package: 'crun', brings: 'crun', why: 'starts containers faster than runc' },
  {
    package: 'containernetworking-plugins',
    brings: '/usr/lib/cni/bridge',
    why: 'gives pods their network',
  },
  { package: 'iproute2', brings: 'ip', why: 'routes and links' },
  { package: 'nftables', brings: 'nft', why: 'Services' },
  { package: 'iptables', brings: 'iptables', why: 'host ports of pods' },
  { package: 'conntrack', brings: 'conntrack', why: 'forgets UDP flows to pods that are gone' },
  { package: 'haproxy', brings: 'haproxy', why: 'the gateway' },
  { package: 'kubernetes-client', brings: 'kubectl', why: 'kubectl, since there is none here' },
];

export async function missingPackages({ files, host }: Machine): Promise<Need[]> {
  const has = async (brings: string): Promise<boolean> =>
    brings.startsWith('/')
      ? (await files.info(brings)) !== undefined
      : host.which(brings) !== undefined;
  const found = await Promise.all(needs.map(({ brings }) => has(brings)));
  return needs.filter((_, index) => !found[index]);
}

/** Brings in what is missing; nothing else on the machine is touched. */
export async function installPackages(
  machine: Machine,
  terminal: Terminal,
  allowed: boolean,
): Promise<string[]> {
  const missing = await missingPackages(machine);
  const names = missing.map((need) => need.package);
  if (names.length === 0) return [];
  const command = `apt-get install --no-install-recommends ${names.join(' ')}`;
  if (!allowed) {
    throw new CommandError(
      'machine',
      `These packages are missing: ${missing.map((need) => `${need.package} (${need.why})`).join(', ')}.`,
      `Install them with "${command}", or leave out --no-install.`,
    );
  }
  if (machine.host.which('apt-get') === undefined) {
    throw new CommandError(
      'machine',
      `These packages are missing, and this machine has no apt-get to install them: ${names.join(', ')}.`,
      'gantry installs packages on Debian and Ubuntu; elsewhere install what they bring and run "gantry up --no-install".',
    );
  }
  await terminal.step(`Installing ${names.join(', ')}`, async (detail) => {
    const apt = (args: string[]) =>
      machine.processes.run('apt-get', args, {
        timeoutMs: 15 * 60_000,
        env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
      });
    const install = [
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      '-o',
      'Dpkg::Lock::Timeout=120',
      ...names,
    ];
    let result = await apt(install);
    if (result.code !== 0) {
      detail('reading the lists of packages anew');
      await apt(['update', '-qq']);
      result = await apt(install);
    }
    if (result.code !== 0) throw installFailed(names, result.stderr, command);
  });
  const still = await missingPackages(machine);
  if (still.length > 0) {
    throw new CommandError(
      'machine',
      `After the installation these are still missing: ${still.map((need) => need.brings).join(', ')}.`,
      `Look at what "${command}" says.`,
    );
  }
  return names;
}

function installFailed(names: readonly string[], stderr: string, command: string): CommandError {
  const last =
    stderr
      .trim()
      .split('\n')
      .filter((line) => /^E:|rror|ailed|space/.test(line))
      .at(-1) ?? '';
  const offline = /resolve|connect|fetch|network|unreachable/i.test(stderr);
  return new CommandError(
    'machine',
    `The packages ${names.join(', ')} could not be installed${last ? ` (${last.replace(/^E: /, '')})` : ''}.`,
    offline
      ? `This machine does not reach its package mirror: give it a network, or install them yourself ("${command}") and run "gantry up --no-install".`
      : `Run "${command}" to see the whole reason; then "gantry up" again.`,
  );
}
