import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#base/status-error.ts';
import type {
  ContainerRef,
  LogOptions,
  LogSink,
  NodeConnector,
  StreamRequest,
} from '../../node-connector.ts';
import { settle } from '../../testing/cluster.ts';
import { openTestServer } from '../testing/ask.ts';

const pods = '/api/v1/namespaces/default/pods';

function fakeNode() {
  const asked: (StreamRequest | [ContainerRef, LogOptions])[] = [];
  const sinks: LogSink[] = [];
  let closed = 0;
  let refuse: StatusError | undefined;
  const connector: NodeConnector = {
    logs: async (container, options, sink) => {
      if (refuse) throw refuse;
      asked.push([container, options]);
      sinks.push(sink);
      return { close: () => (closed += 1) };
    },
    usage: () => Promise.reject(new Error('not asked')),
    page: async () => undefined,
    stream: async (request) => {
      asked.push(request);
      return { host: '192.0.2.2', port: 4000, path: '/exec/token' };
    },
  };
  return {
    connector,
    asked,
    sinks,
    closed: () => closed,
    refuseWith: (error: StatusError) => (refuse = error),
  };
}

async function withPod(containers: readonly (string | object)[], nodeName?: string) {
  const node = fakeNode();
  const server = await openTestServer({ connector: node.connector });
  await server.make('/api/v1/namespaces/default/serviceaccounts', {
    metadata: { name: 'default' },
  });
  const described = (each: string | object) =>
    typeof each === 'string' ? { name: each, image: 'i' } : each;
  const spec = { containers: containers.map(described), nodeName };
  await server.make(pods, { metadata: { name: 'p' }, spec });
  return { ...server, node };
}

test('the log of the only container flows as the node sends it', async () => {
  const { watch, node } = await withPod(['c'], 'n1');
  const log = await watch(`${pods}/p/log?follow=true&tailLines=3`);
  const [container, options] = node.asked[0] as [ContainerRef, LogOptions];
  assert.deepEqual([container.node, container.pod, container.container], ['n1', 'p', 'c']);
  assert.deepEqual([options.follow, options.previous, options.tailLines], [true, false, 3]);
  await node.sinks[0]?.data(Buffer.from('one\n'));
  assert.deepEqual(log.lines(), ['one']);
  log.leave();
  assert.equal(node.closed(), 1);
  node.sinks[0]?.end();
  assert.ok(log.ended());
});

test('which container is meant must be clear', async () => {
  const { ask } = await withPod(['a', 'b'], 'n1');
  const message = async (path: string) => (await ask('GET', path)).json.message;
  const unclear = 'a container name must be specified for pod p, choose one of: [a b]';
  assert.equal(await message(`${pods}/p/log`), unclear);
  assert.equal(await message(`${pods}/p/exec?stdout=true&command=ls`), unclear);
  assert.equal(await message(`${pods}/p/log?container=x`), 'container x is not valid for pod p');
});

test('why there is no log yet', async () => {
  const { ask, node } = await withPod(['a'], 'n1');
  node.refuseWith(new StatusError('NotFound', 'no such log'));
  const status = (waiting: object) => ({
    status: {
      containerStatuses: [
        { name: 'a', image: 'i', imageID: '', ready: false, restartCount: 0, state: { waiting } },
      ],
    },
  });
  const say = async (body: object) => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await ask('PATCH', `${pods}/p/status`, { body, headers });
    assert.equal(patched.status, 200, patched.text);
    return (await ask('GET', `${pods}/p/log`)).json.message as string;
  };
  const start = 'container "a" in pod "p" is waiting to start: ';
  assert.equal(await say(status({ reason: 'ContainerCreating' })), `${start}ContainerCreating`);
  assert.equal(
    await say(status({ reason: 'ImagePullBackOff' })),
    `${start}trying and failing to pull image`,
  );
});

