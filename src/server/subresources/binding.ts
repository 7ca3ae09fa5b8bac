/**
 * `pods/binding`: the scheduler's word on where a pod runs. Given once: a pod that has a node keeps
 * it, so of two schedulers one learns that it came too late.
 */
import { notSupported, required } from '#api/field-error.ts';
import { pods } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Binding, Pod } from '#api/types.ts';
import type { Clock } from '#base/clock.ts';
import type { StatusError } from '#base/status-error.ts';
import type { Target } from '../core/core.ts';
import { conflict, invalid } from '../core/errors.ts';
import type { SubresourceHandler } from '../core/handlers.ts';
import { checkIdentity } from '../core/identity.ts';
import type { Updating } from '../core/update.ts';
import { created } from './created.ts';

export function bindingHandler(updating: Updating, clock: Clock): SubresourceHandler {
  return {
    create: async (context, target, body, options) => {
      const binding = body as Binding;
      checkBinding(binding, target);
      const bind = { ...target, subresource: 'binding' };
      const propose = (previous: KubeObject): KubeObject =>
        bound(previous as Pod, binding, formatTime(clock.now()));
      await updating.update(context, bind, options, propose, { owned: true });
      return created();
    },
  };
}

function checkBinding({ metadata, target: to }: Binding, target: Target): void {
  checkIdentity(metadata, target);
  const errors = [];
  if (to?.kind && to.kind !== 'Node') {
    errors.push(notSupported('target.kind', to.kind, ['Node', '<empty>']));
  }
  if (!to?.name) errors.push(required('target.name'));
  if (errors.length > 0) throw invalid({ group: '', kind: 'Binding' }, target.name ?? '', errors);
}

function bound(previous: Pod, binding: Binding, now: string): KubeObject {
  const { uid, resourceVersion, annotations } = binding.metadata ?? {};
  const { name } = previous.metadata;
  if (previous.metadata.deletionTimestamp !== undefined) {
    throw refusal(name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (previous.spec.nodeName) {
    throw refusal(name, `pod ${name} is already assigned to node "${previous.spec.nodeName}"`);
  }
  if (previous.spec.schedulingGates?.length) {
    throw refusal(name, `pod ${name} has non-empty .spec.schedulingGates`);
  }
  const metadata = { ...previous.metadata, resourceVersion };
  if (uid) metadata.uid = uid;
  if (annotations) metadata.annotations = { ...metadata.annotations, ...annotations };
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: now };
  // It has its node: where it was to go is of no use any more (KEP-5278).
  const { nominatedNodeName: _, conditions = [], ...status } = previous.status ?? {};
  const others = conditions.filter(({ type }) => type !== scheduled.type);
  const pod: Pod = {
    ...previous,
    metadata,
    spec: { ...previous.spec, nodeName: binding.target.name },
    status: { ...status, conditions: [...others, scheduled] },
  };
  return pod;
}

function refusal(name: string, why: string): StatusError {
  return conflict({ group: '', resource: 'pods/binding', kind: pods.kind }, name, why);
}
