/**
 * How many replicas a resource metric asks for. Pods without figures, and pods that are not ready
 * yet, only ever slow a change down: they are taken to use what speaks against it.
 * Source: Kubernetes documentation "Horizontal Pod Autoscaling", algorithm details.
 */
import { parseDuration } from '#api/duration.ts';
import { amountOf } from '#api/quantity.ts';
import { parseTime } from '#api/time.ts';
import type { Container, Pod, PodMetrics, Quantity } from '#api/types.ts';
import { conditionOf, isTerminal, isTerminating } from '../../decide/pods.ts';

export interface Asked {
  readonly resource: string;
  /** Only of this container. */
  readonly container?: string | undefined;
  /** In percent of the requests; else an average value. */
  readonly utilization?: number | undefined;
  readonly averageValue?: Quantity | undefined;
}

export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

export interface Proposal {
  readonly replicas: number;
  readonly averageValue: bigint;
  readonly utilization?: number | undefined;
}

interface Groups {
  /** With figures that count. */
  readonly values: Map<string, bigint>;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly readyCount: number;
}

/** A fresh pod's processor works on its start: that is no load. */
const startMs = 5 * 60_000;
const firstReadyMs = 30_000;

/** A sentence when nothing can be said. */
export function proposalOf(
  pods: readonly Pod[],
  metrics: readonly PodMetrics[],
  asked: Asked,
  current: number,
  tolerance: Tolerance,
  now: number,
): Proposal | string {
  if (pods.length === 0) return 'No pods returned by selector while calculating replica count';
  const figures = figuresOf(metrics, asked);
  if (typeof figures === 'string') return figures;
  const groups = groupsOf(pods, figures, asked.resource, now);
  if (groups.values.size === 0) {
    return 'did not receive metrics for targeted pods (pods might be unready)';
  }
  const requests = asked.utilization === undefined ? undefined : requestsOf(pods, asked);
  if (typeof requests === 'string') return requests;
  const target = asked.utilization ?? amountOf(asked.averageValue ?? '1').nanos;
  const before = ratioOf(groups.values, requests, target);
  if (typeof before === 'string') return before;
  const { averageValue, utilization } = before;
  const replicas = replicasFor(groups, requests, target, before.ratio, current, tolerance);
  return { replicas, averageValue, utilization };
}

interface Figure {
  readonly value: bigint;
  readonly timeMs: number;
  readonly windowMs: number;
}

function figuresOf(
  metrics: readonly PodMetrics[],
  { resource, container }: Asked,
): ReadonlyMap<string, Figure> | string {
  const figures = new Map<string, Figure>();
  for (const { metadata, containers, timestamp, window } of metrics) {
    const counted = containers.filter(({ name }) => container === undefined || name === container);
    const amounts = counted.map(({ usage }) => usage[resource]);
    if (counted.length === 0 || amounts.includes(undefined)) continue;
    const value = amounts.reduce((sum, amount) => sum + amountOf(amount ?? '0').nanos, 0n);
    const windowMs = parseDuration(window) ?? 0;
    figures.set(metadata.name, { value, timeMs: parseTime(timestamp), windowMs });
  }
  if (figures.size > 0) return figures;
  return `unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`;
}

function groupsOf(
  pods: readonly Pod[],
  figures: ReadonlyMap<string, Figure>,
  resource: string,
  now: number,
): Groups {
  const values = new Map<string, bigint>();
  const unready: string[] = [];
  const missing: string[] = [];
  for (const pod of pods) {
    const { name } = pod.metadata;
    if (isTerminating(pod) || isTerminal(pod)) continue;
    const figure = figures.get(name);
    if (pod.status?.phase === 'Pending') unready.push(name);
    else if (figure === undefined) missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, figure, now)) unready.push(name);
    else values.set(name, figure.value);
  }
  return { values, unready, missing, readyCount: values.size };
}