test('exec, attach and port-forward open a tunnel to the node', async () => {
  const { raw, ask, node } = await withPod(['c'], 'n1');
  const upgrade = 'SPDY/3.1';
  const exec = await raw(
    'POST',
    `${pods}/p/exec?stdin=true&stdout=true&stderr=true&tty=true&command=sh&command=-c`,
    { upgrade },
  );
  const streams = { stdin: true, stdout: true, stderr: false, tty: true };
  const command = { client: streams, runtime: streams };
  const place = { host: '192.0.2.2', port: 4000, path: '/exec/token' };
  assert.deepEqual(exec, { type: 'tunnel', ...place, command });
  const [request] = node.asked as StreamRequest[];
  assert.ok(request?.type === 'exec');
  assert.deepEqual([request.command, request.stderr, request.tty], [['sh', '-c'], false, true]);
  assert.equal((await raw('GET', `${pods}/p/attach?stdout=true`, { upgrade })).type, 'tunnel');
  const forward = await raw('GET', `${pods}/p/portforward?ports=80,81`, { upgrade });
  assert.deepEqual(forward, { type: 'tunnel', ...place });
  assert.equal(
    (await ask('GET', `${pods}/p/exec?stdout=true&command=ls`)).json.message,
    'Upgrade request required',
  );
  assert.equal((await ask('GET', `${pods}/p/exec?stdout=true`, { upgrade })).status, 400);
  assert.equal((await ask('PUT', `${pods}/p/exec?stdout=true`, { upgrade })).status, 405);
});

test('attach without a terminal to a container that has one asks for no separate stderr', async () => {
  const containers = [
    { name: 'terminal', image: 'i', tty: true },
    { name: 'plain', image: 'i' },
  ];
  const { raw, node } = await withPod(containers, 'n1');
  const ask = async (container: string, flags: string) => {
    const query = `container=${container}&stdout=true&${flags}`;
    await raw('POST', `${pods}/p/attach?${query}`, { upgrade: 'SPDY/3.1' });
    const request = node.asked.at(-1) as StreamRequest;
    assert.ok(request.type === 'attach');
    return { tty: request.tty, stderr: request.stderr };
  };
  assert.deepEqual(await ask('terminal', 'stderr=true'), { tty: true, stderr: false });
  assert.deepEqual(await ask('terminal', 'tty=true'), { tty: true, stderr: false });
  assert.deepEqual(await ask('terminal', ''), { tty: false, stderr: false });
  assert.deepEqual(await ask('plain', 'stderr=true'), { tty: false, stderr: true });
});

test('every way into a container needs the right to create, also the one that begins with GET', async () => {
  const { raw, ask, make } = await withPod(['c'], 'n1');
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
  const grant = async (verb: string) => {
    const rules = [{ apiGroups: [''], resources: ['pods/exec'], verbs: [verb] }];
    await make(`${rbac}/roles`, { metadata: { name: verb }, rules });
    await make(`${rbac}/rolebindings`, {
      metadata: { name: verb },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: verb },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }],
    });
    await settle();
  };
  const path = `${pods}/p/exec?command=ls&stdout=true`;
  const asked = { as: 'ada', upgrade: 'websocket' };
  const needsCreate = /cannot create resource "pods\/exec" in API group ""/;
  assert.match((await ask('POST', path, asked)).json.message, needsCreate);
  await grant('get');
  assert.match((await ask('GET', path, asked)).json.message, needsCreate);
  await grant('create');
  assert.equal((await raw('GET', path, asked)).type, 'tunnel');
});

test('an eviction may come in the version of older clients', async () => {
  const { ask } = await withPod(['c'], 'n1');
  const evict = (version: string) => {
    const body = { apiVersion: `policy/${version}`, kind: 'Eviction', metadata: { name: 'p' } };
    return ask('POST', `${pods}/p/eviction`, { body });
  };
  assert.match((await evict('v2')).json.message, /does not match the expected API version/);
  assert.equal((await evict('v1beta1')).status, 201);
});

test('a pod without a node has an empty log and no streams', async () => {
  const { ask } = await withPod(['c']);
  assert.deepEqual(
    [(await ask('GET', `${pods}/p/log`)).status, (await ask('GET', `${pods}/p/log`)).text],
    [200, ''],
  );
  const exec = await ask('GET', `${pods}/p/exec?command=ls&stdout=true`, { upgrade: 'SPDY/3.1' });
  assert.equal(exec.json.message, 'pod p does not have a host assigned');
});

test('log options are checked together', async () => {
  const { ask } = await withPod(['c'], 'n1');
  const answer = await ask('GET', `${pods}/p/log?tailLines=-1&sinceSeconds=0`);
  assert.equal(answer.status, 422);
  assert.deepEqual(
    answer.json.details.causes.map(({ field }: { field: string }) => field),
    ['tailLines', 'sinceSeconds'],
  );
});
