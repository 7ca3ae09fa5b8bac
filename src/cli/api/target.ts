/** The object that a person names: `deploy/web`, `pod web-1`. */
import { type SortName, sortNamed, sorts } from '#api/diagnosis/sorts.ts';
import { listOf, nearest } from '#api/diagnosis/words.ts';
import type { KubeObject } from '#api/object.ts';
import type { CollectionRef } from '#api/verbs.ts';
import { isStatusError } from '#base/status-error.ts';
import { CommandError } from '../exit-code.ts';
import { type ApiClient, listAll } from './api-client.ts';
import { servedResources } from './discovery.ts';

export interface Target {
  /** Undefined: of a kind that has no diagnosis of its own. */
  readonly sort: SortName | undefined;
  readonly object: KubeObject;
}

export function splitTarget(positionals: readonly string[]): { kind: string; name: string } {
  const [first = '', second] = positionals;
  const slash = first.indexOf('/');
  const kind = slash < 0 ? first : first.slice(0, slash);
  const name = slash < 0 ? second : first.slice(slash + 1);
  if (name !== undefined && name !== '' && kind !== '' && (slash < 0 || second === undefined))
    return { kind, name };
  throw new CommandError(
    'usage',
    `"${positionals.join(' ')}" names no object.`,
    'Name its kind and its name: "deployment/web", or "deployment web".',
  );
}

export async function findTarget(
  client: ApiClient,
  { kind, name }: { kind: string; name: string },
): Promise<Target> {
  const sort = sortNamed(kind);
  const found = sort
    ? { ...sorts[sort], resource: sorts[sort].resource }
    : await resourceNamed(client, kind);
  const { group, version, resource, namespaced } = found;
  const ref: CollectionRef = {
    group,
    version,
    resource,
    ...(namespaced && { namespace: client.namespace }),
  };
  try {
    return { sort, object: await client.verbs.get({ ...ref, name }) };
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
    throw await notThere(client, ref, found.kind, name);
  }
}

async function resourceNamed(client: ApiClient, word: string) {
  const [plain = '', ...group] = word.toLowerCase().split('.');
  const served = await servedResources(client.http);
  const found = served.find(
    (each) => each.names.includes(plain) && (group.length === 0 || each.group === group.join('.')),
  );
  if (found) return found;
  const names = nearest(
    plain,
    served.map(({ resource }) => resource),
  ).slice(0, 3);
  throw new CommandError(
    'usage',
    `The cluster serves no kind "${word}".`,
    names.length > 0 ? `There is: ${listOf(names)}.` : 'See "kubectl api-resources".',
  );
}

async function notThere(
  client: ApiClient,
  ref: CollectionRef,
  kind: string,
  name: string,
): Promise<CommandError> {
  const there = await listAll(client.verbs, ref).catch(() => []);
  const names = there.map(({ metadata }) => metadata.name ?? '');
  const close = nearest(name, names).slice(0, 3);
  const where = ref.namespace === undefined ? '' : ` in namespace "${ref.namespace}"`;
  const cure =
    close.length > 0
      ? `There is: ${listOf(close)}.`
      : `There ${names.length === 0 ? 'is none at all' : `are: ${listOf(names)}`}${where}; another namespace is named with -n.`;
  return new CommandError('failed', `There is no ${kind} "${name}"${where}.`, cure);
}
