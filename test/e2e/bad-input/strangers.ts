/** Who is not who they say, and who may not. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '#sys/clock.ts';
import { createAuthority, issueClient } from '#wire/pki/authority.ts';
import { type Asker, readStatus } from './asker.ts';

const pods = '/api/v1/namespaces/default/pods';
const yearMs = 366 * 24 * 3600_000;
const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

export function strangerTests(open: () => Asker): void {
  const refused = async (
    credentials: Parameters<Asker['askAs']>[0],
    code: number,
    message: RegExp,
    path = pods,
  ): Promise<void> => {
    const answer = await open().askAs(credentials, path);
    const status = readStatus(answer);
    assert.equal(answer.status, code, answer.text());
    assert.equal(status.reason, code === 401 ? 'Unauthorized' : 'Forbidden');
    assert.match(status.message ?? '', message);
  };

  test('nobody is anonymous, and may nothing', () =>
    refused(
      {},
      403,
      /^pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"/,
    ));

  test('a certificate that somebody else signed', async () => {
    const forger = await createAuthority(systemClock, 'gantry-ca');
    const identity = { commonName: 'admin', organizations: ['system:masters'] };
    await refused(await issueClient(forger, systemClock, identity), 401, /^Unauthorized$/);
  });

  test('a certificate whose time is over', async () => {
    const then = { now: () => systemClock.now() - 12 * yearMs, monotonic: () => 0 };
    const { authority } = open().server;
    const identity = { commonName: 'admin', organizations: ['system:masters'] };
    await refused(await issueClient(authority, then, identity), 401, /^Unauthorized$/);
  });

  test('tokens that are none, or that another signed, or nobody', async () => {
    const claims = {
      iss: 'https://kubernetes.default.svc.cluster.local',
      aud: ['https://kubernetes.default.svc.cluster.local'],
      sub: 'system:serviceaccount:kube-system:default',
      exp: Math.floor(systemClock.now() / 1000) + 3600,
    };
    const unsigned = `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
    const body = `${base64url({ alg: 'HS256' })}.${base64url(claims)}`;
    const guessed = `${body}.${createHmac('sha256', 'secret').update(body).digest('base64url')}`;
    for (const token of ['a', 'a.b.c', unsigned, guessed, 'x'.repeat(10_000)])
      await refused({ token }, 401, /^Unauthorized$/);
  });

  test('a real token that was changed, and one whose account is gone', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await open().mustMake(accounts, { metadata: { name: 'visitor' } });
    const answer = await open().ask('POST', `${accounts}/visitor/token`, { spec: {} });
    const { token } = (answer.json() as { status: { token: string } }).status;
    await refused({ token }, 403, /User "system:serviceaccount:default:visitor" cannot list/);
    const [head, payload = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const promoted = base64url({ ...claims, sub: 'system:serviceaccount:kube-system:admin' });
    await refused({ token: `${head}.${promoted}.${signature}` }, 401, /^Unauthorized$/);
    await open().ask('DELETE', `${accounts}/visitor`);
    await refused({ token }, 401, /^Unauthorized$/);
  });

  test('somebody without rights learns what is missing', async () => {
    const { authority } = open().server;
    const eve = await issueClient(authority, systemClock, { commonName: 'eve', organizations: [] });
    const cases = [
      [
        `${pods}/p`,
        /^pods "p" is forbidden: User "eve" cannot get resource "pods" in API group "" in the namespace "default"$/,
      ],
      [
        '/api/v1/nodes',
        /^nodes is forbidden: User "eve" cannot list resource "nodes" in API group "" at the cluster scope$/,
      ],
      [
        `${pods}/p/log`,
        /^pods "p" is forbidden: User "eve" cannot get resource "pods\/log" in API group ""/,
      ],
      ['/metrics', /^forbidden: User "eve" cannot get path "\/metrics"$/],
      [
        '/apis/apps/v1/deployments',
        /^deployments\.apps is forbidden: User "eve" cannot list resource "deployments" in API group "apps" at the cluster scope$/,
      ],
    ] as const;
    for (const [path, message] of cases) await refused(eve, 403, message, path);
  });
}
