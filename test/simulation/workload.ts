/** Objects that people create in a simulated cluster. */
import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  Pod,
  Service,
  StatefulSet,
  Toleration,
} from '#api/types.ts';
import type { Random } from '#base/random.ts';
import { pick } from './pick.ts';

type Draft<T> = Omit<T, 'apiVersion' | 'kind' | 'status'>;

const port = 8080;
/** Of a pod: what autoscalers want it to use. */
export const usualLoad = 50;
export const usualRequests = { cpu: '100m', memory: '64Mi' };
const restarting = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
/** On nodes that people want for themselves. */
export const handTaint = 'maintenance';
/** Ends by itself, its work done. */
const doer = 'doer';

export function deploymentDraft(
  name: string,
  random: Random,
  namespace = 'default',
): Draft<Deployment> {
  const app = { app: name };
  return {
    metadata: { name, namespace },
    spec: {
      replicas: 1 + random.below(5),
      selector: { matchLabels: app },
      strategy: strategyOf(random),
      minReadySeconds: pick(random, [0, 0, 3]),
      revisionHistoryLimit: pick(random, [10, 2, 0]),
      progressDeadlineSeconds: pick(random, [600, 20]),
      template: { metadata: { labels: app }, spec: placed(podSpec(random, 'web', 1), app) },
    },
  };
}

/**
 * Where its pods like to be, and how much they matter. Chosen by what has been drawn already, so that
 * a seed's other choices stay what they are; never so strict that a calm cluster has no place for them.
 */
function placed(spec: Pod['spec'], app: Record<string, string>): Pod['spec'] {
  const selects = { labelSelector: { matchLabels: app }, topologyKey: 'kubernetes.io/hostname' };
  switch (spec.terminationGracePeriodSeconds) {
    case 1: {
      const term = { weight: 100, podAffinityTerm: selects };
      const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [term] };
      return { ...spec, affinity: { podAntiAffinity } };
    }
    case 5: {
      const rule = { ...selects, maxSkew: 2, whenUnsatisfiable: 'DoNotSchedule' };
      const topologySpreadConstraints = [{ ...rule, matchLabelKeys: ['pod-template-hash'] }];
      return { ...spec, topologySpreadConstraints };
    }
    default:
      return { ...spec, priorityClassName: 'system-cluster-critical' };
  }
}

function strategyOf(random: Random): NonNullable<Deployment['spec']['strategy']> {
  if (random.fraction() < 0.15) return { type: 'Recreate' };
  const [maxSurge, maxUnavailable] = pick<readonly [number | string, number | string]>(random, [
    ['25%', '25%'],
    [1, 0],
    [0, 1],
    [2, 1],
    ['100%', 0],
  ]);
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

export function statefulSetDraft(name: string, random: Random): Draft<StatefulSet> {
  const app = { app: name };
  const rollingUpdate = { partition: 0, maxUnavailable: pick(random, [1, 1, 2, '50%']) };
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 1 + random.below(4),
      serviceName: name,
      selector: { matchLabels: app },
      podManagementPolicy: pick(random, ['OrderedReady', 'Parallel']),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
      minReadySeconds: pick(random, [0, 0, 3]),
      revisionHistoryLimit: pick(random, [10, 1, 0]),
      template: { metadata: { labels: app }, spec: podSpec(random, 'web', 1) },
      ...(random.fraction() < 0.5 && { ...withClaims(random) }),
    },
  };
}

/** Each pod with a directory of the node where it first runs: it comes back there. */
function withClaims(random: Random): Partial<StatefulSet['spec']> {
  const spec = {
    accessModes: [pick(random, ['ReadWriteOnce', 'ReadWriteOncePod'])],
    resources: { requests: { storage: '1Mi' } },
    storageClassName: 'local-path',
  };
  const retention = (): string => pick(random, ['Retain', 'Delete']);
  return {
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec,
      },
    ],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: retention(), whenScaled: retention() },
  };
}

export function daemonSetDraft(name: string, random: Random): Draft<DaemonSet> {
  const app = { app: name };
  const rollingUpdate = pick<object>(random, [
    { maxUnavailable: 1, maxSurge: 0 },
    { maxUnavailable: '100%', maxSurge: 0 },
    { maxUnavailable: 0, maxSurge: 1 },
  ]);
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: app },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
      minReadySeconds: pick(random, [0, 0, 3]),
      revisionHistoryLimit: pick(random, [10, 1, 0]),
      template: { metadata: { labels: app }, spec: podSpec(random, 'web', 1) },
    },
  };
}

/** Its pods do their work and end. */
export function jobDraft(name: string, random: Random): Draft<Job> {
  const completions = 1 + random.below(4);
  const completionMode = pick(random, ['NonIndexed', 'Indexed']);
  const restartPolicy = pick(random, ['Never', 'OnFailure']);
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      completions,
      parallelism: 1 + random.below(3),
      completionMode,
      podReplacementPolicy: pick(random, ['TerminatingOrFailed', 'Failed']),
      backoffLimit: 2,
      ...endings(random, completionMode === 'Indexed', restartPolicy === 'Never'),
      template: {
        metadata: { labels: { app: name } },
        spec: { restartPolicy, containers: [{ name: 'main', image: imageNamed(doer, 1) }] },
      },
    },
  };
}

/** Its pods serve until their time is over. */
function endlessJobDraft(name: string, random: Random): Draft<Job> {
  const containers = [{ name: 'main', image: imageNamed('web', 1) }];
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      activeDeadlineSeconds: pick(random, [30, 90, 150]),
      template: {
        metadata: { labels: { app: name } },
        spec: { restartPolicy: 'Never', containers },
      },
    },
  };
}

