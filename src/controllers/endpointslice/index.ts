import { endpointSlices } from '#api/kinds/index.ts';

import { serviceOfSlice } from '#api/service-of-slice.ts';
import type { EndpointSlice } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { serviceSources, zoneSource } from '../decide/service-wakes.ts';
import { managedByLabel, sliceIndexes } from '../decide/slices.ts';
import { decideEndpointSlices, sliceManager } from './decide/endpoint-slices.ts';

/** Keeps the list of backends of every Service with a selector. */
export const endpointSliceController: LoopDefinition = {
  name: 'endpointslice-controller',
  sources: [
    ...serviceSources,
    zoneSource,
    { kind: endpointSlices, indexes: sliceIndexes, keysOf: serviceOf },
  ],
  decide: (view, key) => decideEndpointSlices(view, key),
};

function serviceOf(slice: EndpointSlice): readonly string[] {
  return slice.metadata.labels?.[managedByLabel] === sliceManager ? serviceOfSlice(slice) : [];
}
