/** What the node agent makes of a pod's spec: real containers, all of them side by side on one cluster. */
import { after, before, suite } from 'node:test';
import { containerManifest, containerTests } from './pods/containers.ts';
import { endingManifest, endingTests } from './pods/endings.ts';
import { environmentManifest, environmentTests } from './pods/environment.ts';
import { imageManifest, imageTests } from './pods/images.ts';
import { networkManifest, networkTests } from './pods/network.ts';
import { probeManifest, probeTests } from './pods/probes.ts';
import { resourceManifest, resourceTests } from './pods/resources.ts';
import { restartManifest, restartTests } from './pods/restarts.ts';
import { securityManifest, securityTests } from './pods/security.ts';
import { volumeManifest, volumeTests } from './pods/volumes.ts';
import { World } from './pods/world.ts';

const world = new World();

suite('pods', { timeout: 240_000, concurrency: true }, () => {
  before(() =>
    world.open([
      containerManifest,
      environmentManifest,
      imageManifest,
      volumeManifest,
      resourceManifest,
      probeManifest,
      endingManifest,
      restartManifest,
      securityManifest,
      networkManifest,
    ]),
  );
  after(() => world.close());
  containerTests(world);
  environmentTests(world);
  imageTests(world);
  volumeTests(world);
  resourceTests(world);
  probeTests(world);
  endingTests(world);
  restartTests(world);
  securityTests(world);
  networkTests(world);
});
