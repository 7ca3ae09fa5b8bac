/** What a node does with its pods beside running them: looking into them, sizes, pressure, ends. */
import { after, before, suite } from 'node:test';
import { confinementManifest, confinementTests } from './pods/confinement.ts';
import { debugManifest, debugTests } from './pods/debug.ts';
import { keptManifest, keptTests } from './pods/kept.ts';
import { oddFieldManifest, oddFieldTests } from './pods/odd-fields.ts';
import { resizeManifest, resizeTests } from './pods/resize.ts';
import { staticTests } from './pods/static.ts';
import { World } from './pods/world.ts';

const world = new World('no', { api: 16_550, http: 18_150, https: 18_550 });

suite('node', { timeout: 240_000, concurrency: true }, () => {
  before(() =>
    world.open([
      debugManifest,
      resizeManifest,
      oddFieldManifest,
      keptManifest,
      confinementManifest,
    ]),
  );
  after(() => world.close());
  debugTests(world);
  resizeTests(world);
  oddFieldTests(world);
  staticTests(world);
  keptTests(world);
  confinementTests(world);
});
