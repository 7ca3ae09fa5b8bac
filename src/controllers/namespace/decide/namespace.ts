/**
 * Empties a namespace that is being deleted, then lets it go.
 *
 * The view says what is still there and is told of in the conditions; that nothing is left is asked
 * of the server before the finalizer goes, since an object left behind could never be reached again.
 */
import { type Action, type Decision, type Failure, nothingToDo, type View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { namespaces, pods } from '#api/kinds/index.ts';
import type { Namespace } from '#api/types.ts';
import { isSame } from '../../decide/same.ts';
import { conditionsOf, type Progress, type Remainder } from './conditions.ts';

const finalizer = 'kubernetes';
/** Asks again while something stays, for kinds that are not watched and finalizers of others. */
const againMs = 5_000;

export interface NamespaceContents {
  /** Kinds that the view shows. */
  readonly watched: readonly Kind[];
  /** Kinds that only the server knows (Events): deleted and asked for at the end. */
  readonly unwatched: readonly Kind[];
}

export function decideNamespace(
  contents: NamespaceContents,
  view: View,
  key: string,
  now: number,
): Decision {
  const namespace = view.get(namespaces, undefined, key);
  if (namespace?.metadata.deletionTimestamp === undefined) return nothingToDo;
  if (namespace.spec.finalizers?.includes(finalizer) !== true) return nothingToDo;
  const remainders = nextOf(
    contents.watched
      .map((kind): Remainder => ({ kind, objects: view.list(kind, key) }))
      .filter(({ objects }) => objects.length > 0),
  );
  const refused = view.failure?.action === 'deleteCollection' ? view.failure : undefined;
  const reports = reporting(namespace, { remainders, refused }, now);
  if (remainders.length > 0) {
    const untouched = remainders.filter(isUntouched);
    // What was refused comes last, so that it holds up nothing else.
    const inOrder = untouched.sort((a, b) => Number(isOf(a, refused)) - Number(isOf(b, refused)));
    const deletions = inOrder.map(({ kind }) => emptying(kind, key));
    return { actions: [...reports, ...deletions], again: now + againMs };
  }
  // The report changes the version that the last step rests on, hence one after the other.
  if (reports.length > 0) return { actions: reports };
  const all = [...contents.watched, ...contents.unwatched];
  const confirmations = all.map((kind): Action => ({ type: 'confirmEmpty', kind, namespace: key }));
  // After a refusal all of them once more: the view may not show yet what the server still holds.
  const emptied = view.failure === undefined ? contents.unwatched : all;
  const steps = emptied.map((kind) => emptying(kind, key));
  return { actions: [...steps, ...confirmations, finalizing(namespace)] };
}

/** As long as there are pods, what they run with stays (KEP-5080). */
function nextOf(remainders: readonly Remainder[]): readonly Remainder[] {
  const running = remainders.filter(({ kind }) => kind.resource === pods.resource);
  return running.length > 0 ? running : remainders;
}

function isUntouched({ objects }: Remainder): boolean {
  return objects.some(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function isOf({ kind }: Remainder, refused: Failure | undefined): boolean {
  return kind.resource === refused?.resource;
}

function emptying(kind: Kind, namespace: string): Action {
  return { type: 'deleteCollection', kind, namespace };
}

function finalizing(namespace: Namespace): Action {
  const finalizers = (namespace.spec.finalizers ?? []).filter((each) => each !== finalizer);
  const object: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
  return { type: 'update', kind: namespaces, object, subresource: 'finalize' };
}

function reporting(namespace: Namespace, progress: Progress, now: number): readonly Action[] {
  const conditions = conditionsOf(namespace.status?.conditions ?? [], progress, now);
  const status = { ...namespace.status, phase: 'Terminating', conditions: [...conditions] };
  if (isSame(status, namespace.status)) return [];
  const object: Namespace = { ...namespace, status };
  return [{ type: 'update', kind: namespaces, object, subresource: 'status' }];
}
