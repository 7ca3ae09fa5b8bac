/**
 * In which order pods end when their machine goes down: those that others depend on last, and in each pod
 * the sidecars after the containers that they serve. Source: Kubernetes, "Node Shutdowns"; KEP-753.
 */
import { annotations } from './labels.ts';
import type { ObservedContainer, ObservedSandbox } from './observed.ts';
import { staticPriority } from './static-pods.ts';

/** What ends side by side; the next ones when all of them have. */
export type Together = readonly ObservedContainer[];

export interface EndingPod {
  readonly sandbox: ObservedSandbox;
  readonly order: readonly Together[];
}

/** Pods that end side by side; the next ones when all of them have. */
export function shutdownWaves(
  sandboxes: readonly ObservedSandbox[],
  containers: readonly ObservedContainer[],
): readonly (readonly EndingPod[])[] {
  const usual: EndingPod[] = [];
  const critical: EndingPod[] = [];
  for (const sandbox of sandboxes) {
    const own = containers.filter(
      ({ sandboxId, state }) => sandboxId === sandbox.id && state === 'running',
    );
    const isCritical = Number(sandbox.annotations[annotations.priority] ?? 0) >= staticPriority;
    (isCritical ? critical : usual).push({ sandbox, order: orderOf(own) });
  }
  return [usual, critical].filter((wave) => wave.length > 0);
}

function orderOf(running: readonly ObservedContainer[]): readonly Together[] {
  const isSidecar = ({ annotations: own }: ObservedContainer): boolean =>
    own[annotations.role] === 'sidecar';
  const others = running.filter((one) => !isSidecar(one));
  const sidecars = running
    .filter(isSidecar)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .map((one) => [one]);
  return others.length > 0 ? [others, ...sidecars] : sidecars;
}
