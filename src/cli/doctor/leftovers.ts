/** Things of gantry on this machine that belong to no cluster that it has. */
import { type ClusterConfig, clusterPaths, unitName } from '../cluster/cluster-config.ts';
import type { Machine } from '../machine.ts';
import type { Leftover } from './decide/facts.ts';

export async function leftoversOf(
  machine: Machine,
  all: readonly ClusterConfig[],
): Promise<Leftover[]> {
  const found = await Promise.all([
    tables(machine, all),
    folders(machine, all),
    units(machine, all),
    bridges(machine, all),
  ]);
  return found.flat();
}

async function tables(
  { processes, host }: Machine,
  all: readonly ClusterConfig[],
): Promise<Leftover[]> {
  if (host.which('nft') === undefined) return [];
  const { stdout } = await processes.run('nft', ['list', 'tables'], { timeoutMs: 10_000 });
  const own = new Set(
    all.flatMap(({ name, index }) => [
      `gantry-${name}`,
      `gantry-${name}-policy`,
      `gantry${index}-ports`,
    ]),
  );
  return [...stdout.matchAll(/^table (\S+) (gantry\S*)$/gm)]
    .filter(([, , table = '']) => !own.has(table))
    .map(([, family = '', table = '']) => ({
      what: `the nftables table ${table}`,
      cluster: table.replace(/^gantry-?|-(policy|ports)$/g, ''),
      how: `Remove it: "nft delete table ${family} ${table}".`,
    }));
}

async function folders({ files }: Machine, all: readonly ClusterConfig[]): Promise<Leftover[]> {
  const own = new Set(all.flatMap((config) => [clusterPaths(config).run, config.dataDir]));
  const found: Leftover[] = [];
  for (const parent of ['/run/gantry', '/var/lib/gantry']) {
    for (const { name, type } of await files.list(parent)) {
      const path = `${parent}/${name}`;
      if (type !== 'directory' || name.startsWith('.') || own.has(path)) continue;
      const how = path.startsWith('/run')
        ? `See that none of its processes runs ("ps -ef | grep ${path}"), then remove it: "rm -r ${path}".`
        : `Start it again with "gantry up --name ${name}", or remove its data: "rm -r ${path}".`;
      found.push({ what: `the folder ${path}`, cluster: name, how });
    }
  }
  return found;
}

async function units({ files }: Machine, all: readonly ClusterConfig[]): Promise<Leftover[]> {
  const folder = '/etc/systemd/system';
  const own = new Set(all.map(({ name }) => unitName(name)));
  return (await files.list(folder))
    .filter(({ name }) => /^gantry(-.*)?\.service$/.test(name) && !own.has(name))
    .map(({ name }) => ({
      what: `the unit ${folder}/${name}`,
      cluster: name.replace(/^gantry-?|\.service$/g, '') || 'gantry',
      how: `Remove it: "systemctl disable --now ${name} && rm ${folder}/${name}".`,
    }));
}

async function bridges({ files }: Machine, all: readonly ClusterConfig[]): Promise<Leftover[]> {
  const own = new Set(all.map(({ index }) => `gantry${index}`));
  return (await files.list('/sys/class/net'))
    .filter(({ name }) => /^gantry\d+$/.test(name) && !own.has(name))
    .map(({ name }) => ({
      what: `the network interface ${name}`,
      cluster: `number ${name.replace('gantry', '')}`,
      how: `Remove it: "ip link delete ${name}".`,
    }));
}
