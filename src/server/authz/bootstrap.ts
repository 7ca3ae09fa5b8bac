/**
 * Brings the bootstrap policy in at start: makes what is missing, and adds what an object that is
 * marked for it (`autoupdate`) has lost. It never takes away, as Kubernetes does not.
 */
import { deepCopy, deepEqual } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '#api/types.ts';
import { assert } from '#base/assert.ts';
import { isStatusError } from '#base/status-error.ts';
import type { Core } from '../core/core.ts';
import { staleAggregates } from './aggregation.ts';
import { bootstrapPolicy } from './bootstrap-policy.ts';
import { serverContext } from './follow.ts';
import type { RbacObject } from './rbac-index.ts';
import { uncovered } from './rules.ts';

const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate';

export async function ensureBootstrapPolicy(
  core: Pick<Core, 'get' | 'create' | 'update'>,
  lookup: KindLookup,
): Promise<void> {
  const wanted: readonly RbacObject[] = [
    ...withUnions(bootstrapPolicy.clusterRoles),
    ...bootstrapPolicy.clusterRoleBindings,
    ...bootstrapPolicy.roles,
    ...bootstrapPolicy.roleBindings,
  ];
  await Promise.all(wanted.map((object) => ensure(core, lookup, object)));
}

/** The unions that aggregation would write, so that a new cluster has them from its first moment. */
function withUnions(roles: readonly ClusterRole[]): ClusterRole[] {
  const known = new Map(roles.map((role) => [role.metadata.name, role]));
  for (let stale = staleAggregates(known); stale.length > 0; stale = staleAggregates(known)) {
    for (const { role, rules } of stale) known.set(role.metadata.name, { ...role, rules });
  }
  return [...known.values()];
}

async function ensure(
  core: Pick<Core, 'get' | 'create' | 'update'>,
  lookup: KindLookup,
  wanted: RbacObject,
): Promise<void> {
  const kind = lookup.byObject(wanted);
  assert(kind, `the kind ${wanted.kind}`);
  const { name, namespace } = wanted.metadata;
  const current = await existing(core, kind, namespace, name);
  if (!current) {
    try {
      await core.create(serverContext, { kind, namespace }, deepCopy(wanted) as KubeObject, {});
    } catch (error) {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
    }
    return;
  }
  const repaired = repair(current as RbacObject, wanted);
  if (repaired)
    await core.update(serverContext, { kind, namespace, name }, repaired as KubeObject, {});
}

async function existing(
  core: Pick<Core, 'get'>,
  kind: Kind,
  namespace: string | undefined,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return (await core.get(serverContext, { kind, namespace, name })).object;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}

function repair(current: RbacObject, wanted: RbacObject): RbacObject | undefined {
  if (current.metadata.annotations?.[autoupdate] !== 'true') return undefined;
  if (current.kind === 'Role' || current.kind === 'ClusterRole') {
    // Aggregation owns the rules of an aggregated role.
    if ('aggregationRule' in current && current.aggregationRule) return undefined;
    const missing = uncovered(current.rules ?? [], (wanted as Role | ClusterRole).rules ?? []);
    if (missing.length === 0) return undefined;
    const rules: PolicyRule[] = [...(current.rules ?? []), ...missing];
    return { ...current, rules };
  }
  const has = current.subjects ?? [];
  const missing = ((wanted as RoleBinding | ClusterRoleBinding).subjects ?? []).filter(
    (subject: Subject) => !has.some((each) => deepEqual(each, subject)),
  );
  return missing.length === 0 ? undefined : { ...current, subjects: [...has, ...missing] };
}
