/** Objects that this composition adds to every cluster: its DNS' Service, the classes of its gateway and of its storage. */
import { gatewayController } from '#api/gateway-class.ts';
import { collectionOf } from '#api/kind.ts';
import { ingressClasses, services, storageClasses } from '#api/kinds/index.ts';
import type { IngressClass, Service, StorageClass } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { isStatusError } from '#base/status-error.ts';
import { localPathProvisioner } from '#node/decide/local-path.ts';

/** Without a selector: each node answers this address itself. */
export async function ensureDnsService(verbs: Verbs, address: string): Promise<void> {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: {
        'k8s-app': 'kube-dns',
        'kubernetes.io/cluster-service': 'true',
        'kubernetes.io/name': 'gantry-dns',
      },
    },
    spec: {
      clusterIP: address,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  };
  await verbs.create(collectionOf(services, 'kube-system'), service).catch(unlessThere);
}

/** The class that Ingresses without one get. */
export async function ensureIngressClass(verbs: Verbs): Promise<void> {
  const object: IngressClass = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: {
      name: 'gantry',
      annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
    },
    spec: { controller: gatewayController },
  };
  await verbs.create(collectionOf(ingressClasses), object).catch(unlessThere);
}

/**
 * Storage of the node where a claim's first pod runs: directories, for claims that name no class, and
 * files that are disks of the claim's size.
 */
export async function ensureStorageClasses(verbs: Verbs): Promise<void> {
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  const classes: readonly Partial<StorageClass>[] = [
    { metadata: { name: 'local-path', annotations: isDefault } },
    { metadata: { name: 'local-disk' }, parameters: { type: 'disk' } },
  ];
  for (const each of classes) {
    const object = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      ...each,
      provisioner: localPathProvisioner,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    } as StorageClass;
    await verbs.create(collectionOf(storageClasses), object).catch(unlessThere);
  }
}

function unlessThere(error: unknown): void {
  if (!isStatusError(error, 'AlreadyExists')) throw error;
}
