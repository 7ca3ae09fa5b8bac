/** What stands in volumes that are made from objects of the API. */
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '#api/types.ts';
import { bytesOf, type References } from '../config/env.ts';
import {
  type Allocatable,
  fieldValue,
  type PodAddresses,
  resourceValue,
} from '../config/field-refs.ts';
import type { Payload, VolumeFile } from './atomic-writer.ts';
import { VolumeError } from './volume-error.ts';

export interface PayloadContext {
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
  readonly references: References;
  token(projection: ServiceAccountTokenProjection): Promise<string>;
}

type Files = Map<string, VolumeFile>;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Undefined for a volume of another type. */
export async function payloadOf(
  volume: Volume,
  context: PayloadContext,
): Promise<Payload | undefined> {
  const files: Files = new Map();
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) {
    await addConfigMap(files, configMap, configMap.defaultMode ?? 0o644, context);
  } else if (secret) {
    const { secretName, defaultMode = 0o644, ...rest } = secret;
    await addSecret(files, { ...rest, name: secretName }, defaultMode, context);
  } else if (downwardAPI) {
    addDownward(files, downwardAPI.items ?? [], downwardAPI.defaultMode ?? 0o644, context);
  } else if (projected) {
    const mode = projected.defaultMode ?? 0o644;
    for (const source of projected.sources ?? []) await addProjection(files, source, mode, context);
  } else {
    return undefined;
  }
  return files;
}

async function addProjection(
  files: Files,
  source: VolumeProjection,
  mode: number,
  context: PayloadContext,
): Promise<void> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap) await addConfigMap(files, configMap, mode, context);
  else if (secret) await addSecret(files, secret, mode, context);
  else if (downwardAPI) addDownward(files, downwardAPI.items ?? [], mode, context);
  else if (serviceAccountToken) {
    const { securityContext } = context.pod.spec ?? {};
    const token = await context.token(serviceAccountToken);
    // A token is its reader's only, as far as one can know who that is.
    const owner = securityContext?.fsGroup === undefined ? securityContext?.runAsUser : undefined;
    put(files, serviceAccountToken.path, {
      data: encode(token),
      mode: owner !== undefined || securityContext?.fsGroup !== undefined ? 0o600 : mode,
      ...(owner !== undefined && { uid: owner }),
    });
  } else {
    throw new VolumeError(
      `projected source ${Object.keys(source).join(', ')} is not supported by this node`,
    );
  }
}

interface ObjectSource {
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
}

async function addConfigMap(
  files: Files,
  source: ObjectSource,
  mode: number,
  context: PayloadContext,
) {
  const namespace = context.pod.metadata.namespace ?? '';
  const found = await context.references.configMap(namespace, source.name ?? '');
  if (!found && !source.optional) throw new VolumeError(`configmap "${source.name}" not found`);
  const values = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found?.data ?? {})) values.set(key, encode(text));
  for (const [key, text] of Object.entries(found?.binaryData ?? {})) values.set(key, bytesOf(text));
  addValues(files, values, source, mode, `configmap references non-existent config key`);
}

async function addSecret(
  files: Files,
  source: ObjectSource,
  mode: number,
  context: PayloadContext,
) {
  const namespace = context.pod.metadata.namespace ?? '';
  const found = await context.references.secret(namespace, source.name ?? '');
  if (!found && !source.optional) throw new VolumeError(`secret "${source.name}" not found`);
  const values = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found?.data ?? {})) values.set(key, bytesOf(text));
  addValues(files, values, source, mode, `references non-existent secret key`);
}

function addValues(
  files: Files,
  values: ReadonlyMap<string, Uint8Array>,
  { items = [], optional }: ObjectSource,
  mode: number,
  missing: string,
): void {
  if (items.length === 0) for (const [key, data] of values) put(files, key, { data, mode });
  for (const { key, path, mode: own = mode } of items) {
    const data = values.get(key);
    if (data) put(files, path, { data, mode: own });
    else if (!optional) throw new VolumeError(`${missing}: ${key}`);
  }
}

function addDownward(
  files: Files,
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  { pod, addresses, allocatable }: PayloadContext,
): void {
  for (const { path, fieldRef, resourceFieldRef, mode: own = mode } of items) {
    if (fieldRef) {
      put(files, path, { data: encode(fieldValue(fieldRef, pod, addresses)), mode: own });
    } else if (resourceFieldRef) {
      const { containers = [], initContainers = [] } = pod.spec ?? {};
      const container = [...containers, ...initContainers].find(
        ({ name }) => name === resourceFieldRef.containerName,
      );
      if (!container) throw new VolumeError(`no container ${resourceFieldRef.containerName}`);
      const text = resourceValue(resourceFieldRef, container, allocatable);
      put(files, path, { data: encode(text), mode: own });
    }
  }
}

function put(files: Files, path: string, file: VolumeFile): void {
  const parts = path.split('/');
  if (path === '' || path.startsWith('/') || parts.includes('..') || path.startsWith('..')) {
    throw new VolumeError(`invalid path "${path}"`);
  }
  files.set(path, file);
}
