import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, Probe } from '#api/types.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { ManualTime } from '#store/testing/manual-time.ts';
import type { ProbeFact } from '../decide/facts.ts';
import { RuntimeError } from '../runtime/runtime-error.ts';
import type { HandlerTools } from './handler.ts';
import { Probes } from './probes.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'd', name: 'p', uid: 'u' },
  spec: { containers: [] },
};
const noProgram = 'exec: "nothing": executable file not found in $PATH: unknown';

type Answer = number | RuntimeError;

/** One container with these probes, whose commands answer in turn; the last answer stays. */
function probing(probes: Record<string, Probe>, ...answers: Answer[]) {
  const time = new ManualTime();
  const events: string[] = [];
  let asked = 0;
  const tools = {
    runtime: {
      execSync: async () => {
        const answer = answers[Math.min(asked, answers.length - 1)] ?? 0;
        asked += 1;
        if (typeof answer !== 'number') throw answer;
        return { exitCode: answer, stdout: new Uint8Array(), stderr: new Uint8Array() };
      },
    },
    network: {
      http: async () => ({ status: 200, body: '' }),
      tcp: async () => undefined,
      grpc: async () => 'SERVING' as const,
    },
  } as HandlerTools;
  const watched = new Probes({
    tools,
    clock: time,
    timers: time,
    random: seededRandom(1),
    changed: () => undefined,
    unhealthy: (_pod, _container, message) => void events.push(message),
  });
  const container = { name: 'main', ...probes };
  watched.sync(pod, [{ id: 'c', container, podIP: '10.0.0.1', startedAtMs: time.now() }]);
  return {
    events,
    asked: () => asked,
    rounds: async (count: number): Promise<ProbeFact | undefined> => {
      for (let round = 0; round < count; round += 1) {
        time.advance(1_100);
        for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
      }
      return watched.factsOf('u').get('c');
    },
  };
}

const command: Probe = { exec: { command: ['nothing'] }, periodSeconds: 1, failureThreshold: 1 };
const missing = new RuntimeError('Failed', noProgram);

describe('a probe that cannot be asked', () => {
  for (const [type, word] of [
    ['startupProbe', 'Startup'],
    ['livenessProbe', 'Liveness'],
    ['readinessProbe', 'Readiness'],
  ] as const) {
    it(`says nothing of the container: ${type}`, async () => {
      const one = probing({ [type]: command }, missing);
      assert.deepEqual(await one.rounds(5), {});
      const message = `${word} probe errored and resulted in unknown state: ${noProgram}`;
      assert.deepEqual([...new Set(one.events)], [message]);
    });
  }

  it('is asked three times in a round, and told of once', async () => {
    const one = probing({ livenessProbe: command }, missing);
    await one.rounds(1);
    assert.deepEqual([one.asked(), one.events.length], [3, 1]);
  });

  it('is not told of when the second try is answered', async () => {
    const one = probing({ readinessProbe: command }, missing, 0);
    assert.deepEqual(await one.rounds(1), { ready: true });
    assert.deepEqual(one.events, []);
  });

  it('keeps what was counted before, and what was found before', async () => {
    const twice = { ...command, failureThreshold: 2 };
    const one = probing({ livenessProbe: twice }, 1, missing, missing, missing, 1);
    assert.deepEqual(await one.rounds(2), {});
    assert.equal((await one.rounds(1))?.failed?.probe, 'liveness');
    const ready = probing({ readinessProbe: command }, 0, missing);
    assert.deepEqual(await ready.rounds(4), { ready: true });
  });

  it('is one of a port that the container does not name', async () => {
    const one = probing({
      livenessProbe: { ...command, exec: undefined, tcpSocket: { port: 'x' } },
    });
    assert.deepEqual(await one.rounds(2), {});
    assert.match(one.events[0] ?? '', /^Liveness probe errored .*: couldn't find port: x$/);
  });
});

describe('a command that was asked', () => {
  it('has failed with any exit code but 0', async () => {
    for (const code of [1, 126, 127]) {
      const one = probing({ livenessProbe: command }, code);
      assert.equal((await one.rounds(1))?.failed?.probe, 'liveness', String(code));
    }
  });

  it('has failed when it takes too long, in the kubelet’s words', async () => {
    const one = probing({ livenessProbe: command }, new RuntimeError('DeadlineExceeded', 'late'));
    assert.equal((await one.rounds(1))?.failed?.probe, 'liveness');
    assert.deepEqual(one.events, [
      'Liveness probe failed: command timed out: "nothing" timed out after 1s',
    ]);
  });
});
