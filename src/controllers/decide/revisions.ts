/**
 * The history of a workload's template as ControllerRevisions, for those that keep no ReplicaSets.
 * What a revision holds is the patch that brings its template back, as `kubectl rollout undo` sends it.
 * Source: Kubernetes' pkg/controller/history; KEP "StatefulSet updates".
 */
import type { Action, View } from '#api/decision.ts';
import { controllerRevisions } from '#api/kinds/index.ts';
import type { ControllerRevision, PodTemplateSpec } from '#api/types.ts';
import type { PodOwner } from './making-pods.ts';
import { controllerReference } from './owners.ts';
import { isSame } from './same.ts';
import { templateHash } from './template-hash.ts';

/** Carried by pods: which revision they are of. */
export const revisionLabel = 'controller-revision-hash';

/** Whose history it is: its revisions from the oldest to the newest, and its template of today. */
export interface Historian {
  readonly owner: PodOwner;
  readonly revisions: readonly ControllerRevision[];
  readonly template: PodTemplateSpec;
  readonly collisionCount: number | undefined;
  /** The label under which a revision carries its own hash. */
  readonly hashLabel: string;
}

export type HistoryStep =
  | { readonly type: 'current'; readonly revision: ControllerRevision }
  | { readonly type: 'step'; readonly actions: readonly Action[] }
  /** The name is taken by something else: another one is wanted. */
  | { readonly type: 'collision' };

/** The revision of today's template; a template that comes back gets its revision back, as the newest. */
export function historyStep(view: View, historian: Historian): HistoryStep {
  const { revisions, template } = historian;
  const newest = revisions.at(-1);
  const next = (newest?.revision ?? 0) + 1;
  const data = patchOf(template);
  const known = revisions.findLast((each) => isSame(each.data, data));
  if (known === undefined) return creation(view, historian, data, next);
  if (known === newest) return { type: 'current', revision: known };
  const { namespace, name, uid, resourceVersion } = known.metadata;
  const patch = { metadata: { uid, resourceVersion }, revision: next };
  return {
    type: 'step',
    actions: [{ type: 'patch', kind: controllerRevisions, namespace, name, patch }],
  };
}

function creation(
  view: View,
  { owner, template, collisionCount, hashLabel }: Historian,
  data: unknown,
  revision: number,
): HistoryStep {
  const { namespace, name, annotations } = owner.object.metadata;
  const hash = templateHash(template, collisionCount);
  const object: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      annotations,
      ownerReferences: [controllerReference(owner.kind, owner.object)],
    },
    data,
    revision,
  };
  const taken = view.get(controllerRevisions, namespace, object.metadata.name);
  if (taken !== undefined) return { type: 'collision' };
  return { type: 'step', actions: [{ type: 'create', kind: controllerRevisions, object }] };
}

export function oldestFirst(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return revisions.toSorted((a, b) => {
    if (a.revision !== b.revision) return a.revision - b.revision;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

/** Deletes the oldest of those that nothing uses, down to the limit; below zero keeps all. */
export function forgetting(
  revisions: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  limit: number,
): readonly Action[] {
  const unused = revisions.filter((each) => !isLive(each));
  if (limit < 0 || unused.length <= limit) return [];
  return unused.slice(0, unused.length - limit).map(({ metadata }) => {
    const { namespace, name, uid } = metadata;
    return { type: 'delete', kind: controllerRevisions, namespace, name, uid };
  });
}

/** A strategic merge patch. Keys stand in the alphabet's order, in which kubectl compares them. */
function patchOf(template: PodTemplateSpec): unknown {
  return sorted({ spec: { template: { ...template, $patch: 'replace' } } });
}

/** The template that a revision holds. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const held = data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  if (held?.spec?.template === undefined) return undefined;
  const { $patch, ...template } = held.spec.template;
  return template;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
