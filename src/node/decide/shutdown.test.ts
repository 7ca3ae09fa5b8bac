import assert from 'node:assert/strict';
import { it } from 'node:test';
import { annotations } from './labels.ts';
import type { ObservedContainer, ObservedSandbox } from './observed.ts';
import { shutdownWaves } from './shutdown.ts';

const sandbox = (id: string, priority?: number): ObservedSandbox => ({
  id,
  podUid: id,
  namespace: 'default',
  name: id,
  attempt: 0,
  ready: true,
  createdAtMs: 0,
  ips: [],
  labels: {},
  annotations: priority === undefined ? {} : { [annotations.priority]: String(priority) },
});

const container = (sandboxId: string, name: string, role: string, createdAtMs: number) =>
  ({
    id: `${sandboxId}-${name}`,
    sandboxId,
    name,
    state: 'running',
    createdAtMs,
    annotations: { [annotations.role]: role },
  }) as unknown as ObservedContainer;

it('what others depend on ends last, sidecars after what they serve, the last one first', () => {
  const waves = shutdownWaves(
    [sandbox('dns', 2_000_000_000), sandbox('web', 5), sandbox('plain')],
    [
      container('web', 'proxy', 'sidecar', 1),
      container('web', 'logs', 'sidecar', 2),
      container('web', 'main', 'main', 3),
      container('web', 'doctor', 'ephemeral', 4),
      container('dns', 'main', 'main', 1),
    ],
  );
  const shown = waves.map((wave) =>
    wave.map(({ sandbox: { name }, order }) => [
      name,
      ...order.map((together) => together.map((one) => one.name).join('+')),
    ]),
  );
  assert.deepEqual(shown, [
    [['web', 'main+doctor', 'logs', 'proxy'], ['plain']],
    [['dns', 'main']],
  ]);
});
