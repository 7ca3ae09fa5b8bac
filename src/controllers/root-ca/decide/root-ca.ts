/** Every namespace has the certificate by which its pods recognize the API server. */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { configMaps, namespaces } from '#api/kinds/index.ts';
import type { ConfigMap } from '#api/types.ts';
import { isSame } from '../../decide/same.ts';

export const rootCaName = 'kube-root-ca.crt';

const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal ' +
  'endpoints such as the internal service IP or kubernetes.default.svc. No other usage is ' +
  'guaranteed across distributions of Kubernetes clusters.';

export function decideRootCa(certificates: string, view: View, key: string): Decision {
  const namespace = view.get(namespaces, undefined, key);
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) {
    return nothingToDo;
  }
  const known = view.get(configMaps, key, rootCaName);
  const data = { 'ca.crt': certificates };
  const annotations = {
    ...known?.metadata.annotations,
    'kubernetes.io/description': description,
  };
  if (known !== undefined && isSame(known.data, data)) {
    if (isSame(known.metadata.annotations, annotations)) return nothingToDo;
  }
  const object: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...known?.metadata, name: rootCaName, namespace: key, annotations },
    data,
  };
  const type = known === undefined ? 'create' : 'update';
  return { actions: [{ type, kind: configMaps, object }] };
}
