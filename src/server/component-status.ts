/**
 * `kubectl get componentstatuses`. One process holds all of the control plane, so that whoever answers
 * answers for scheduler and controllers, too; the store is asked, under the name that people know.
 */
import { namespaces } from '#api/kinds/index.ts';
import type { ComponentStatus } from '#api/types.ts';
import type { Core } from './core/core.ts';
import type { VirtualReader } from './core/handlers.ts';
import { serverContext } from './authz/follow.ts';

export function componentStatusReader(core: Pick<Core, 'list'>): VirtualReader {
  return {
    list: async () => {
      const store = await core.list(serverContext, { kind: namespaces }, { limit: 1 }).then(
        () => healthy('etcd-0'),
        (error: unknown) => statusOf('etcd-0', 'False', 'the store does not answer', String(error)),
      );
      return [healthy('controller-manager'), store, healthy('scheduler')];
    },
  };
}

const healthy = (name: string): ComponentStatus => statusOf(name, 'True', 'ok');

function statusOf(name: string, status: string, message: string, error?: string): ComponentStatus {
  const condition = { type: 'Healthy', status, message, ...(error && { error }) };
  return {
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name },
    conditions: [condition],
  };
}
