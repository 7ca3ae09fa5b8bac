/** The API of a cluster, as a command of a person asks it. */
import type { KubeObject } from '#api/object.ts';
import type { CollectionRef, SelectOptions, Verbs } from '#api/verbs.ts';
import { isStatusError } from '#base/status-error.ts';
import { wireVerbs } from '#client/wire-transport.ts';
import { systemTimers } from '#sys/timers.ts';
import { HttpClient } from '#wire/http/client.ts';
import type { OptionValues } from '../command.ts';
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import { type Credentials, credentialsOf } from './credentials.ts';

export interface ApiClient {
  readonly http: HttpClient;
  readonly verbs: Verbs;
  readonly credentials: Credentials;
  /** By `--namespace`, else of the context. */
  readonly namespace: string;
}

export async function connectApi(machine: Machine, options: OptionValues): Promise<ApiClient> {
  const credentials = await credentialsOf(machine, options);
  const { server, authorities, certificate, key, token, serverName, insecure } = credentials;
  if (!URL.canParse(server)) {
    throw new CommandError('usage', `${credentials.from} names no server.`, 'Repair it.');
  }
  const { origin } = new URL(server);
  const http = new HttpClient({
    baseUrl: origin,
    authorities,
    certificate,
    key,
    serverName,
    insecure,
    token: () => token,
  });
  const { namespace } = options;
  return {
    http,
    verbs: wireVerbs({ http, timers: systemTimers }),
    credentials,
    namespace: typeof namespace === 'string' ? namespace : credentials.namespace,
  };
}

/** Failures that concern the whole command, as sentences with a cure; others are thrown as they are. */
export function explainFailure(error: unknown, { credentials, namespace }: ApiClient): unknown {
  if (isStatusError(error, 'ServiceUnavailable')) {
    return new CommandError(
      'notRunning',
      `The API server of ${credentials.from} does not answer: ${error.message}.`,
      'Start the cluster with "gantry up", or choose another one with --context.',
      { cause: error },
    );
  }
  if (isStatusError(error, 'Unauthorized')) {
    return new CommandError(
      'failed',
      `The API server does not know the credentials of ${credentials.from}.`,
      'On the machine of the cluster "gantry status" writes current ones.',
      { cause: error },
    );
  }
  if (isStatusError(error, 'Forbidden')) {
    return new CommandError(
      'failed',
      `${error.message}.`,
      `Ask for rights, or use another --context (namespace "${namespace}").`,
      { cause: error },
    );
  }
  return error;
}

const pageItems = 500;
/** A person's question about one object never needs more. */
const objectsMax = 20_000;

export async function listAll(
  verbs: Verbs,
  ref: CollectionRef,
  select: SelectOptions = {},
): Promise<readonly KubeObject[]> {
  const all: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await verbs.list(ref, { ...select, limit: pageItems, continue: next });
    all.push(...page.items);
    next = page.continue;
  } while (next !== undefined && all.length < objectsMax);
  return all;
}
