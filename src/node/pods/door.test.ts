import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import { ManualTime } from '#store/testing/manual-time.ts';
import type { NodeVerdict } from '../decide/facts.ts';
import { Door } from './door.ts';
import type { PodWorker } from './pod-worker.ts';

/** A worker as the door sees it, which notes what became of it. */
function workerOf(name: string) {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'd', name, uid: name },
    spec: { containers: [] },
  };
  const seen: { admitted: boolean; verdict: NodeVerdict | undefined } = {
    admitted: false,
    verdict: undefined,
  };
  const worker = {
    pod,
    isLeaving: false,
    takesRoom: false,
    admit: () => void (seen.admitted = true),
    fail: (verdict: NodeVerdict) => void (seen.verdict = verdict),
  } as unknown as PodWorker;
  return { worker, seen };
}

const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} };

test('a pod whose judgement fails is turned away with the reason, and those behind it come in', async () => {
  const [broken, good] = [workerOf('broken'), workerOf('good')];
  const all = [broken.worker, good.worker];
  let judged = 0;
  const door = new Door({
    nodeName: 'n',
    verbs: {} as Verbs,
    timers: new ManualTime(),
    logger: silentLogger,
    workers: () => all,
    whenInformed: () => undefined,
    facts: () => {
      judged += 1;
      if (judged === 1) throw new TypeError('no such thing');
      return {
        node,
        allocatable: { pods: '110' },
        pressure: new Set(),
        machine: { appArmor: false },
      };
    },
  });
  for (const worker of all) door.knock(worker);
  door.open();
  await new Promise(setImmediate);
  assert.deepEqual(broken.seen, {
    admitted: false,
    verdict: {
      reason: 'UnexpectedAdmissionError',
      message:
        'Pod was rejected: Unexpected error while judging whether the node can take the pod: no such thing',
      graceSeconds: 0,
      disruption: false,
    },
  });
  assert.deepEqual(good.seen, { admitted: true, verdict: undefined });
});
