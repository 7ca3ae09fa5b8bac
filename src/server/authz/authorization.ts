/**
 * Who may. Asked in this order: the masters group, the node authorizer for nodes, RBAC. The indexes
 * behind it are fed by watches of the core, never by requests.
 */
import type { KubeObject } from '#api/object.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { PersistentVolume, Pod } from '#api/types.ts';
import type { Timers } from '#base/clock.ts';
import type { AuthorizationAnswer, AuthorizationQuestion, Authorizer, Core } from '../core/core.ts';
import { type Following, follow } from './follow.ts';
import { authorizeNode, nodeNameOf } from './node-authorizer.ts';
import { NodeGraph } from './node-graph.ts';
import { Rbac } from './rbac.ts';
import type { RbacObject } from './rbac-index.ts';

export class Authorization implements Authorizer {
  readonly rbac = new Rbac();
  readonly nodes = new NodeGraph();

  authorize(question: AuthorizationQuestion): AuthorizationAnswer {
    if (question.user.groups.includes('system:masters')) return { allowed: true, reason: '' };
    const node = nodeNameOf(question.user);
    const byNode = node === undefined ? undefined : authorizeNode(this.nodes, node, question);
    if (byNode?.allowed) return byNode;
    const byRole = this.rbac.authorize(question);
    if (byRole.allowed || !byNode?.reason) return byRole;
    return { allowed: false, reason: [byNode.reason, byRole.reason].filter(Boolean).join('\n') };
  }

  /** Starts the watches that keep the indexes; the caller closes them. */
  feed(core: Pick<Core, 'watch'>, timers: Timers, lookup: KindLookup): Following {
    const started: Following[] = [];
    const start = <T extends KubeObject>(
      group: string,
      name: string,
      put: (object: T) => void,
      remove: (object: T) => void,
    ) => {
      const kind = lookup.byKind(group, 'v1', name);
      if (!kind) return;
      const follower = {
        put: (object: KubeObject) => put(object as T),
        remove: (object: KubeObject) => remove(object as T),
      };
      started.push(follow(core, timers, kind, follower));
    };
    const { index } = this.rbac;
    for (const name of ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']) {
      start<RbacObject>(
        'rbac.authorization.k8s.io',
        name,
        (object) => index.put(object),
        (object) => index.remove(object),
      );
    }
    start<Pod>(
      '',
      'Pod',
      (pod) => this.nodes.putPod(pod),
      (pod) => this.nodes.removePod(pod),
    );
    start<PersistentVolume>(
      '',
      'PersistentVolume',
      (volume) => this.nodes.putVolume(volume),
      (volume) => this.nodes.removeVolume(volume),
    );
    return {
      synced: Promise.all(started.map(({ synced }) => synced)).then(() => undefined),
      close: () => started.forEach((each) => each.close()),
    };
  }
}
