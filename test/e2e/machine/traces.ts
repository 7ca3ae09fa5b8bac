/**
 * Everything on this machine that a cluster could leave behind, as lines of text: two looks can be
 * compared. What names another cluster of the machine is left out, since that one goes on.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { must, run } from '../harness.ts';

export type Traces = ReadonlyMap<string, ReadonlySet<string>>;

interface ClusterWords {
  readonly name: string;
  readonly index: number;
  readonly serviceRange: string;
  readonly dataDir: string;
}

/** All that there is, but of clusters other than `own`. */
export async function tracesOf(own: string): Promise<Traces> {
  const others = clusters().filter(({ name }) => name !== own);
  const foreign = others.map(wordsOf);
  const before = others.flatMap(recordsOf);
  const seen: [string, string[]][] = [];
  for (const [what, look] of Object.entries(looks)) seen.push([what, await look()]);
  // Its pods come and go while we look.
  const records = new Set([...before, ...others.flatMap(recordsOf)]);
  const isForeign = (line: string): boolean =>
    records.has(line) ||
    foreign.some((words) => words.test(line)) ||
    (others.length > 0 && commonFolders.test(line));
  return new Map(
    seen.map(([what, lines]) => [what, new Set(lines.filter((line) => !isForeign(line)))]),
  );
}

/** They go with the last cluster of the machine, which need not be ours. */
const commonFolders =
  /^\/(etc|run|var\/lib)\/gantry$|^\/run\/gantry\/\.shared(\/\w+(\/(holders|before))?)?$/;

/** What one look has and the other has not, as `kind: + line` and `kind: - line`. */
export function differenceOf(before: Traces, after: Traces): string[] {
  const found: string[] = [];
  for (const [what, lines] of after) {
    const earlier = before.get(what) ?? new Set();
    for (const line of lines) if (!earlier.has(line)) found.push(`${what}: + ${line}`);
    for (const line of earlier) if (!lines.has(line)) found.push(`${what}: - ${line}`);
  }
  return found;
}

/** Of the kinds that live only while something runs, all lines that name the cluster. */
export async function runningTracesOf(own: string): Promise<string[]> {
  const cluster = clusters().find(({ name }) => name === own);
  const words = wordsOf(cluster ?? { name: own, index: -1, serviceRange: 'none', dataDir: '' });
  const found: string[] = [];
  for (const [what, lines] of await tracesOf(own)) {
    if (what === 'files') continue;
    found.push(...[...lines].filter((line) => words.test(line)).map((line) => `${what}: ${line}`));
  }
  return found;
}

function clusters(): ClusterWords[] {
  const folder = '/etc/gantry';
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as ClusterWords);
}

/** Its name in paths, tables and control groups; its bridge; its range of Services. */
function wordsOf({ name, index, serviceRange }: ClusterWords): RegExp {
  const prefix = serviceRange.split('.').slice(0, 2).join('\\.');
  return new RegExp(
    `gantry[-/]${name}(?![\\w-])|--name ${name}(?![\\w-])|\\.shared/\\w+/holders/${name}$|` +
      `/etc/gantry/${name}\\.json|\\bgantry${index}\\b|(?<![\\d.])${prefix}\\.\\d`,
  );
}

/** Files outside of its folders that belong to it: sockets of its shims, records of its pods' networks. */
function recordsOf({ dataDir }: ClusterWords): string[] {
  const tasks = `${dataDir}/node/containerd/state/io.containerd.runtime.v2.task/k8s.io`;
  const ids = existsSync(tasks) ? readdirSync(tasks) : [];
  const results = '/var/lib/cni/results';
  const networks = existsSync(results) ? readdirSync(results) : [];
  return [
    ...ids.flatMap((id) => textOf(`${tasks}/${id}/address`).replace('unix://', '')),
    ...networks
      .map((name) => `${results}/${name}`)
      .filter((path) => textOf(path).includes(`"${dataDir}/`)),
  ];
}

/** Empty when it has gone meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const looks: Readonly<Record<string, () => Promise<string[]>>> = {
  processes: () => Promise.resolve(daemons()),
  mounts: () => Promise.resolve(mounts()),
  'control groups': controlGroups,
  links,
  addresses: async () => addressLines(await must('ip', ['-o', 'address'])),
  // Without those of pods' ends, which come and go with their links.
  routes: async () =>
    (await linesOf('ip', ['route', 'show', 'table', 'all'])).filter(
      (line) => !/ dev veth/.test(line),
    ),
  rules: () => linesOf('ip', ['rule']),
  nftables: async () => tables(await must('nft', ['list', 'ruleset'])),
  'iptables (legacy)': () =>
    linesOf('sh', ['-c', 'iptables-legacy-save 2>/dev/null | grep -v "^#"; :']),
  'kernel settings': () =>
    linesOf('sh', [
      '-c',
      'sysctl -a --pattern "^net.(ipv4.(ip_forward|conf.(all|default|lo))|bridge)" 2>/dev/null',
    ]),
  'network namespaces': () => linesOf('ls', ['/run/netns']),
  files: () =>
    linesOf('find', [
      '/etc',
      '/run',
      '/var/lib',
      '-xdev',
      '(',
      '-path',
      '/var/lib/apt',
      '-o',
      '-path',
      '/var/lib/gantry/*/*/*',
      '-o',
      '-path',
      '/run/udev',
      ')',
      '-prune',
      '-o',
      '-print',
    ]),
};

async function linesOf(program: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await run(program, args);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Processes that nobody waits for: what goes on by itself. */
function daemons(): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
      const group = /^\d+:.*?:(\/gantry-[^/\n]*)/m.exec(groups)?.[1] ?? '';
      const isDaemon = /^PPid:\s+1$/m.test(status) || group !== '';
      const isZombie = /^State:\s+Z/m.test(status);
      if (isDaemon && !isZombie && words !== '') found.push(`${pid} ${group} ${words}`);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** With propagation, without the numbers that the kernel gives. */
function mounts(): string[] {
  const text = readFileSync('/proc/self/mountinfo', 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const fields = left.split(' ');
      const shared = fields.slice(6).some((field) => field.startsWith('shared:'));
      return `${fields[4]} ${right.split(' ')[0]} ${shared ? 'shared' : 'private'}`;
    });
}

async function controlGroups(): Promise<string[]> {
  const roots = mounts()
    .filter((line) => /^\/sys\/fs\/cgroup\S* cgroup2? /.test(line))
    .map((line) => line.split(' ')[0] ?? '');
  return linesOf('find', [...roots, '-xdev', '-type', 'd']);
}

async function links(): Promise<string[]> {
  const names = readdirSync('/sys/class/net');
  return names.flatMap((name) => {
    try {
      const master = `/sys/class/net/${name}/master`;
      return [existsSync(master) ? `${name} of ${readlinkSync(master).split('/').at(-1)}` : name];
    } catch {
      // It has gone meanwhile.
      return [];
    }
  });
}

/** Without the numbers of links, and without those of pods' ends, which come and go. */
function addressLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^\d+: veth/.test(line))
    .map((line) =>
      line
        .replace(/^\d+: /, '')
        .replace(/valid_lft.*/, '')
        .trim(),
    );
}

/** A line per rule, with the table that it is in; what only counts is left out. */
function tables(text: string): string[] {
  let table = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('table ')) table = line.replace(' {', '');
    return line.trim() === ''
      ? []
      : [`${table}: ${line.trim().replace(/counter packets \d+ bytes \d+ ?/, '')}`];
  });
}
