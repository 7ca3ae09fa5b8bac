import { endpointSlices, endpoints, services } from '#api/kinds/index.ts';
import type { EndpointSlice } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { managedByLabel, serviceNameLabel, sliceIndexes } from '../decide/slices.ts';
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

function endpointsOf({ metadata }: EndpointSlice): readonly string[] {
  const name = metadata.labels?.[serviceNameLabel];
  if (name === undefined || metadata.labels?.[managedByLabel] !== mirrorManager) return [];
  return [`${metadata.namespace}/${name}`];
}
