import type { Kind, Subresource } from '../kind.ts';
import type { Pod } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

const subresources: readonly Subresource[] = [
  {
    name: 'attach',
    verbs: ['create', 'get'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodAttachOptions' },
  },
  {
    name: 'binding',
    verbs: ['create'],
    body: { group: '', version: 'v1', kind: 'Binding' },
  },
  {
    name: 'eviction',
    verbs: ['create'],
    body: { group: 'policy', version: 'v1', kind: 'Eviction' },
  },
  {
    name: 'exec',
    verbs: ['create', 'get'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodExecOptions' },
  },
  { name: 'log', verbs: ['get'] },
  {
    name: 'portforward',
    verbs: ['create', 'get'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
  },
  statusSubresource,
];

export const pods: Kind<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Pod',
  subresources,
  hasStatus: true,
  gracePeriodSeconds: gracePeriodOf,
  columns: [nameColumn],
};

/** Nothing runs before a node has the pod, nor after it finished: then there is nothing to wait for. */
function gracePeriodOf(pod: Pod): number {
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return pod.spec.terminationGracePeriodSeconds ?? 30;
}
