/** The pod of a DaemonSet for one node: which it means, what it puts up with. */
import type { Kind } from '#api/kind.ts';
import { daemonSets } from '#api/kinds/index.ts';
import type { Affinity, DaemonSet, Pod, PodSpec, Toleration } from '#api/types.ts';
import { podFromTemplate } from '../../decide/making-pods.ts';
import { revisionLabel } from '../../decide/revisions.ts';

/** How many pods before this one failed on its node, one after the other. */
export const failuresAnnotation = 'gantry.dev/failures-before';

export function newDaemonPod(set: DaemonSet, node: string, hash: string, failures = 0): Pod {
  const owner = { kind: daemonSets as Kind, object: set };
  const { metadata, spec, ...rest } = podFromTemplate(owner, set.spec.template);
  const before = failures > 0 ? { [failuresAnnotation]: String(failures) } : {};
  return {
    ...rest,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [revisionLabel]: hash },
      annotations: { ...metadata.annotations, ...before },
    },
    spec: {
      ...spec,
      affinity: pinnedTo(node, spec.affinity),
      tolerations: [...tolerationsOf(spec)],
    },
  };
}

export function failuresBefore({ metadata }: Pod): number {
  const text = metadata.annotations?.[failuresAnnotation] ?? '0';
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** The scheduler binds it, but to that node only. What the template asks of nodes has been asked already. */
function pinnedTo(node: string, affinity: Affinity | undefined): Affinity {
  const pin = { key: 'metadata.name', operator: 'In', values: [node] };
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [pin] }],
      },
    },
  };
}

/** The node that a pod is on or is meant for. */
export function targetOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = required?.nodeSelectorTerms.flatMap(({ matchFields = [] }) => matchFields) ?? [];
  const pin = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return pin?.values?.length === 1 ? pin.values[0] : undefined;
}

const always = (name: string, effect: string): Toleration => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect,
});

const usual: readonly Toleration[] = [
  always('not-ready', 'NoExecute'),
  always('unreachable', 'NoExecute'),
  always('disk-pressure', 'NoSchedule'),
  always('memory-pressure', 'NoSchedule'),
  always('pid-pressure', 'NoSchedule'),
  always('unschedulable', 'NoSchedule'),
];

/** Daemons stay on a node in trouble: some are what repairs it. */
export function tolerationsOf(spec: PodSpec): readonly Toleration[] {
  const own = spec.tolerations ?? [];
  const added = spec.hostNetwork ? [...usual, always('network-unavailable', 'NoSchedule')] : usual;
  return [...own, ...added.filter((each) => !own.some((known) => isSameKind(known, each)))];
}

function isSameKind(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && !a.value;
}
