import { jobs } from '#api/kinds/index.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideTtl } from './decide/ttl.ts';

/** Takes finished Jobs away some time after their end. */
export const ttlAfterFinishedController: LoopDefinition = {
  name: 'ttl-after-finished-controller',
  sources: [{ kind: jobs }],
  decide: decideTtl,
};
