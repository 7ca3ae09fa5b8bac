/** Which Service an EndpointSlice belongs to: a label says it (EndpointSlice API reference). */
import type { EndpointSlice } from './types.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';

/** `namespace/name`; empty when the slice is nobody's. */
export function serviceOfSlice({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[serviceNameLabel];
  return name === undefined ? [] : [`${metadata.namespace}/${name}`];
}
