import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployments, pods, replicaSets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { lookupOf } from '#api/lookup.ts';
import { allKinds } from '#api/kinds/index.ts';
import { followLogs, type FollowOptions, type ReadRequest } from './follow.ts';

/** One opened log, which the test feeds. */
interface Opened {
  readonly request: ReadRequest;
  readonly line: (text: string) => void;
  readonly end: (error?: Error) => void;
}

async function world(
  of: (cluster: World) => FollowOptions['of'],
  more: Partial<FollowOptions> = {},
) {
  const made = await emptyWorld();
  const follow = (): void => {
    void followLogs({
      verbs: made.verbs,
      clock: made.time,
      timers: made.time,
      random: seededRandom(1),
      namespace: 'default',
      of: of(made),
      container: undefined,
      lines: 3,
      read: (request, sink) =>
        new Promise((resolve, reject) => {
          made.opened.push({
            request,
            line: sink,
            end: (error) => (error ? reject(error) : resolve()),
          });
        }),
      tell: (pod, container, { text }) => made.told.push(`${pod}/${container} ${text}`),
      note: (text) => made.notes.push(text),
      ...more,
    }).then(
      () => made.notes.push('over'),
      (error: unknown) => made.notes.push(String(error)),
    );
  };
  return { ...made, follow };
}

type World = Awaited<ReturnType<typeof emptyWorld>>;

async function emptyWorld() {
  const cluster = await openTestCluster();
  const { core, time } = cluster;
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const user = { name: 'ada', groups: ['system:masters'] };
  const verbs = inProcessVerbs({ core, kinds: () => kinds, authorizer }, user);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const objects = new Map<string, KubeObject>();
  const create = async (kind: Kind, name: string, owner?: string, labels = {}) => {
    const of = owner === undefined ? undefined : objects.get(owner);
    const ownerReferences = of && [
      { apiVersion: of.apiVersion, kind: of.kind, name: of.metadata.name, uid: of.metadata.uid },
    ];
    const template = { metadata: { labels: { app: 'web' } }, spec: podSpec };
    const spec =
      kind === (pods as Kind)
        ? podSpec
        : { selector: { matchLabels: { app: 'web' } }, template, replicas: 1 };
    const object = await cluster.create(kind, {
      metadata: { name, labels, ownerReferences },
      spec,
    });
    objects.set(name, object);
    return object;
  };
  const status = async (name: string, body: Pod['status']): Promise<void> => {
    const ref = { group: '', version: 'v1', resource: 'pods', namespace: 'default', name };
    await verbs.patch({ ...ref, subresource: 'status' }, { type: 'merge', body: { status: body } });
    await settle();
  };
  const begin = (name: string, id: string, before?: string): Promise<void> =>
    status(name, {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'main',
          image: 'i',
          imageID: '',
          ready: true,
          restartCount: 0,
          containerID: id,
          state: { running: { startedAt: '2026-01-02T03:04:05Z' } },
          ...(before !== undefined && {
            lastState: { terminated: { exitCode: 1, containerID: before } },
          }),
        },
      ],
    });
  const told: string[] = [];
  const notes: string[] = [];
  const opened: Opened[] = [];
  const remove = async (kind: Kind, name: string): Promise<void> => {
    const { group, version, resource } = kind;
    await verbs.delete(
      { group, version, resource, namespace: 'default', name },
      { gracePeriodSeconds: 0 },
    );
    await settle();
  };
  return { verbs, time, settle, create, begin, status, remove, told, notes, opened, objects };
}

const podSpec = { containers: [{ name: 'main', image: 'i' }] };
const at = (second: number, text: string): string => `2026-01-02T03:04:${second}Z ${text}`;
const opened = ({ opened: all }: World): string[] =>
  all.map(
    ({ request: { pod, id, previous } }) =>
      `${pod.metadata.name} ${id}${previous ? ' previous' : ''}`,
  );

const ofDeployment = ({ objects }: World): FollowOptions['of'] => ({
  sort: 'deployment',
  object: objects.get('web') as KubeObject,
});

async function rollOut() {
  const made = await world(ofDeployment);
  await made.create(deployments as Kind, 'web');
  await made.create(replicaSets as Kind, 'web-1', 'web');
  await made.create(pods as Kind, 'web-1-a', 'web-1');
  await made.begin('web-1-a', 'r1');
  return made;
}

