/**
 * ResourceQuota: refuses what a namespace may not have, and keeps `status.used` exact. Each write
 * that changes what is used carries the new numbers of its quotas in the same commit, so that they
 * are true at every revision: nothing has to be counted again, and no two writes can share the last
 * free place. A quota that is new, or counts something else from now on, is counted once, on the
 * state that its own write rests on.
 */
import type { Kind } from '#api/kind.ts';
import { pods, resourceQuotas } from '#api/kinds/index.ts';
import {
  added,
  concerns,
  difference,
  exceeded,
  formatUsage,
  untold,
  usageIn,
} from '#api/kinds/resource-quotas/usage.ts';
import type { ResourceList } from '#api/kinds/pod-spec/requests.ts';
import { isInScopes } from '#api/kinds/resource-quotas/scopes.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod, ResourceQuota } from '#api/types.ts';
import type { Operation } from '#store/backend.ts';
import { forbidden } from '../core/errors.ts';
import { keyFor } from '../core/keys.ts';
import { storedValue } from '../core/write-deps.ts';
import type { AdmissionRequest, AdmissionStep, Reservation } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

/** `kinds`: all that are served, for a quota that must be counted from the beginning. */
export function resourceQuotaStep(kinds: () => readonly Kind[]): AdmissionStep {
  return {
    name: 'ResourceQuota',
    reserve: (request) => {
      if (!request.kind.namespaced) return undefined;
      if (request.kind === resourceQuotas && request.object !== undefined) {
        recount(kinds(), request, request.object as ResourceQuota);
      }
      return charge(request);
    },
  };
}

/** The quota's own status, whatever the writer thinks of it. */
function recount(
  kinds: readonly Kind[],
  { reader, namespace, operation }: AdmissionRequest,
  quota: ResourceQuota,
): void {
  let used: ResourceList = Object.fromEntries(
    Object.keys(quota.spec?.hard ?? {}).map((name) => [name, '0']),
  );
  for (const kind of kinds) {
    if (!concerns(quota, kind)) continue;
    for (const object of reader.list(kind, namespace)) {
      used = added(used, usageIn(quota, kind, object));
    }
  }
  if (operation === 'CREATE') used = added(used, usageIn(quota, resourceQuotas, quota));
  quota.status = { hard: { ...quota.spec?.hard }, used: { ...used } };
}

const nothing = (): void => undefined;

function charge(request: AdmissionRequest): Reservation | undefined {
  const { kind, reader, namespace, object, previous, operation } = request;
  const operations: Operation[] = [];
  for (const quota of reader.list(resourceQuotas, namespace)) {
    if (!concerns(quota, kind) || isItself(request, quota)) continue;
    const next = object === undefined ? {} : usageIn(quota, kind, object);
    const before = previous === undefined ? {} : usageIn(quota, kind, previous);
    if (operation === 'CREATE') checkTold(request, quota);
    const change = difference(next, before);
    if (Object.keys(change).length === 0) continue;
    operations.push(charged(request, quota, change));
  }
  return operations.length === 0 ? undefined : { confirm: nothing, cancel: nothing, operations };
}

/** Its own number is in what is being written. */
function isItself({ kind, object, previous }: AdmissionRequest, quota: ResourceQuota): boolean {
  if (kind !== resourceQuotas) return false;
  const written: KubeObject | undefined = object ?? previous;
  return written?.metadata.uid === quota.metadata.uid;
}

/** Also of a pod that the quota would count if only it said more. */
function checkTold({ kind, object }: AdmissionRequest, quota: ResourceQuota): void {
  if (kind !== pods || !isInScopes(quota, kind, object as Pod)) return;
  const why = untold(quota, object as Pod);
  if (why === undefined) return;
  throw forbidden(kind, nameIn(object), `failed quota: ${quota.metadata.name}: ${why}`);
}

/** A pod is judged when it is made or resized: one that gets a deadline may go where there is no room. */
function isJudged({ kind, operation, subresource }: AdmissionRequest): boolean {
  return kind !== pods || operation === 'CREATE' || subresource === 'resize';
}

function charged(request: AdmissionRequest, quota: ResourceQuota, change: ResourceList): Operation {
  const { kind, object, previous } = request;
  const { metadata, spec, status } = quota;
  const hard = spec?.hard ?? {};
  const used = status?.used ?? {};
  const tooMuch = isJudged(request) ? exceeded(hard, used, change) : [];
  if (tooMuch.length > 0) {
    const only = (list: ResourceList) =>
      formatUsage(Object.fromEntries(tooMuch.map((name) => [name, list[name] ?? '0'])));
    const why = `exceeded quota: ${metadata.name}, requested: ${only(change)}, used: ${only(used)}, limited: ${only(hard)}`;
    throw forbidden(kind, nameIn(object ?? previous), why);
  }
  const next: ResourceQuota = { ...quota, status: { ...status, used: { ...added(used, change) } } };
  return {
    type: 'put',
    key: keyFor(resourceQuotas, metadata.namespace, metadata.name),
    value: storedValue(resourceQuotas, next),
    expect: Number(metadata.resourceVersion),
  };
}
