/** NetworkPolicies with real containers and real packets. */
import { after, before, suite } from 'node:test';
import { policyTests } from './policy/policies.ts';
import { World } from './traffic/world.ts';

const world = new World({
  name: 'policy',
  ports: { api: 16_560, http: 18_160, https: 18_560 },
  network: 78,
});

suite('policy', { timeout: 240_000 }, () => {
  before(() => world.open());
  after(() => world.close());
  policyTests(world);
});
