/** kubectl's logs and exec through the server, to a node that this file plays. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LogSink, NodeConnector, StreamRequest } from '#server/node-connector.ts';
import { HttpClient } from '#wire/http/client.ts';
import { playRuntime } from '#wire/command/testing/runtime.ts';
import { type LiveServer, startServer } from './cluster.ts';

const kubectl = process.env['KUBECTL'] ?? '/usr/bin/kubectl';
const skip = existsSync(kubectl) ? false : `there is no ${kubectl}`;

function playNode(port: number) {
  const streams: StreamRequest[] = [];
  const logs: LogSink[] = [];
  let closedLogs = 0;
  const connector: NodeConnector = {
    usage: () => Promise.reject(new Error('not asked')),
    page: async () => undefined,
    stream: async (request) => {
      streams.push(request);
      return { host: '127.0.0.1', port, path: `/exec/token${streams.length}` };
    },
    logs: async (_container, _options, sink) => {
      logs.push(sink);
      return { close: () => (closedLogs += 1) };
    },
  };
  return { connector, streams, logs, closedLogs: () => closedLogs };
}

async function makePod(server: LiveServer): Promise<void> {
  const { authority, admin, url: baseUrl } = server;
  const client = new HttpClient({ baseUrl, authorities: authority.certificate, ...admin });
  const core = '/api/v1/namespaces/default';
  const send = async (method: string, path: string, body: object, type = 'application/json') => {
    const headers = { 'content-type': type };
    const answer = await client.request({ method, path, headers, body: JSON.stringify(body) });
    assert.ok(answer.status < 300, answer.text());
  };
  const containers = [{ name: 'c', image: 'i' }];
  await send('POST', `${core}/serviceaccounts`, { metadata: { name: 'default' } });
  await send('POST', `${core}/pods`, {
    metadata: { name: 'p' },
    spec: { nodeName: 'n1', containers },
  });
  const status = { phase: 'Running' };
  await send('PATCH', `${core}/pods/p/status`, { status }, 'application/merge-patch+json');
  client.close();
}

function start(server: LiveServer, args: readonly string[]) {
  const env = {
    HOME: server.folder,
    KUBECONFIG: join(server.folder, 'kubeconfig'),
    PATH: process.env['PATH'] ?? '',
  };
  const child = spawn(kubectl, args, { env, timeout: 20_000 });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return { child, output: () => output, ended: once(child, 'close') };
}

test('exec: over the WebSocket to a node that speaks SPDY', { skip }, async () => {
  const runtime = await playRuntime(3, async ({ streams, succeed, close }) => {
    await streams.get('stdout')?.write(Buffer.from('a file\n'));
    await succeed();
    await close();
  });
  const node = playNode(runtime.target.port);
  const server = await startServer(node.connector);
  try {
    await makePod(server);
    const exec = start(server, ['exec', 'p', '--stdin=false', '--', 'ls', '-l']);
    await exec.ended;
    assert.equal(exec.output(), 'a file\n');
    assert.deepEqual(
      node.streams.map((each) => each.type === 'exec' && each.command),
      [['ls', '-l']],
    );
  } finally {
    await server.close();
    runtime.close();
  }
});

test('logs -f: lines arrive as they are written, and leaving ends the source', {
  skip,
}, async () => {
  const node = playNode(0);
  const server = await startServer(node.connector);
  try {
    await makePod(server);
    const follow = start(server, ['logs', '-f', 'p']);
    await until(() => node.logs.length === 1);
    await node.logs[0]?.data(Buffer.from('one\n'));
    await until(() => follow.output() === 'one\n');
    await node.logs[0]?.data(Buffer.from('two\n'));
    await until(() => follow.output() === 'one\ntwo\n');
    follow.child.kill();
    await until(() => node.closedLogs() > 0);
  } finally {
    await server.close();
  }
});

async function until(holds: () => boolean): Promise<void> {
  for (let step = 0; step < 500 && !holds(); step += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(holds(), holds.toString());
}