export const schedules = ['* * * * *', '* * * * *', '*/2 * * * *'] as const;
export const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'] as const;

/** Its Jobs begin often enough for a run that takes minutes; some never end by themselves, and meet the next. */
export function cronJobDraft(name: string, random: Random): Draft<CronJob> {
  const { spec } = random.fraction() < 0.5 ? jobDraft(name, random) : endlessJobDraft(name, random);
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      schedule: pick(random, schedules),
      concurrencyPolicy: pick(random, concurrencyPolicies),
      successfulJobsHistoryLimit: random.below(4),
      failedJobsHistoryLimit: random.below(2),
      jobTemplate: { spec },
    },
  };
}

/** By what its pods use, which people's requests decide. */
export function autoscalerDraft(
  { kind, metadata: { name } }: Deployment | StatefulSet,
  random: Random,
): Draft<HorizontalPodAutoscaler> {
  const target = { type: 'AverageValue', averageValue: `${usualLoad}m` };
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
      ...autoscalerBounds(random),
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}

export function autoscalerBounds(random: Random): { minReplicas: number; maxReplicas: number } {
  const minReplicas = 1 + random.below(4);
  return { minReplicas, maxReplicas: minReplicas + random.below(4) };
}

/** When it has failed or succeeded, otherwise than by counting alone. */
function endings(random: Random, isIndexed: boolean, isOnce: boolean): Partial<Job['spec']> {
  const happens = (chance: number): boolean => random.fraction() < chance;
  const action = pick(random, ['Ignore', 'FailJob', 'Count']);
  const onExitCodes = { operator: 'In', values: [137] };
  const disrupted = [{ type: 'DisruptionTarget', status: 'True' }];
  const rules = [
    { action: 'Ignore', onPodConditions: disrupted },
    { action, onExitCodes },
  ];
  return {
    ...(isIndexed && happens(0.4) && { successPolicy: { rules: [{ succeededCount: 1 }] } }),
    ...(isOnce && happens(0.4) && { podFailurePolicy: { rules }, podReplacementPolicy: 'Failed' }),
    ...(isIndexed && isOnce && happens(0.4) && { backoffLimitPerIndex: 1 }),
  };
}

/** A pod of its own, which serves or has one thing to do: its name is used again and again. */
export function lonePodDraft(name: string, random: Random): Draft<Pod> {
  const metadata = { name, namespace: 'default', labels: { app: name } };
  if (random.fraction() < 0.6) return { metadata, spec: podSpec(random, 'lone', 1) };
  const restartPolicy = pick(random, ['Never', 'OnFailure']);
  return {
    metadata,
    spec: { restartPolicy, containers: [{ name: 'main', image: imageNamed(doer, 1) }] },
  };
}

export function serviceDraft(name: string, namespace = 'default'): Draft<Service> {
  const ports = [{ port: 80, targetPort: port }];
  return { metadata: { name, namespace }, spec: { selector: { app: name }, ports } };
}

export const imageNamed = (image: string, version: number): string =>
  `registry.test/${image}:${version}`;

function podSpec(random: Random, image: string, version: number): Pod['spec'] {
  const happens = (chance: number): boolean => random.fraction() < chance;
  const httpGet = { path: '/', port };
  const probe = { httpGet, periodSeconds: pick(random, [2, 5, 10]) };
  const liveness = { ...probe, failureThreshold: 3, initialDelaySeconds: 3 };
  const startup = { ...probe, failureThreshold: 10 };
  const first = { name: 'first', image: imageNamed(doer, 1) };
  const sidecar = { name: 'sidecar', image: imageNamed('side', 1), restartPolicy: 'Always' };
  const initial = [...(happens(0.2) ? [first] : []), ...(happens(0.15) ? [sidecar] : [])];
  return {
    terminationGracePeriodSeconds: pick(random, [1, 5, 30]),
    ...(happens(0.3) && { tolerations: [toleration(random)] }),
    ...(initial.length > 0 && { initContainers: initial }),
    containers: [
      {
        name: 'main',
        image: imageNamed(image, version),
        ports: [{ containerPort: port }],
        resources: { requests: usualRequests },
        ...(happens(0.2) && { resizePolicy: restarting }),
        ...(happens(0.7) && { readinessProbe: probe }),
        ...(happens(0.3) && { livenessProbe: liveness }),
        ...(happens(0.2) && { startupProbe: startup }),
        ...(happens(0.2) && { lifecycle: { preStop: { sleep: { seconds: 2 } } } }),
      },
      ...(happens(0.3) ? [{ name: 'side', image: imageNamed('side', 1) }] : []),
    ],
  };
}

/** Not for 0 seconds: such a pod is let in, sent away and made anew as fast as the machine can, for ever. */
function toleration(random: Random): Toleration {
  const tolerationSeconds = pick(random, [undefined, 2, 5, 30, 90]);
  const whole = { key: handTaint, operator: 'Exists', effect: 'NoExecute' };
  return tolerationSeconds === undefined ? whole : { ...whole, tolerationSeconds };
}

const large = { size: 'large' };

/** More than a node has left when another of them is there. */
export function largePodDraft(name: string, random: Random): Draft<Pod> {
  const { metadata, spec } = lonePodDraft(name, random);
  const [first, ...others] = spec.containers;
  const resources = { requests: { ...usualRequests, cpu: pick(random, ['3', '5', '10']) } };
  const containers = [{ name: 'main', ...first, resources }, ...others];
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, ...large } },
    spec: { ...spec, containers },
  };
}

export const isLarge = ({ metadata }: Pod): boolean => metadata.labels?.['size'] === large.size;

export const endsByItself = (image: string): boolean => image.includes(`/${doer}:`);
