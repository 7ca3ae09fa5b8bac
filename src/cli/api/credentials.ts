/**
 * Which cluster a command asks, and as whom: a context of the kubeconfig as kubectl would take it,
 * or the keys of a cluster of this machine. Source: client-go's clientcmd `Config` (v1).
 */
import { parse } from 'yaml';
import { wordsOf } from '#base/words.ts';
import { clusterPaths, contextName } from '../cluster/cluster-config.ts';
import { clusterName, readConfig } from '../cluster/clusters.ts';
import type { OptionSpec, OptionValues } from '../command.ts';
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';

export interface Credentials {
  readonly server: string;
  readonly authorities: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly serverName: string | undefined;
  readonly insecure: boolean;
  /** Of the context; `default` when it names none. */
  readonly namespace: string;
  /** For a person. */
  readonly from: string;
}

/** Options of every command that asks the API. */
export const apiOptions: Readonly<Record<string, OptionSpec>> = {
  namespace: { type: 'string', short: 'n', value: 'NAMESPACE', help: 'where the object is' },
  context: {
    type: 'string',
    value: 'CONTEXT',
    help: 'of the kubeconfig (default: the current one)',
  },
  kubeconfig: { type: 'string', value: 'FILE', help: 'default: KUBECONFIG, else ~/.kube/config' },
};

interface Named {
  readonly name?: string;
}

interface Kubeconfig {
  readonly clusters?: readonly (Named & { readonly cluster?: Record<string, unknown> })[] | null;
  readonly users?: readonly (Named & { readonly user?: Record<string, unknown> })[] | null;
  readonly contexts?:
    | readonly (Named & { readonly context?: Record<string, string | undefined> })[]
    | null;
  readonly 'current-context'?: string;
}

const wordOf = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

export async function credentialsOf(machine: Machine, options: OptionValues): Promise<Credentials> {
  const named = wordOf(options['name']);
  if (named !== undefined) {
    const own = await ownKeys(machine, clusterName(named));
    if (own) return { ...own, namespace: await chosenNamespace(machine, options, named) };
  }
  const files = filesOf(machine, wordOf(options['kubeconfig']));
  const configs = await Promise.all(files.map((path) => readKubeconfig(machine, path)));
  const present = configs.filter((config) => config !== undefined);
  const wanted =
    wordOf(options['context']) ??
    (named === undefined ? undefined : contextName(named)) ??
    present.map((config) => config.value['current-context']).find((each) => each);
  const found = wanted === undefined ? undefined : contextIn(present, wanted);
  if (found) return fromContext(machine, found);
  // Who runs the cluster on this machine needs no kubeconfig.
  const own = wanted === undefined ? await ownKeys(machine, clusterName(undefined)) : undefined;
  if (own) return own;
  throw new CommandError(
    'usage',
    wanted === undefined
      ? `There is no kubeconfig that names a cluster (looked at ${files.join(', ')}).`
      : `The kubeconfig (${files.join(', ')}) has no context "${wanted}".`,
    'Name one with --kubeconfig or --context, or run the command on the machine of the cluster with --name.',
  );
}

/** Of the cluster's own context, where the kubeconfig has one; a broken file is no reason to stop here. */
async function chosenNamespace(
  machine: Machine,
  options: OptionValues,
  cluster: string,
): Promise<string> {
  const files = filesOf(machine, wordOf(options['kubeconfig']));
  const configs = files.map((path) => readKubeconfig(machine, path).catch(() => undefined));
  const present = (await Promise.all(configs)).filter((config) => config !== undefined);
  return contextIn(present, contextName(cluster))?.namespace ?? 'default';
}

async function ownKeys(machine: Machine, name: string): Promise<Credentials | undefined> {
  const config = await readConfig(machine, name).catch(() => undefined);
  if (!config) return undefined;
  const { pki } = clusterPaths(config);
  const read = (file: string): Promise<string | undefined> =>
    machine.files.readText(`${pki}/${file}`).catch(() => undefined);
  const [authorities, certificate, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map(read),
  );
  if (authorities === undefined || certificate === undefined || key === undefined) return undefined;
  return {
    server: `https://127.0.0.1:${config.apiPort}`,
    authorities,
    certificate,
    key,
    token: undefined,
    serverName: undefined,
    insecure: false,
    namespace: 'default',
    from: `the cluster "${name}" of this machine`,
  };
}

function filesOf({ host }: Machine, given: string | undefined): string[] {
  if (given !== undefined) return [given];
  const { KUBECONFIG = '', HOME = '/root' } = host.environment;
  const listed = KUBECONFIG.split(':').filter((part) => part !== '');
  return listed.length > 0 ? listed : [`${HOME}/.kube/config`];
}

interface Present {
  readonly path: string;
  readonly value: Kubeconfig;
}

async function readKubeconfig({ files }: Machine, path: string): Promise<Present | undefined> {
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  try {
    return { path, value: (parse(text) ?? {}) as Kubeconfig };
  } catch (error) {
    throw new CommandError(
      'failed',
      `The kubeconfig ${path} is not readable: ${wordsOf(error)}`,
      'Repair that file, or name another one with --kubeconfig.',
      { cause: error },
    );
  }
}

interface Found {
  readonly path: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly cluster: Record<string, unknown>;
  readonly user: Record<string, unknown>;
}

/** Of several files the first that has a name holds, as kubectl has it. */
function contextIn(configs: readonly Present[], name: string): Found | undefined {
  const all = <T extends Named>(pick: (config: Kubeconfig) => readonly T[] | null | undefined) =>
    configs.flatMap(({ path, value }) => (pick(value) ?? []).map((item) => ({ path, item })));
  const context = all(({ contexts }) => contexts).find(({ item }) => item.name === name);
  if (!context) return undefined;
  const { cluster, user, namespace } = context.item.context ?? {};
  const toCluster = all(({ clusters }) => clusters).find(({ item }) => item.name === cluster);
  const toUser = all(({ users }) => users).find(({ item }) => item.name === user);
  return {
    path: toCluster?.path ?? context.path,
    name,
    namespace,
    cluster: toCluster?.item.cluster ?? {},
    user: toUser?.item.user ?? {},
  };
}

async function fromContext(machine: Machine, found: Found): Promise<Credentials> {
  const { cluster, user, path } = found;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined;
  const either = async (from: Record<string, unknown>, field: string) => {
    const data = text(from[`${field}-data`]);
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    const file = text(from[field]);
    if (file === undefined) return undefined;
    return machine.files.readText(file.startsWith('/') ? file : `${folder}/${file}`);
  };
  if (user['exec'] !== undefined || user['auth-provider'] !== undefined) {
    throw new CommandError(
      'usage',
      `The user of context "${found.name}" gets its credentials from another program, which gantry does not start.`,
      'Use a context with a client certificate or a token.',
    );
  }
  const tokenFile = text(user['tokenFile']);
  return {
    server: text(cluster['server']) ?? '',
    authorities: await either(cluster, 'certificate-authority'),
    certificate: await either(user, 'client-certificate'),
    key: await either(user, 'client-key'),
    token:
      text(user['token']) ??
      (tokenFile === undefined ? undefined : (await machine.files.readText(tokenFile))?.trim()),
    serverName: text(cluster['tls-server-name']),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    namespace: found.namespace ?? 'default',
    from: `context "${found.name}" of ${path}`,
  };
}
