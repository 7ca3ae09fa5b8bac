/** The pods that a Job makes, and those that it takes away. */
import type { Action } from '#api/decision.ts';
import { jobLabels } from '#api/kinds/jobs/defaults.ts';
import { jobs } from '#api/kinds/index.ts';
import type { Container, EnvVar, Job, Pod, PodSpec } from '#api/types.ts';
import { creatingPod, deletingPod, podFromTemplate } from '../../decide/making-pods.ts';
import { counts } from './picture.ts';
import {
  countNote,
  failureCount,
  ignoredFailureCount,
  isTracked,
  lettingGo,
  trackingFinalizer,
} from './job-pods.ts';

/** What pods made of it are called begins with so much of its name (Kubernetes' bound for generated names). */
const baseLengthMax = 58;
const indexVariable = 'JOB_COMPLETION_INDEX';

const indexFromLabel: EnvVar = {
  name: indexVariable,
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${jobLabels.index}']` } },
};

/** `replaced`: the pod of the same index that failed before. */
export function creation(job: Job, index?: number, replaced?: Pod): Action {
  const base = podFromTemplate({ kind: jobs, object: job }, job.spec.template);
  const finalizers = [...new Set([...(base.metadata.finalizers ?? []), trackingFinalizer])];
  if (index === undefined) {
    return creatingPod(job, { ...base, metadata: { ...base.metadata, finalizers } });
  }
  const { name } = job.metadata;
  const metadata = {
    ...base.metadata,
    generateName: indexedName(name, index),
    labels: { ...base.metadata.labels, [jobLabels.index]: `${index}` },
    annotations: { ...base.metadata.annotations, ...indexNotes(job, index, replaced) },
    finalizers,
  };
  const spec = { ...withIndexVariable(base.spec), hostname: `${name}-${index}` };
  return creatingPod(job, { ...base, metadata, spec });
}

/** The index must stay readable, however long the name. */
function indexedName(name: string, index: number): string {
  const end = `-${index}-`;
  return name.slice(0, baseLengthMax - end.length) + end;
}

function indexNotes(job: Job, index: number, replaced: Pod | undefined): Record<string, string> {
  const notes = { [jobLabels.index]: `${index}` };
  if (job.spec.backoffLimitPerIndex === undefined) return notes;
  let failures = countNote(replaced, failureCount);
  let ignored = countNote(replaced, ignoredFailureCount);
  if (replaced !== undefined) {
    if (counts(replaced, job.spec)) failures++;
    else ignored++;
  }
  return {
    ...notes,
    [failureCount]: `${failures}`,
    ...(ignored > 0 ? { [ignoredFailureCount]: `${ignored}` } : {}),
  };
}

function withIndexVariable(spec: PodSpec): PodSpec {
  const told = (container: Container): Container =>
    container.env?.some(({ name }) => name === indexVariable)
      ? container
      : { ...container, env: [...(container.env ?? []), indexFromLabel] };
  const containers = spec.containers.map(told);
  const initContainers = spec.initContainers?.map(told);
  return initContainers ? { ...spec, containers, initContainers } : { ...spec, containers };
}

/** `uncounted`: it is no failure that it goes. */
export function deletions(job: Job, victims: readonly Pod[], uncounted: boolean): Action[] {
  if (victims.length === 0) return [];
  const gone = uncounted ? victims.filter(isTracked).map(lettingGo) : [];
  const deleted = victims.map((pod) => deletingPod(job, pod));
  const released: Action[] = gone.length > 0 ? [{ type: 'together', actions: gone }] : [];
  return [...released, { type: 'together', actions: deleted }];
}
