import { configMaps, namespaces } from '#api/kinds/index.ts';
import type { ConfigMap } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideRootCa, rootCaName } from './decide/root-ca.ts';

/**
 * Puts the cluster's CA certificates (PEM) into every namespace, repairs them there, and renews them
 * as soon as it hears that there are others.
 */
export function rootCaController(
  certificates: () => string,
  onRenewal?: (renewed: () => void) => void,
): LoopDefinition {
  return {
    name: 'root-ca-cert-publisher',
    sources: [{ kind: namespaces }, { kind: configMaps, keysOf: namespaceOfRootCa }],
    ...(onRenewal && { hears: onRenewal }),
    decide: (view, key) => decideRootCa(certificates(), view, key),
  };
}

function namespaceOfRootCa({ metadata }: ConfigMap): readonly string[] {
  return metadata.name === rootCaName ? [metadata.namespace ?? ''] : [];
}
