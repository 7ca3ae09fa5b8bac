/** What stays of a pod that is gone: its logs, for whoever asks through the control socket. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KeptLogPart, KeptPodInfo } from '#cli/control.ts';
import { eventually, must, root } from '../harness.ts';
import type { World } from './world.ts';

export const keptManifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: talker}
spec:
  replicas: 1
  selector: {matchLabels: {app: talker}}
  template:
    metadata: {labels: {app: talker}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "busybox:1", command: [sh, -c, "echo last words; sleep 3600"]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: finisher}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "busybox:1", command: [sh, -c, "echo last words"]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: teller}
spec:
  replicas: 2
  selector: {matchLabels: {app: teller}}
  template:
    metadata: {labels: {app: teller}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "busybox:1", command: [sh, -c, 'echo "words of $(hostname)"; sleep 3600']}]
`;

/** `gantry logs …` until the test is over: what it has said, line by line. */
function follow({ cluster }: World, words: readonly string[]) {
  const args = ['logs', ...words, '--name', cluster.name];
  const child = spawn(join(root, 'gantry'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(child, 'close');
  return {
    said,
    lines: () => said.out.split('\n').filter((line) => line !== ''),
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

function followTests(world: World): void {
  const podsOfTeller = async (): Promise<string[]> => {
    const words = ['get', 'pods', '-l', 'app=teller', '-o', 'jsonpath={.items[*].metadata.name}'];
    return (await world.cluster.kubectl(words)).trim().split(' ');
  };
  const rollOut = () =>
    world.cluster.kubectl(['rollout', 'status', 'deployment/teller', '--timeout=60s']);

  test('logs -f follows the pods of a Deployment, and those that its next roll-out brings', async () => {
    await rollOut();
    const before = await podsOfTeller();
    const log = follow(world, ['deployment/teller', '-f']);
    const json = follow(world, ['-l', 'app=teller', '-f', '-o', 'json']);
    try {
      const tells = (pods: readonly string[]) =>
        eventually('each pod is heard, once', async () => {
          for (const pod of pods) {
            const own = log.lines().filter((line) => line.startsWith(`[${pod}/main] `));
            assert.deepEqual(own, [`[${pod}/main] words of ${pod}`], log.said.out + log.said.err);
            const objects = json.lines().map((line) => JSON.parse(line) as Record<string, string>);
            const told = objects.filter((each) => each['pod'] === pod);
            assert.equal(told.length, 1, json.said.out + json.said.err);
            assert.equal(told[0]?.['text'], `words of ${pod}`);
            assert.match(told[0]?.['time'] ?? '', /^\d{4}-.*Z$/);
          }
        });
      await tells(before);
      await world.cluster.kubectl(['rollout', 'restart', 'deployment/teller']);
      await rollOut();
      const after = (await podsOfTeller()).filter((name) => !before.includes(name));
      assert.equal(after.length, 2);
      await tells([...before, ...after]);
    } finally {
      await Promise.all([log.stop(), json.stop()]);
    }
  });
}

export function keptTests(world: World): void {
  followTests(world);
  test('logs of the last pods of a workload can be read when they are gone', async () => {
    const ask = async <T>(path: string): Promise<T> => {
      const socket = `/run/gantry/${world.cluster.name}/control.sock`;
      return JSON.parse(
        await must('curl', ['-sS', '--unix-socket', socket, `http://localhost${path}`]),
      ) as T;
    };
    await world.cluster.kubectl(['rollout', 'status', 'deployment/talker', '--timeout=60s']);
    await world.cluster.kubectl([
      'wait',
      'job/finisher',
      '--for=condition=Complete',
      '--timeout=60s',
    ]);
    await world.cluster.kubectl(['delete', 'deployment/talker', 'job/finisher']);
    const keptOf = (workload: string): Promise<KeptPodInfo[]> =>
      eventually(`the log of ${workload} is kept`, async () => {
        const found = await ask<KeptPodInfo[]>(`/kept-logs?${workload}`);
        assert.equal(found.length, 1);
        return found;
      });
    const [kept] = await keptOf('kind=Deployment&name=talker');
    // Its pod had ended long before it went.
    const [finished] = await keptOf('kind=Job&name=finisher');
    assert.equal(finished?.containers[0]?.exitCode, 0);
    assert.ok(kept);
    assert.deepEqual(kept.workload, { namespace: 'default', kind: 'Deployment', name: 'talker' });
    assert.equal(kept.containers[0]?.name, 'main');
    const parts = await ask<KeptLogPart[]>(`/kept-logs/lines?uid=${kept.uid}&container=main`);
    assert.equal(parts.map(({ text }) => text).join(''), 'last words\n');
    const { message } = await ask<{ message: string }>(
      `/kept-logs/lines?uid=${kept.uid}&container=other`,
    );
    assert.match(message, /No log of container "other"/);
  });
}