test('a roll-out: the pods of the new set are told as they come, the old ones to their end', async () => {
  const made = await rollOut();
  made.follow();
  await made.settle();
  assert.deepEqual(opened(made), ['web-1-a r1']);
  assert.equal(made.opened[0]?.request.lines, 3);
  made.opened[0]?.line(at(10, 'old'));
  await made.create(replicaSets as Kind, 'web-2', 'web');
  await made.create(pods as Kind, 'web-2-b', 'web-2');
  await made.settle();
  assert.equal(made.opened.length, 1, 'nothing of it has begun');
  await made.begin('web-2-b', 'r2');
  assert.deepEqual(opened(made), ['web-1-a r1', 'web-2-b r2']);
  assert.equal(made.opened[1]?.request.lines, undefined, 'all of what is new');
  made.opened[1]?.line(at(11, 'new'));
  made.opened[0]?.line(at(12, 'last'));
  made.opened[0]?.end();
  await made.remove(pods as Kind, 'web-1-a');
  made.opened[1]?.line(at(13, 'more'));
  assert.deepEqual(made.told, [
    'web-1-a/main old',
    'web-2-b/main new',
    'web-1-a/main last',
    'web-2-b/main more',
  ]);
  assert.deepEqual(made.notes, []);
});

test('pods of others are not told; the end of the owner is the end', async () => {
  const made = await rollOut();
  await made.create(pods as Kind, 'other');
  await made.begin('other', 'x');
  made.follow();
  await made.settle();
  assert.deepEqual(opened(made), ['web-1-a r1']);
  await made.remove(deployments as Kind, 'web');
  assert.deepEqual(made.notes, [], 'what is still read is told');
  await made.remove(pods as Kind, 'web-1-a');
  made.opened[0]?.end();
  await made.settle();
  assert.deepEqual(made.notes, ['over']);
});

test('a container that starts again goes on, also with the run that came between', async () => {
  const made = await rollOut();
  made.follow();
  await made.settle();
  made.opened[0]?.line(at(10, 'one'));
  await made.begin('web-1-a', 'r3', 'r2');
  assert.equal(made.opened.length, 1, 'one after the other');
  made.opened[0]?.end();
  await made.settle();
  assert.deepEqual(opened(made).slice(1), ['web-1-a r2 previous']);
  made.opened[1]?.line(at(11, 'two'));
  made.opened[1]?.end();
  await made.settle();
  assert.deepEqual(opened(made).slice(2), ['web-1-a r3']);
  made.opened[2]?.line(at(11, 'two'));
  made.opened[2]?.line(at(12, 'three'));
  assert.deepEqual(made.told, ['web-1-a/main one', 'web-1-a/main two', 'web-1-a/main three']);
});

test('a connection that breaks is opened again behind the last line', async () => {
  const made = await rollOut();
  made.follow();
  await made.settle();
  made.opened[0]?.line(at(10, 'one'));
  made.opened[0]?.end(new StatusError('ServiceUnavailable', 'away'));
  await made.settle();
  made.time.advance(10_000);
  await made.settle();
  assert.equal(made.opened[1]?.request.since, '2026-01-02T03:04:10Z');
  assert.equal(made.opened[1]?.request.lines, undefined);
  made.opened[1]?.line(at(10, 'one'));
  made.opened[1]?.line(at(11, 'two'));
  assert.deepEqual(made.told, ['web-1-a/main one', 'web-1-a/main two']);
  // A server that stops ends the stream as if the container had ended.
  made.opened[1]?.end();
  await made.settle();
  made.time.advance(10_000);
  await made.settle();
  assert.equal(made.opened.length, 3);
});

test('labels: whatever gets them; no pods yet is said', async () => {
  const made = await world(() => ({ labels: 'part-of=shop' }));
  made.follow();
  await made.settle();
  assert.match(made.notes.join(), /no pods yet/);
  await made.create(pods as Kind, 'a', undefined, { 'part-of': 'shop' });
  await made.create(pods as Kind, 'b');
  await made.begin('a', 'r1');
  await made.begin('b', 'r2');
  assert.deepEqual(opened(made), ['a r1']);
});

test('a pod: over when it has ended and its last line is told', async () => {
  const made = await world(({ objects }) => ({
    sort: 'pod',
    object: objects.get('p') as KubeObject,
  }));
  await made.create(pods as Kind, 'p');
  await made.begin('p', 'r1');
  made.follow();
  await made.settle();
  await made.status('p', { phase: 'Succeeded', containerStatuses: null as never });
  assert.deepEqual(made.notes, []);
  made.opened[0]?.line(at(10, 'bye'));
  made.opened[0]?.end();
  await made.settle();
  assert.deepEqual(made.told, ['p/main bye']);
  assert.deepEqual(made.notes, ['over']);
});

test('who may not read logs hears it', async () => {
  const made = await rollOut();
  made.follow();
  await made.settle();
  made.opened[0]?.end(new StatusError('Forbidden', 'pods/log'));
  await made.settle();
  assert.match(made.notes.join(), /pods\/log/);
});
