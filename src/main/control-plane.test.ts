import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds } from '#api/kinds/index.ts';
import { allControllers } from '#controllers/all.ts';
import { controllerNames } from '#server/authz/policy/controller-roles.ts';

test('every controller has a role of its own name, so that none needs more than its rights', () => {
  const controllers = allControllers({ kinds: allKinds, rootCertificates: () => '' });
  const without = controllers
    .map(({ name }) => name)
    .filter((name) => !controllerNames.includes(name));
  assert.deepEqual(without, []);
});