function isStarting(pod: Pod, { timeMs, windowMs }: Figure, now: number): boolean {
  const ready = conditionOf(pod, 'Ready');
  const startTime = parseTime(pod.status?.startTime);
  if (ready === undefined || Number.isNaN(startTime)) return true;
  const since = parseTime(ready.lastTransitionTime);
  const isUnready = ready.status === 'False';
  // Young: one whole window must lie after it became ready. Older: it never was ready.
  if (startTime + startMs > now) return isUnready || timeMs < since + windowMs;
  return isUnready && startTime + firstReadyMs > since;
}

function requestsOf(
  pods: readonly Pod[],
  { resource, container }: Asked,
): ReadonlyMap<string, bigint> | string {
  const requests = new Map<string, bigint>();
  for (const { metadata, spec } of pods) {
    const sidecars = (spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always');
    const whole = container === undefined ? spec.resources?.requests?.[resource] : undefined;
    if (whole !== undefined) {
      requests.set(metadata.name, amountOf(whole).nanos);
      continue;
    }
    let sum = 0n;
    const counted = (each: Container) => container === undefined || each.name === container;
    for (const each of [...spec.containers, ...sidecars].filter(counted)) {
      const request = each.resources?.requests?.[resource];
      if (request === undefined) {
        return `missing request for ${resource} in container ${each.name} of Pod ${metadata.name}`;
      }
      sum += amountOf(request).nanos;
    }
    requests.set(metadata.name, sum);
  }
  return requests;
}

interface Ratio {
  readonly ratio: number;
  readonly averageValue: bigint;
  readonly utilization?: number | undefined;
}

/** `target`: percent where there are requests, else an amount. */
function ratioOf(
  values: ReadonlyMap<string, bigint>,
  requests: ReadonlyMap<string, bigint> | undefined,
  target: number | bigint,
): Ratio | string {
  let total = 0n;
  let requested = 0n;
  let count = 0n;
  for (const [name, value] of values) {
    const request = requests?.get(name);
    if (requests !== undefined && request === undefined) continue;
    total += value;
    requested += request ?? 0n;
    count++;
  }
  if (count === 0n) return 'no metrics returned matched known pods';
  const averageValue = total / count;
  if (requests === undefined) {
    return { ratio: Number(averageValue) / Number(target), averageValue };
  }
  if (requested === 0n) return 'no metrics returned matched known pods';
  const utilization = Number((total * 100n) / requested);
  return { ratio: utilization / Number(target), averageValue, utilization };
}

function replicasFor(
  groups: Groups,
  requests: ReadonlyMap<string, bigint> | undefined,
  target: number | bigint,
  ratio: number,
  current: number,
  tolerance: Tolerance,
): number {
  const { values, unready, missing, readyCount } = groups;
  const within = (each: number) => each >= 1 - tolerance.down && each <= 1 + tolerance.up;
  const isHeld = unready.length > 0 && ratio > 1;
  if (!isHeld && missing.length === 0) {
    return within(ratio) ? current : Math.ceil(ratio * readyCount);
  }
  const supposed = new Map(values);
  for (const name of missing) supposed.set(name, supposedOf(name, requests, target, ratio));
  if (isHeld) for (const name of unready) supposed.set(name, 0n);
  const next = ratioOf(supposed, requests, target);
  if (typeof next === 'string') return current;
  const turned = (ratio < 1 && next.ratio > 1) || (ratio > 1 && next.ratio < 1);
  if (within(next.ratio) || turned) return current;
  const replicas = Math.ceil(next.ratio * supposed.size);
  const isAgainst =
    (next.ratio < 1 && replicas > current) || (next.ratio > 1 && replicas < current);
  return isAgainst ? current : replicas;
}

/** Nothing when there would be more replicas, all that it may when there would be fewer. */
function supposedOf(
  name: string,
  requests: ReadonlyMap<string, bigint> | undefined,
  target: number | bigint,
  ratio: number,
): bigint {
  if (ratio >= 1) return 0n;
  if (requests === undefined) return BigInt(target);
  return ((requests.get(name) ?? 0n) * BigInt(Math.max(100, Number(target)))) / 100n;
}
