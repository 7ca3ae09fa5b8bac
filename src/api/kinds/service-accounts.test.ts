import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceAccounts } from './service-accounts.ts';

test('a bound on Secrets that nobody keeps is told', () => {
  const told = (annotations: Record<string, string>): string[] =>
    serviceAccounts.warnings?.({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'a', annotations },
    }) ?? [];
  assert.deepEqual(told({}), []);
  assert.match(
    told({ 'kubernetes.io/enforce-mountable-secrets': 'true' })[0] ?? '',
    /^metadata\.annotations\[.*\]: not honoured by gantry/,
  );
});
