/** As `kubectl rollout undo`. Source: k8s.io/kubectl, pkg/polymorphichelpers/rollback.go. */
import { isDeepStrictEqual } from 'node:util';
import { deployments, replicaSets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '#api/types.ts';
import {
  desiredAnnotation,
  maxAnnotation,
  revisionAnnotation,
  revisionHistoryAnnotation,
  revisionOf,
} from '#controllers/deployment/decide/revision.ts';
import { templateHashLabel } from '#controllers/decide/template-hash.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { Ledger } from './ledger.ts';
import { ownerOf } from './reading.ts';

/** What they say is about a set's own revision and size. */
const keptAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
];

/** Of the revision before the newest one that is there; undefined: no history is kept. */
export function previousSet(app: Deployment, ledger: Ledger): ReplicaSet | undefined {
  return ledger
    .list(replicaSets)
    .filter((set) => ownerOf(set) === app.metadata.uid)
    .toSorted((a, b) => revisionOf(b) - revisionOf(a))[1];
}

/** Template and annotations become those of the set, whoever changed them meanwhile. */
export async function undo(
  cluster: SimulatedCluster,
  app: Deployment,
  { metadata, spec }: ReplicaSet,
): Promise<void> {
  if (!spec.template) return;
  const template = withoutHash(spec.template);
  // kubectl refuses the one, and skips the other.
  if (app.spec.paused || isDeepStrictEqual(template, withoutHash(app.spec.template))) return;
  cluster.trace.add(`roll ${app.metadata.name} back to ${metadata.name}`);
  const isKept = ([name]: [string, unknown]): boolean => keptAnnotations.includes(name);
  const annotations = Object.fromEntries([
    ...Object.entries(app.metadata.annotations ?? {}).filter(isKept),
    ...Object.entries(metadata.annotations ?? {}).filter((each) => !isKept(each)),
  ]);
  const body = [
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'replace', path: '/metadata/annotations', value: annotations },
  ];
  await cluster.patch(deployments as Kind, app, body, 'json');
}

function withoutHash({ metadata, ...rest }: PodTemplateSpec): PodTemplateSpec {
  const { [templateHashLabel]: _, ...labels } = metadata?.labels ?? {};
  return { ...rest, metadata: { ...metadata, labels } };
}
