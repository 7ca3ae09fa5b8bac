/**
 * PodSecurity: what the labels of a namespace ask of its pods. Pods are refused where it is enforced;
 * workloads that would make such pods are warned of, as are pods that were there before the labels.
 * Source: KEP-2579. There are no exemptions; `audit` asks for nothing, since nothing is audited.
 */
import type { Kind } from '#api/kind.ts';
import {
  cronJobs,
  daemonSets,
  deployments,
  jobs,
  namespaces,
  pods,
  podTemplates,
  replicaSets,
  replicationControllers,
  statefulSets,
} from '#api/kinds/index.ts';
import { detailsOf, violations } from '#api/pod-security/evaluate.ts';
import type { PodParts } from '#api/pod-security/checks.ts';
import { compareLevels, type LevelVersion, nameOf, policyOf } from '#api/pod-security/policy.ts';
import { allContainersOf } from '#api/kinds/pod-spec/defaults.ts';
import type { KubeObject } from '#api/object.ts';
import type { CronJob, Namespace, Pod, PodTemplate, PodTemplateSpec } from '#api/types.ts';
import { forbidden, invalid } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

const ofTemplate = ({ spec }: { readonly spec?: { readonly template?: PodTemplateSpec } }) =>
  spec?.template;

const workloads: ReadonlyMap<Kind, (object: KubeObject) => PodTemplateSpec | undefined> = new Map([
  ...[deployments, replicaSets, replicationControllers, statefulSets, daemonSets, jobs].map(
    (kind) => [kind as Kind, (object: KubeObject) => ofTemplate(object as object)] as const,
  ),
  [cronJobs as Kind, (object: KubeObject) => ofTemplate((object as CronJob).spec.jobTemplate)],
  [podTemplates as Kind, (object: KubeObject) => (object as PodTemplate).template],
]);

/** The others change nothing that a pod may do. */
const judgedSubresources: readonly (string | undefined)[] = [
  undefined,
  'ephemeralcontainers',
  'resize',
];

export const podSecurity: AdmissionStep = {
  name: 'PodSecurity',
  validate: (request) => {
    const { kind, operation, subresource } = request;
    if (operation === 'DELETE') return;
    if (kind === pods) judgePod(request);
    else if (subresource !== undefined) return;
    else if (kind === namespaces) judgeNamespace(request);
    else judgeWorkload(request, workloads.get(kind));
  },
};

function policyFor({ reader, namespace }: AdmissionRequest) {
  return policyOf(reader.get(namespaces, undefined, namespace)?.metadata.labels);
}

function judgePod(request: AdmissionRequest): void {
  const { object, previous, subresource } = request;
  if (!judgedSubresources.includes(subresource)) return;
  const { enforce, warn } = policyFor(request);
  if (enforce.level === 'privileged' && warn.level === 'privileged') return;
  const pod = object as Pod;
  if (previous && !runsOtherThings(pod, previous as Pod)) return;
  const wrong = against(partsOf(pod), enforce);
  if (wrong !== '') {
    throw forbidden(pods, nameIn(pod), `violates PodSecurity "${nameOf(enforce)}": ${wrong}`);
  }
  warnOf(request, partsOf(pod), warn);
}

/** Of what decides over safety only containers and their images may change. */
function runsOtherThings(next: Pod, previous: Pod): boolean {
  const images = ({ spec }: Pod): string =>
    allContainersOf(spec)
      .map(({ name, image }) => `${name} ${image}`)
      .join('\n');
  return images(next) !== images(previous);
}

function judgeWorkload(
  request: AdmissionRequest,
  templateOf: ((object: KubeObject) => PodTemplateSpec | undefined) | undefined,
): void {
  if (templateOf === undefined) return;
  const { warn } = policyFor(request);
  const template = request.object && templateOf(request.object);
  if (template?.spec) warnOf(request, partsOf(template), warn);
}

function warnOf({ warn: say }: AdmissionRequest, pod: PodParts, asked: LevelVersion): void {
  const wrong = against(pod, asked);
  if (wrong !== '') say(`would violate PodSecurity "${nameOf(asked)}": ${wrong}`);
}

const against = (pod: PodParts, { level }: LevelVersion): string =>
  detailsOf(violations(pod, level));

function partsOf({ metadata, spec }: Pick<PodTemplateSpec, 'metadata' | 'spec'>): PodParts {
  return { annotations: metadata?.annotations ?? {}, spec: spec ?? { containers: [] } };
}

function judgeNamespace(request: AdmissionRequest): void {
  const [next, previous] = [request.object, request.previous] as (Namespace | undefined)[];
  const policy = policyOf(next?.metadata.labels);
  const before = policyOf(previous?.metadata.labels);
  const isNews = JSON.stringify(policy.errors) !== JSON.stringify(before.errors);
  if (policy.errors.length > 0 && (previous === undefined || isNews)) {
    throw invalid(namespaces, request.name, policy.errors);
  }
  const [now, then] = [policy.enforce, before.enforce];
  if (previous === undefined || now.level === 'privileged' || nameOf(now) === nameOf(then)) return;
  const isLooser = compareLevels(now.level, then.level) <= 0;
  if (now.version === then.version && isLooser) return;
  warnOfPods(request, now);
}

/** Pods that were there before: they stay, and their like would not come in again. */
function warnOfPods({ reader, name: namespace, warn }: AdmissionRequest, asked: LevelVersion) {
  const byWords = new Map<string, string[]>();
  for (const pod of reader.list(pods, namespace)) {
    const found = violations(partsOf(pod as Pod), asked.level);
    if (found.length === 0) continue;
    const words = found.map(({ reason }) => reason).join(', ');
    byWords.set(words, [...(byWords.get(words) ?? []), pod.metadata.name]);
  }
  if (byWords.size === 0) return;
  const level = nameOf(asked);
  warn(
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${level}"`,
  );
  for (const [words, names] of byWords) {
    const others = names.length - 1;
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
    warn(`${names.toSorted()[0]}${more}: ${words}`);
  }
}
