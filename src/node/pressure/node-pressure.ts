/** `Pressure` over the parts of a node agent. */
import { isFinal } from '#api/pod-phase.ts';
import type { Node, Pod } from '#api/types.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { EventRecorder } from '#client/events.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import { pauseImageName } from '../containerd/config.ts';
import type { NodeSettings } from '../decide/node-settings.ts';
import { ImageCollector } from '../images/image-collector.ts';
import { keptImages } from '../images/kept-images.ts';
import type { NodePaths } from '../paths.ts';
import type { PodWorker } from '../pods/pod-worker.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readAmounts } from './amounts.ts';
import { type Evictable, Pressure } from './pressure.ts';
import { usageOf } from './usage.ts';

export interface NodePressureParts {
  readonly settings: NodeSettings;
  readonly nodeName: string;
  readonly directory: string;
  readonly cgroupPrefix: string;
  readonly cgroups: Cgroups | undefined;
  readonly files: Files;
  readonly mounts: Mounts;
  readonly paths: NodePaths;
  readonly runtime: Runtime;
  readonly mirror: RuntimeMirror;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly events: EventRecorder;
  readonly workers: () => Iterable<PodWorker>;
  readonly changed: () => void;
}

export function nodePressure(parts: NodePressureParts): Pressure {
  const { settings, files, directory, cgroups, cgroupPrefix, nodeName, events, workers } = parts;
  const sources = { files, directory, cgroups, podsCgroup: `${cgroupPrefix}/kubepods` };
  const images = new ImageCollector({
    ...parts,
    images: parts.runtime.images,
    minimumAgeMs: settings.imageMinimumAgeMs,
    kept: async () => new Set([pauseImageName, ...(await keptImages(directory, files))]),
  });
  return new Pressure({
    ...parts,
    images,
    amounts: () => readAmounts(sources),
    pods: () => [...workers()].map((worker) => evictable(worker, true)),
    usageOf: (pod) => usageOf(pod, parts),
    removeEnded: () =>
      removeEnded(
        [...workers()].map(({ pod }) => pod),
        parts,
      ),
    tell: (reason, message) =>
      events.record({ regarding: nodeByName(nodeName), level: 'Warning', reason, message }),
  });
}

/** As the kubelet does, events of a node name it by its name alone. */
export function nodeByName(name: string): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name }, spec: {} };
}

/** `disruption`: the node is the reason, not the pod. */
export function evictable(worker: PodWorker, disruption: boolean): Evictable {
  return {
    pod: worker.pod,
    isLeaving: worker.isLeaving,
    evict: (message, graceSeconds) =>
      worker.fail({ reason: 'Evicted', message, graceSeconds, disruption }),
  };
}

/** Of pods that are over, and earlier attempts of those that are not. Their logs go with them. */
async function removeEnded(
  pods: readonly Pod[],
  { mirror, runtime, files }: NodePressureParts,
): Promise<number> {
  let removed = 0;
  for (const { metadata, status } of pods) {
    const isOver = isFinal(status?.phase);
    const seen = new Set<string>();
    for (const { id, name, state, logPath } of mirror.containersOf(metadata.uid ?? '')) {
      const isLatest = !seen.has(name);
      seen.add(name);
      if (state !== 'exited' || (isLatest && !isOver)) continue;
      await runtime.removeContainer(id);
      mirror.forgetContainer(id);
      if (logPath) await files.remove(logPath);
      removed += 1;
    }
  }
  return removed;
}
