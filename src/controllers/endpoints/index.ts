import { endpoints } from '#api/kinds/index.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { serviceSources } from '../decide/service-wakes.ts';
import { decideEndpoints } from './decide/endpoints.ts';

/** Keeps the Endpoints object of every Service with a selector. */
export const endpointsController: LoopDefinition = {
  name: 'endpoint-controller',
  sources: [...serviceSources, { kind: endpoints }],
  decide: (view, key) => decideEndpoints(view, key),
};
