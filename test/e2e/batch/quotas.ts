/** Scopes of ResourceQuotas, with pods that come, change and end. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ResourceQuota } from '#api/types.ts';
import { eventually } from '../harness.ts';
import type { Client } from './client.ts';

function quota(name: string, hard: string, spec: string): string {
  return `
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: ${name}}
spec: {hard: ${hard}, ${spec}}
`;
}

function pod(name: string, spec = '', resources = '{}', script = 'exec sleep 3600'): string {
  return `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  ${spec}
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  containers:
  - {name: main, image: "busybox:1", command: [sh, -c, "${script}"], resources: ${resources}}
`;
}

const small = '{requests: {cpu: 10m, memory: 1Mi}}';

/** One namespace for each: their quotas count nobody else's pods. */
class Place {
  readonly #client: Client;
  readonly #namespace: string;

  constructor(client: Client, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  kubectl(line: string): Promise<string> {
    return this.#client.kubectl(`-n ${this.#namespace} ${line}`);
  }

  apply(yaml: string): Promise<string> {
    const words = ['-n', this.#namespace, 'apply', '-f', '-'];
    return this.#client.cluster.kubectl(words, { input: yaml });
  }

  async refused(yaml: string, why: string): Promise<void> {
    await assert.rejects(this.apply(yaml), (error: Error) => {
      assert.ok(error.message.includes(why), error.message);
      return true;
    });
  }

  async uses(name: string, used: Readonly<Record<string, string>>): Promise<void> {
    const text = await this.kubectl(`get quota ${name} -o json`);
    assert.deepEqual((JSON.parse(text) as ResourceQuota).status?.used, used);
  }
}

export function quotaTests(client: Client): void {
  const inPlace = async (name: string, use: (place: Place) => Promise<void>): Promise<void> => {
    await client.kubectl(`create namespace ${name}`);
    await use(new Place(client, name));
    await client.kubectl(`delete namespace ${name} --wait=false`);
  };

  suite('scopes of quotas', { concurrency: true }, () => {
    test('BestEffort and NotBestEffort', () => inPlace('effort', effort));
    test('Terminating and NotTerminating', () => inPlace('deadlines', deadlines));
    test('PriorityClass', async () => {
      await client.kubectl('create priorityclass urgent --value=1000');
      await inPlace('urgency', urgency);
      await client.kubectl('delete priorityclass urgent');
    });
  });
}

async function effort(place: Place): Promise<void> {
  await place.apply(
    quota('best', '{pods: 1}', 'scopes: [BestEffort]') +
      quota('better', '{pods: 1, requests.cpu: 15m}', 'scopes: [NotBestEffort]'),
  );
  await place.apply(pod('best') + pod('better', '', small));
  await place.uses('best', { pods: '1' });
  await place.uses('better', { pods: '1', 'requests.cpu': '10m' });
  await place.refused(
    pod('best-2'),
    'pods "best-2" is forbidden: exceeded quota: best, requested: pods=1, used: pods=1, limited: pods=1',
  );
  await place.refused(
    pod('better-2', '', small),
    'pods "better-2" is forbidden: exceeded quota: better, requested: pods=1,requests.cpu=10m, used: pods=1,requests.cpu=10m, limited: pods=1,requests.cpu=15m',
  );
  // Requests are asked of those alone that are in the scope.
  await place.refused(
    pod('silent', '', '{requests: {memory: 1Mi}}'),
    'pods "silent" is forbidden: failed quota: better: must specify requests.cpu for: main',
  );
  assert.match(await place.kubectl('describe quota best'), /Scopes: +BestEffort\n[^]*pods +1 +1/);
  await place.kubectl('delete pod best');
  await eventually('its place is free', () => place.uses('best', { pods: '0' }));
}

async function deadlines(place: Place): Promise<void> {
  await place.apply(
    quota('short', '{pods: 1}', 'scopes: [Terminating]') +
      quota('long', '{pods: 2}', 'scopes: [NotTerminating]'),
  );
  await place.apply(
    pod('short', 'activeDeadlineSeconds: 60', '{}', 'true') + pod('long') + pod('turning'),
  );
  await place.uses('long', { pods: '2' });
  // A pod that has ended takes no place.
  await eventually('the short one is done', () => place.uses('short', { pods: '0' }));
  await place.apply(pod('short-2', 'activeDeadlineSeconds: 60'));
  await place.refused(
    pod('short-3', 'activeDeadlineSeconds: 60'),
    'pods "short-3" is forbidden: exceeded quota: short, requested: pods=1, used: pods=1, limited: pods=1',
  );
  await place.refused(pod('long-3'), 'exceeded quota: long, requested: pods=1, used: pods=2');
  // A pod that is there may get a deadline: a quota judges what is made.
  await place.kubectl('patch pod turning -p {"spec":{"activeDeadlineSeconds":60}}');
  await place.uses('long', { pods: '1' });
  await place.uses('short', { pods: '2' });
}

async function urgency(place: Place): Promise<void> {
  const selector = (operator: string, values: string): string =>
    `scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: ${operator}${values}}]}`;
  await place.apply(
    quota('urgent', '{pods: 1, cpu: 15m}', selector('In', ', values: [urgent]')) +
      quota('others', '{pods: 1}', selector('NotIn', ', values: [urgent]')) +
      quota('any', '{pods: 5}', selector('Exists', '')),
  );
  const urgent = 'priorityClassName: urgent';
  await place.apply(pod('urgent', urgent, small) + pod('other'));
  await place.uses('urgent', { pods: '1', cpu: '10m' });
  await place.uses('others', { pods: '1' });
  await place.uses('any', { pods: '1' });
  await place.refused(
    pod('urgent-2', urgent, small),
    'pods "urgent-2" is forbidden: exceeded quota: urgent, requested: cpu=10m,pods=1, used: cpu=10m,pods=1, limited: cpu=15m,pods=1',
  );
  await place.refused(pod('other-2'), 'pods "other-2" is forbidden: exceeded quota: others');
}
