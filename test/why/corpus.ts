/**
 * The corpus of what can be wrong: one file per case. Its head says what is asked, which code must
 * come, and the commands that cure it; the rest is the manifest.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface Case {
  /** The file without its ending. */
  readonly name: string;
  /** Any of these may have it. */
  readonly ask: readonly string[];
  readonly code: string;
  /** Where what events and conditions say depends on the case. */
  readonly general: string | undefined;
  /** It changes the node, and so must have the cluster for itself. */
  readonly alone: boolean;
  /** Commands that break it, after the manifest. */
  readonly afterwards: readonly string[];
  readonly cure: readonly string[];
  /** Kubernetes has neither an event nor a condition for it: only who asks is told. */
  readonly silent: boolean;
  /** The object goes away when it is cured. */
  readonly goes: boolean;
  readonly manifest: string;
}

export function readCorpus(): Case[] {
  const folder = import.meta.dirname;
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readCase(file.replace('.yaml', ''), readFileSync(join(folder, file), 'utf8')));
}

function readCase(name: string, text: string): Case {
  const said = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^# ${key}: (.*)$`, 'gm'))].map(([, value = '']) => value);
  return {
    name,
    ask: (said('ask')[0] ?? '').split(' '),
    code: said('code')[0] ?? '',
    general: said('general')[0],
    alone: said('alone').length > 0,
    afterwards: said('then'),
    cure: said('cure'),
    silent: said('silent').length > 0,
    goes: said('healthy')[0] === 'gone',
    manifest: text,
  };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const clusterWide = new Set([
  ...['Namespace', 'Node', 'StorageClass', 'PersistentVolume', 'PriorityClass', 'RuntimeClass'],
]);

/** Every object of the case, in a namespace of its own. */
export function objectsOf({ name, manifest }: Case, fill: (text: string) => string): Manifest[] {
  const namespace = namespaceOf(name);
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } as Manifest,
    ...parseAllDocuments(fill(manifest))
      .map((document) => document.toJS() as Manifest)
      .map((object) => ({
        ...object,
        metadata: clusterWide.has(object.kind)
          ? object.metadata
          : { namespace, ...object.metadata },
      })),
  ];
}

export const namespaceOf = (name: string): string => `why-${name}`;
