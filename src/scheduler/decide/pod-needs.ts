/**
 * A pod as the scheduler sees it. What its template decides is worked out once per template (its
 * *shape*) and shared by all pods made from it; pods of one shape are interchangeable for every
 * filter and score.
 */
import { type HostPort, hostPortsOf } from '#api/kinds/pod-spec/host-ports.ts';
import { heldSpec } from '#api/kinds/pod-spec/held-resources.ts';
import { keyOf } from '#api/object.ts';
import type { Labels } from '#api/selector.ts';
import { claimNameOf } from '#api/storage/claims.ts';
import { parseTime } from '#api/time.ts';
import type {
  NodeSelectorTerm,
  OwnerReference,
  Pod,
  PodSpec,
  PreferredSchedulingTerm,
  Toleration,
  Volume,
  WeightedPodAffinityTerm,
} from '#api/types.ts';
import type { NodeChoice } from './node-affinity.ts';
import { type Described, type PodTerm, podTerm, type WeightedTerm } from './pod-terms.ts';
import { claimVolumesOf } from './claim-volumes.ts';
import { type Resources, requestOf } from './resources.ts';
import { type SpreadRule, spreadRulesOf } from './spread-rules.ts';

export interface PodShape extends Described {
  readonly key: string;
  /** Equal for pods that rules between pods cannot tell apart. */
  readonly describedKey: string;
  /** Equal for pods that rules which look at one node alone cannot tell apart. */
  readonly localKey: string;
  readonly priority: number;
  /** May end pods of lower priority (spec.preemptionPolicy). */
  readonly preempts: boolean;
  readonly request: Readonly<Resources>;
  /** For scores: pods that ask for nothing use something (Kubernetes: 100m, 200 MB). */
  readonly weightCpu: number;
  readonly weightMemory: number;
  readonly nodeSelector: readonly (readonly [string, string])[];
  /** One of them must hold; absent: any node. */
  readonly requiredTerms: readonly NodeSelectorTerm[] | undefined;
  readonly preferredTerms: readonly PreferredSchedulingTerm[];
  readonly tolerations: readonly Toleration[];
  readonly hostPorts: readonly HostPort[];
  readonly images: readonly string[];
  /** Pods that must be near, and pods that must not be. */
  readonly affinity: readonly PodTerm[];
  readonly antiAffinity: readonly PodTerm[];
  readonly preferredPods: readonly WeightedTerm[];
  /** Any of the three above. */
  readonly hasPodRules: boolean;
  /** Those that must hold, and those that should. */
  readonly spread: readonly SpreadRule[];
  readonly preferredSpread: readonly SpreadRule[];
  readonly labels: Labels;
  readonly owner: OwnerReference | undefined;
}

export interface PodNeeds {
  readonly key: string;
  readonly uid: string;
  readonly pod: Pod;
  readonly shape: PodShape;
  /** Those that stand for claims. */
  readonly volumes: readonly Volume[];
  /** Clock milliseconds since when it runs; not yet: later than everything. */
  readonly startedAt: number;
}

/** Pods of the same shape share it, as long as it is among the last ones asked for. */
export interface Shapes {
  get(key: string): PodShape | undefined;
  set(key: string, shape: PodShape): void;
}

const usualMilliCpu = 100;
const usualMemory = 200 * 1024 * 1024;

export function needsOf(pod: Pod, shapes?: Shapes): PodNeeds {
  const key = shapeKeyOf(pod);
  let shape = shapes?.get(key);
  if (shape === undefined) {
    shape = shapeOf(pod, key);
    shapes?.set(key, shape);
  }
  const volumes = claimVolumesOf(pod);
  const { uid = '' } = pod.metadata;
  return { key: keyOf(pod), uid, pod, shape, volumes, startedAt: startOf(pod) };
}

/** The same pod with a newer status. */
export function renewed(needs: PodNeeds, pod: Pod): PodNeeds {
  return { ...needs, pod, startedAt: startOf(pod) };
}

