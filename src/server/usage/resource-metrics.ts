/** metrics.k8s.io: what nodes and pods use, asked of the agents of the nodes when somebody wants to know. */
import { formatDuration } from '#api/duration.ts';
import type { Kind } from '#api/kind.ts';
import { nodeMetrics, nodes, podMetrics, pods } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import { formatQuantity, nanosPerUnit } from '#api/quantity.ts';
import { formatTime } from '#api/time.ts';
import type { ContainerMetrics, NodeMetrics, Pod, PodMetrics, Quantity } from '#api/types.ts';
import type { Core, RequestContext } from '../core/core.ts';
import type { VirtualReader } from '../core/handlers.ts';
import type { NodeConnector, NodeUsage, UsageFigures } from '../node-connector.ts';

export interface ResourceMetrics {
  readonly kind: Kind;
  readonly reader: VirtualReader;
}

export function resourceMetrics(core: Core, connector: NodeConnector): readonly ResourceMetrics[] {
  const measure = async (node: string): Promise<NodeUsage | undefined> => {
    // A node that does not answer is left out, as metrics-server leaves it out.
    return connector.usage(node).catch(() => undefined);
  };
  return [
    { kind: nodeMetrics, reader: { list: (context) => ofNodes(core, measure, context) } },
    {
      kind: podMetrics,
      reader: { list: (context, namespace) => ofPods(core, measure, context, namespace) },
    },
  ];
}

type Measure = (node: string) => Promise<NodeUsage | undefined>;

async function ofNodes(
  core: Core,
  measure: Measure,
  context: RequestContext,
): Promise<readonly KubeObject[]> {
  const { items } = await core.list(context, { kind: nodes }, {});
  const all = await Promise.all(
    items.map(async ({ object }): Promise<NodeMetrics[]> => {
      const { name, labels } = object.metadata;
      const usage = await measure(name);
      if (usage === undefined) return [];
      return [
        {
          apiVersion: 'metrics.k8s.io/v1beta1',
          kind: 'NodeMetrics',
          metadata: {
            name,
            ...(labels && { labels }),
            creationTimestamp: formatTime(usage.timeMs),
          },
          ...taken(usage),
          usage: amounts(usage.node),
        },
      ];
    }),
  );
  return all.flat();
}

/** With the labels of the pods, so that a selector finds the figures as it finds the pods. */
async function ofPods(
  core: Core,
  measure: Measure,
  context: RequestContext,
  namespace: string | undefined,
): Promise<readonly KubeObject[]> {
  const { items } = await core.list(context, { kind: pods, namespace }, {});
  const running = items
    .map(({ object }) => object as Pod)
    .filter(({ status }) => status?.phase === 'Running');
  const names = [...new Set(running.map(({ spec }) => spec.nodeName ?? ''))];
  const usages = new Map(
    await Promise.all(names.map(async (name) => [name, byPod(await measure(name))] as const)),
  );
  return running.flatMap((pod) => {
    const found = usages.get(pod.spec.nodeName ?? '');
    const containers = found?.containers.get(pod.metadata.uid ?? '');
    return found && containers ? [metricsOf(pod, found.usage, containers)] : [];
  });
}

interface ByPod {
  readonly usage: NodeUsage;
  readonly containers: ReadonlyMap<string, ContainerMetrics[]>;
}

function byPod(usage: NodeUsage | undefined): ByPod | undefined {
  if (usage === undefined) return undefined;
  const containers = new Map<string, ContainerMetrics[]>();
  for (const each of usage.containers) {
    const list = containers.get(each.podUid) ?? [];
    list.push({ name: each.container, usage: amounts(each) });
    containers.set(each.podUid, list);
  }
  return { usage, containers };
}

function metricsOf(pod: Pod, usage: NodeUsage, containers: ContainerMetrics[]): PodMetrics {
  const { name, namespace, labels } = pod.metadata;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: {
      name,
      namespace,
      ...(labels && { labels }),
      creationTimestamp: formatTime(usage.timeMs),
    },
    ...taken(usage),
    containers,
  };
}

function taken({ timeMs, windowMs }: NodeUsage): { timestamp: string; window: string } {
  return { timestamp: formatTime(timeMs), window: formatDuration(windowMs) };
}

function amounts({ cpuNanocores, memoryBytes }: UsageFigures): Record<string, Quantity> {
  const kibibytes = BigInt(Math.floor(memoryBytes / 1024)) * 1024n * nanosPerUnit;
  return {
    cpu: formatQuantity(BigInt(cpuNanocores)),
    memory: formatQuantity(kibibytes, 'BinarySI'),
  };
}
