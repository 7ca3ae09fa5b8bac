/** Services, names and the gateway with real containers and real packets: one cluster for all. */
import { after, before, suite } from 'node:test';
import { annotationTests } from './traffic/annotations.ts';
import { gatewayTests } from './traffic/gateway.ts';
import { nameTests } from './traffic/names.ts';
import { protocolTests } from './traffic/protocols.ts';
import { serviceTests } from './traffic/services.ts';
import { World } from './traffic/world.ts';

const world = new World({
  name: 'traffic',
  ports: { api: 17_443, http: 17_080, https: 17_444 },
  network: 77,
});

suite('traffic', { timeout: 360_000 }, () => {
  before(() => world.open());
  after(() => world.close());
  serviceTests(world);
  nameTests(world);
  gatewayTests(world);
  annotationTests(world);
  protocolTests(world);
});