function startOf({ status }: Pod): number {
  return status?.startTime === undefined ? Number.MAX_SAFE_INTEGER : parseTime(status.startTime);
}

/** Only what the scheduler looks at: names of generated volumes, for example, differ pod by pod. */
function shapeKeyOf(pod: Pod): string {
  const { metadata } = pod;
  const spec = heldSpec(pod);
  const taking = [spec.containers, spec.initContainers ?? []].map((containers) =>
    containers.map(({ image, resources, ports, restartPolicy }) => [
      image,
      resources?.requests,
      ports,
      restartPolicy,
    ]),
  );
  return JSON.stringify([
    metadata.namespace,
    metadata.labels,
    metadata.deletionTimestamp !== undefined,
    ownerOf(metadata.ownerReferences)?.uid,
    spec.priority,
    spec.preemptionPolicy,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.resources?.requests,
    spec.overhead,
    claimsIn(pod),
    taking,
  ]);
}

/** The claims that a pod shares with others, and those that are its own. */
function claimsIn(pod: Pod): readonly (string | undefined)[] {
  return claimVolumesOf(pod).map((volume) => claimNameOf(pod, volume));
}

function ownerOf(owners: readonly OwnerReference[] = []): OwnerReference | undefined {
  return owners.find(({ controller }) => controller === true);
}

function shapeOf(pod: Pod, key: string): PodShape {
  const { metadata, spec } = pod;
  const request = requestOf(pod);
  const described: Described = {
    namespace: metadata.namespace ?? '',
    labels: metadata.labels ?? {},
    isTerminating: metadata.deletionTimestamp !== undefined,
  };
  const nodeAffinity = spec.affinity?.nodeAffinity;
  const choice: NodeChoice = {
    nodeSelector: Object.entries(spec.nodeSelector ?? {}),
    requiredTerms: nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
    tolerations: spec.tolerations ?? [],
  };
  return {
    key,
    describedKey: JSON.stringify(described),
    ...described,
    localKey: localKeyOf(pod, request, choice),
    priority: spec.priority ?? 0,
    preempts: spec.preemptionPolicy !== 'Never',
    request,
    weightCpu: request.milliCpu || usualMilliCpu,
    weightMemory: request.memory || usualMemory,
    ...choice,
    preferredTerms: nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    hostPorts: hostPortsOf(spec),
    images: [...(spec.initContainers ?? []), ...spec.containers].map(({ image = '' }) => image),
    ...podRulesOf(spec, described.namespace),
    ...spreadRulesOf(spec.topologySpreadConstraints ?? [], described, choice),
    owner: ownerOf(metadata.ownerReferences),
  };
}

function localKeyOf({ spec }: Pod, request: Resources, choice: NodeChoice): string {
  const extended = [...(request.extended ?? [])];
  const ports = spec.containers.map((container) => container.ports);
  const initial = spec.initContainers?.map((container) => container.ports);
  return JSON.stringify([{ ...request, extended }, choice, ports, initial, spec.priority]);
}

type PodRules = Pick<PodShape, 'affinity' | 'antiAffinity' | 'preferredPods' | 'hasPodRules'>;

function podRulesOf({ affinity }: PodSpec, namespace: string): PodRules {
  const near = affinity?.podAffinity;
  const apart = affinity?.podAntiAffinity;
  const compile = (term: Parameters<typeof podTerm>[0]): PodTerm => podTerm(term, namespace);
  const weighted = (terms: readonly WeightedPodAffinityTerm[] = [], sign: 1 | -1): WeightedTerm[] =>
    terms.map((each) => ({ term: compile(each.podAffinityTerm), weight: sign * each.weight }));
  const rules = {
    affinity: (near?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(compile),
    antiAffinity: (apart?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(compile),
    preferredPods: [
      ...weighted(near?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...weighted(apart?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
  };
  const hasPodRules = Object.values(rules).some(({ length }) => length > 0);
  return { ...rules, hasPodRules };
}
