/**
 * The cluster's keys and certificates in its data directory, for root only: made by the first start,
 * renewed when a third of their life is left, made anew when names have changed. The authority keeps
 * its key when it is renewed, so that nobody who trusts it has to be told at once.
 */
import type { Clock } from '#base/clock.ts';
import type { Files } from '#sys/files.ts';
import type { ServingKeys } from '#wire/http/server.ts';
import {
  type ClientIdentity,
  createAuthority,
  issueClient,
  issueServer,
  renewalDue,
  renewAuthority,
  stillServes,
} from '#wire/pki/authority.ts';
import { generateKey, type KeyPair } from '#wire/pki/key-pair.ts';

export interface ClusterPki {
  readonly authority: KeyPair;
  readonly apiServer: KeyPair;
  /** The person who runs the cluster (group system:masters). */
  readonly admin: KeyPair;
  readonly gateway: KeyPair;
  /** PEM, signs ServiceAccount tokens. */
  readonly signingKey: string;
}

export function servingKeys({ apiServer, authority }: ClusterPki): ServingKeys {
  return { ...apiServer, clientAuthorities: authority.certificate };
}

/** Certificate and key in one, as HAProxy reads them. */
export function gatewayPem({ gateway }: ClusterPki): string {
  return `${gateway.certificate}${gateway.key}`;
}

export interface PkiNames {
  /** Under which the API server is reached. */
  readonly apiServer: readonly string[];
  readonly gateway: readonly string[];
}

const admin: ClientIdentity = { commonName: 'gantry-admin', organizations: ['system:masters'] };

export async function openPki(
  files: Files,
  clock: Clock,
  folder: string,
  names: PkiNames,
): Promise<ClusterPki> {
  await files.makeDirectory(folder, 0o700);
  const read = async (name: string): Promise<KeyPair | undefined> => {
    const certificate = await files.readText(`${folder}/${name}.crt`);
    const key = await files.readText(`${folder}/${name}.key`);
    return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
  };
  /** The key first: a certificate whose key is missing is made anew. */
  const write = async (name: string, pair: KeyPair): Promise<KeyPair> => {
    await files.replace(`${folder}/${name}.key`, pair.key, 0o600);
    await files.replace(`${folder}/${name}.crt`, pair.certificate, 0o644);
    return pair;
  };
  const known = await read('ca');
  const authority =
    known && !renewalDue(known.certificate, clock.now())
      ? known
      : await write('ca', await (known ? renewAuthority(known, clock) : createAuthority(clock)));
  const keep = async (
    name: string,
    wanted: readonly string[],
    issue: () => Promise<KeyPair>,
  ): Promise<KeyPair> => {
    const pair = await read(name);
    const good =
      pair &&
      !renewalDue(pair.certificate, clock.now()) &&
      stillServes(pair.certificate, authority.certificate, wanted);
    return good ? pair : write(name, await issue());
  };
  return {
    authority,
    apiServer: await keep('apiserver', names.apiServer, () =>
      issueServer(authority, clock, { commonName: 'kube-apiserver', names: names.apiServer }),
    ),
    gateway: await keep('gateway', names.gateway, () =>
      issueServer(authority, clock, { commonName: 'gantry gateway', names: names.gateway }),
    ),
    admin: await keep('admin', [], () => issueClient(authority, clock, admin)),
    signingKey: await openSigningKey(files, `${folder}/service-accounts.key`),
  };
}

async function openSigningKey(files: Files, path: string): Promise<string> {
  const known = await files.readText(path);
  if (known !== undefined) return known;
  const made = generateKey();
  await files.replace(path, made, 0o600);
  return made;
}
