/** Reads what a diagnosis wants to know, and asks it anew, until it wants nothing more. */
import {
  type Answer,
  type CertificateAnswer,
  type CertificatePair,
  keyOfWant,
  Notebook,
  type Want,
} from '#api/diagnosis/facts.ts';
import type { Facts } from '#api/diagnosis/facts.ts';
import type { RegistryCredentials } from '#api/keyring.ts';
import { sorts } from '#api/diagnosis/sorts.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { type ApiClient, listAll } from '../api/api-client.ts';
import { servedResources } from '../api/discovery.ts';

/** What the API does not tell; absent from another machine. */
export interface Surroundings {
  readonly listening: (podUid: string) => unknown;
  readonly repository: (
    registry: string,
    repository: string,
    logins: readonly RegistryCredentials[],
  ) => Promise<unknown>;
  readonly certificate: (pair: CertificatePair) => CertificateAnswer;
}

export interface Diagnosis<T> {
  readonly result: T;
  readonly read: ReadonlyMap<string, { readonly want: Want; readonly answer: Answer }>;
}

/** Each round reads at least one thing that the round before did not know of; a walk is not longer. */
const roundsMax = 24;
const logLines = 5;

export async function diagnoseThrough<T>(
  client: ApiClient,
  surroundings: Surroundings,
  now: number,
  diagnosis: (facts: Facts) => T,
): Promise<Diagnosis<T>> {
  const answers = new Map<string, Answer>();
  const read = new Map<string, { want: Want; answer: Answer }>();
  for (let round = 0; ; round += 1) {
    const notebook = new Notebook(now, answers);
    const result = diagnosis(notebook);
    if (notebook.wanted.size === 0 || round === roundsMax) return { result, read };
    await Promise.all(
      [...notebook.wanted].map(async ([key, want]) => {
        const answer = await answerTo(want, client, surroundings);
        answers.set(key, answer);
        read.set(keyOfWant(want), { want, answer });
      }),
    );
  }
}

async function answerTo(
  want: Want,
  client: ApiClient,
  surroundings: Surroundings,
): Promise<Answer> {
  try {
    return { value: await valueOf(want, client, surroundings) };
  } catch (error) {
    if (isStatusError(error, 'Forbidden')) return { forbidden: true };
    // Also of a kind that the cluster does not serve.
    if (isStatusError(error, 'NotFound')) return { value: undefined };
    throw error;
  }
}

function valueOf(want: Want, client: ApiClient, surroundings: Surroundings): Promise<unknown> {
  switch (want.type) {
    case 'object':
      return client.verbs.get({ ...placeOf(want), name: want.name });
    case 'objects':
      return listAll(client.verbs, placeOf(want));
    case 'content':
      return contentOf(client, want.namespace);
    case 'log':
      return logOf(client, want.pod, want.container, want.previous);
    case 'listening':
      return Promise.resolve(surroundings.listening(want.pod.metadata.uid ?? ''));
    case 'repository':
      return surroundings.repository(
        want.image.registry,
        want.image.repository,
        want.login?.credentials ?? [],
      );
    case 'certificate':
      return Promise.resolve(surroundings.certificate(want.pair));
  }
}

function placeOf({ sort, namespace }: Extract<Want, { type: 'object' | 'objects' }>) {
  const { group, version, resource, namespaced } = sorts[sort];
  return { group, version, resource, ...(namespaced && { namespace }) };
}

/** Events go with the namespace; they hold nothing up. */
async function contentOf(client: ApiClient, namespace: string): Promise<KubeObject[]> {
  const served = (await servedResources(client.http)).filter(
    ({ namespaced, verbs, resource }) =>
      namespaced && verbs.includes('list') && verbs.includes('delete') && resource !== 'events',
  );
  const lists = await Promise.all(
    served.map(({ group, version, resource }) =>
      listAll(client.verbs, { group, version, resource, namespace }).catch(() => []),
    ),
  );
  return lists.flat();
}

async function logOf(
  { http }: ApiClient,
  { metadata }: Pod,
  container: string,
  previous: boolean,
): Promise<string[]> {
  const query = `container=${encodeURIComponent(container)}&tailLines=${logLines}&previous=${previous}`;
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?${query}`;
  const answer = await http.request({ method: 'GET', path });
  if (answer.status !== 200) return [];
  return answer
    .text()
    .split('\n')
    .filter((line) => line.trim() !== '');
}
