import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { createAuthority, issueServer } from './authority.ts';
import { servingProblem, timeProblem } from './serving-problem.ts';

const clock = { now: () => Date.UTC(2026, 0, 1), monotonic: () => 0 };
const authority = await createAuthority(clock);
const issue = () => issueServer(authority, clock, { commonName: 'a', names: ['a.test'] });

test('a certificate with its key, alone or with its chain', async () => {
  const { certificate, key } = await issue();
  assert.equal(servingProblem(certificate, key), undefined);
  assert.equal(servingProblem(`${certificate}\n${authority.certificate}`, key), undefined);
});

test('what cannot be served says why', async () => {
  const { certificate, key } = await issue();
  const other = await issue();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const damaged = certificate.replace(/\n.{10}/, '\nAAAAAAAAAA');
  for (const [chain, secret, expected] of [
    ['', key, /no certificate/],
    ['nonsense', key, /no certificate/],
    [certificate, stranger, /another certificate/],
    [certificate, other.key, /another certificate/],
    [certificate, 'nonsense', /cannot be read/],
    [damaged, key, /cannot be read/],
  ] as const)
    assert.match(servingProblem(chain, secret) ?? 'served', expected);
});

test('a certificate has its time', async () => {
  const { certificate } = await issue();
  const years = (count: number): number => clock.now() + count * 366 * 86_400_000;
  assert.equal(timeProblem(certificate, clock.now()), undefined);
  assert.match(timeProblem(certificate, years(2)) ?? '', /^ended on 202[67]-/);
  assert.match(timeProblem(certificate, years(-1)) ?? '', /^begins only on 202[56]-/);
  assert.equal(timeProblem('nonsense', clock.now()), undefined);
});
