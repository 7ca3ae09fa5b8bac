import type { View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { namespaces } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { isContent, isWatchedContent } from '../decide/contents.ts';
import { decideNamespace } from './decide/namespace.ts';

/** Empties namespaces that are being deleted. `kinds` are all kinds of the API. */
export function namespaceController(kinds: readonly Kind[]): LoopDefinition {
  const contents = kinds.filter((kind) => kind.namespaced && isContent(kind));
  const watched = contents.filter(isWatchedContent);
  const unwatched = contents.filter((kind) => !isWatchedContent(kind));
  return {
    name: 'namespace-controller',
    sources: [{ kind: namespaces }, ...watched.map((kind) => ({ kind, keysOf: dyingNamespaceOf }))],
    decide: (view, key, now) => decideNamespace({ watched, unwatched }, view, key, now),
  };
}

function dyingNamespaceOf({ metadata }: KubeObject, view: View): readonly string[] {
  const { namespace = '' } = metadata;
  const found = view.get(namespaces, undefined, namespace);
  return found?.metadata.deletionTimestamp === undefined ? [] : [namespace];
}
