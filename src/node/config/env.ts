/** The environment of a container. */
import type {
  ConfigMap,
  Container,
  EnvFromSource,
  EnvVar,
  FileKeySelector,
  Pod,
  Secret,
} from '#api/types.ts';
import { ConfigError } from './config-error.ts';
import { parseEnvFile } from './env-file.ts';
import { expand } from './expand.ts';
import { type Allocatable, fieldValue, type PodAddresses, resourceValue } from './field-refs.ts';

/** Objects of the pod's namespace; rejects when the API cannot be asked, undefined: not there. */
export interface References {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
}

export interface EnvContext {
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
  readonly references: References;
  readonly services: ReadonlyMap<string, string>;
  /** Text of a file in a volume of the pod; undefined when it is not there. */
  readonly fileIn: (volume: string, path: string) => Promise<string | undefined>;
}

/** Later sources win; Services come in only where nothing else has that name. */
export async function containerEnv(
  container: Container,
  context: EnvContext,
): Promise<Map<string, string>> {
  const env = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [key, value] of await valuesFrom(source, context)) env.set(key, value);
  }
  const lookUp = (name: string): string | undefined => env.get(name) ?? context.services.get(name);
  for (const one of container.env ?? []) {
    const value = one.valueFrom
      ? await valueFrom(one, container, context)
      : expand(one.value ?? '', lookUp);
    if (value !== undefined) env.set(one.name, value);
  }
  for (const [key, value] of context.services) if (!env.has(key)) env.set(key, value);
  return env;
}

async function valuesFrom(
  { prefix = '', configMapRef, secretRef }: EnvFromSource,
  context: EnvContext,
): Promise<[string, string][]> {
  if (configMapRef) {
    const data = await dataOf('configMap', configMapRef.name, configMapRef.optional, context);
    return Object.entries(data).map(([key, value]) => [prefix + key, value]);
  }
  if (secretRef) {
    const data = await dataOf('secret', secretRef.name, secretRef.optional, context);
    return Object.entries(data).map(([key, value]) => [prefix + key, textOf(value)]);
  }
  return [];
}

async function valueFrom(
  { valueFrom: source = {} }: EnvVar,
  container: Container,
  context: EnvContext,
): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) return fieldValue(fieldRef, context.pod, context.addresses);
  if (resourceFieldRef) {
    const { containerName } = resourceFieldRef;
    const { containers = [], initContainers = [] } = context.pod.spec ?? {};
    const named = [...containers, ...initContainers].find(({ name }) => name === containerName);
    return resourceValue(resourceFieldRef, named ?? container, context.allocatable);
  }
  if (configMapKeyRef) {
    const { name, optional } = configMapKeyRef;
    return keyOf(
      'configMap',
      await dataOf('configMap', name, optional, context),
      configMapKeyRef,
      context,
    );
  }
  if (secretKeyRef) {
    const { name, optional } = secretKeyRef;
    const data = await dataOf('secret', name, optional, context);
    const value = keyOf('secret', data, secretKeyRef, context);
    return value === undefined ? undefined : textOf(value);
  }
  return fileKeyRef && fileValue(fileKeyRef, context);
}

async function fileValue(
  { volumeName, path, key, optional }: FileKeySelector,
  { fileIn }: EnvContext,
): Promise<string | undefined> {
  const text = await fileIn(volumeName, path);
  if (text === undefined) {
    if (optional) return undefined;
    throw new ConfigError(`file "${path}" not found in volume "${volumeName}"`);
  }
  const value = parseEnvFile(text, path).get(key);
  if (value !== undefined || optional) return value;
  throw new ConfigError(`environment variable key "${key}" not found in file "${path}"`);
}

type Source = 'configMap' | 'secret';

async function dataOf(
  source: Source,
  name: string | undefined,
  optional: boolean | undefined,
  { pod, references }: EnvContext,
): Promise<Readonly<Record<string, string>>> {
  const object = await references[source](pod.metadata.namespace ?? '', name ?? '');
  if (object) return object.data ?? {};
  if (optional) return {};
  throw new ConfigError(`${source.toLowerCase()} "${name}" not found`);
}

function keyOf(
  source: Source,
  data: Readonly<Record<string, string>>,
  {
    name,
    key,
    optional,
  }: { name?: string | undefined; key: string; optional?: boolean | undefined },
  { pod }: EnvContext,
): string | undefined {
  const value = data[key];
  if (value !== undefined || optional) return value;
  const kind = source === 'secret' ? 'Secret' : 'ConfigMap';
  throw new ConfigError(`couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`);
}

/** Secrets carry base64. */
function textOf(base64: string): string {
  return new TextDecoder().decode(bytesOf(base64));
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
