import { configMaps, namespaces } from '#api/kinds/index.ts';
import type { ConfigMap } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideRootCa, rootCaName } from './decide/root-ca.ts';

/**
 * Puts the cluster's CA certificates (PEM) into every namespace, and repairs them there. Others come
 * with the next full pass: those before are good for years more.
 */
export function rootCaController(certificates: () => string): LoopDefinition {
  return {
    name: 'root-ca-cert-publisher',
    sources: [{ kind: namespaces }, { kind: configMaps, keysOf: namespaceOfRootCa }],
    decide: (view, key) => decideRootCa(certificates(), view, key),
  };
}

function namespaceOfRootCa({ metadata }: ConfigMap): readonly string[] {
  return metadata.name === rootCaName ? [metadata.namespace ?? ''] : [];
}
