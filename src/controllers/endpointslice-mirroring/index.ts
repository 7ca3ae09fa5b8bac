import { endpointSlices, endpoints, services } from '#api/kinds/index.ts';
import { serviceOfSlice } from '#api/service-of-slice.ts';
import type { EndpointSlice } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { managedByLabel, sliceIndexes } from '../decide/slices.ts';
import { decideMirror, mirrorManager } from './decide/mirror.ts';

/** Mirrors hand-made Endpoints into EndpointSlices. */
export const endpointSliceMirroringController: LoopDefinition = {
  name: 'endpointslicemirroring-controller',
  sources: [
    { kind: endpoints },
    { kind: services },
    { kind: endpointSlices, indexes: sliceIndexes, keysOf: endpointsOf },
  ],
  decide: (view, key) => decideMirror(view, key),
};

function endpointsOf(slice: EndpointSlice): readonly string[] {
  return slice.metadata.labels?.[managedByLabel] === mirrorManager ? serviceOfSlice(slice) : [];
}
