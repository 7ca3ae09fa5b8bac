/** DefaultTolerationSeconds: a pod stays five minutes on a node that is not ready or not reachable. */
import { pods } from '#api/kinds/index.ts';
import type { Pod, Toleration } from '#api/types.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const stayedSeconds = 300;

export const defaultTolerationSeconds: AdmissionStep = {
  name: 'DefaultTolerationSeconds',
  mutate: addTolerations,
};

function addTolerations({ kind, operation, subresource, object }: AdmissionRequest): void {
  if (kind !== pods || operation !== 'CREATE' || subresource !== undefined) return;
  const { spec } = object as Pod;
  const present = spec.tolerations ?? [];
  const missing = keys.filter((key) => !present.some((each) => covers(each, key)));
  if (missing.length === 0) return;
  spec.tolerations = [...present, ...missing.map(tolerate)];
}

function covers({ key, effect }: Toleration, wanted: string): boolean {
  return (!key || key === wanted) && (!effect || effect === 'NoExecute');
}

function tolerate(key: string): Toleration {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: stayedSeconds };
}
