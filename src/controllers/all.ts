/** Every controller of the cluster, for the one who starts them. */
import type { Kind } from '#api/kind.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { certificateController } from './certificate/index.ts';
import { daemonSetController } from './daemonset/index.ts';
import { cronJobController } from './cronjob/index.ts';
import { deploymentController } from './deployment/index.ts';
import { disruptionController } from './disruption/index.ts';
import { ephemeralVolumeController } from './ephemeral-volume/index.ts';
import { endpointsController } from './endpoints/index.ts';
import { endpointSliceController } from './endpointslice/index.ts';
import { endpointSliceMirroringController } from './endpointslice-mirroring/index.ts';
import { garbageCollector } from './garbage-collector/index.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler/index.ts';
import { jobController } from './job/index.ts';
import { namespaceController } from './namespace/index.ts';
import type { HealthOptions } from './node-lifecycle/decide/health.ts';
import { nodeLifecycleController } from './node-lifecycle/index.ts';
import { persistentVolumeBinder } from './persistent-volume-binder/index.ts';
import { pvProtectionController } from './pv-protection/index.ts';
import { pvcProtectionController } from './pvc-protection/index.ts';
import type { PodGcOptions } from './pod-gc/decide/pod-gc.ts';
import { podGcController } from './pod-gc/index.ts';
import { replicaSetController } from './replicaset/index.ts';
import { replicationController } from './replication-controller/index.ts';
import { rootCaController } from './root-ca/index.ts';
import { serviceAccountController } from './service-account/index.ts';
import { serviceAccountTokenController } from './service-account-token/index.ts';
import { statefulSetController } from './statefulset/index.ts';
import { taintEvictionController } from './taint-eviction/index.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/index.ts';

export interface ControllerOptions {
  /** All kinds of the API, for the loops that work on any kind. */
  readonly kinds: readonly Kind[];
  /** PEM: what pods trust when they talk to the API server; renewed while this runs. */
  readonly rootCertificates: () => string;
  /** Has itself called when they have been renewed. */
  readonly onRootRenewal?: ((renewed: () => void) => void) | undefined;
  readonly nodeHealth?: HealthOptions | undefined;
  readonly podGc?: PodGcOptions | undefined;
}

export function allControllers(options: ControllerOptions): readonly LoopDefinition[] {
  return [
    deploymentController,
    replicaSetController,
    replicationController,
    statefulSetController,
    daemonSetController,
    jobController,
    cronJobController,
    ttlAfterFinishedController,
    disruptionController(options.kinds),
    horizontalPodAutoscaler(options.kinds),
    endpointsController,
    endpointSliceController,
    endpointSliceMirroringController,
    namespaceController(options.kinds),
    garbageCollector(options.kinds),
    serviceAccountController,
    serviceAccountTokenController(options.rootCertificates, options.onRootRenewal),
    rootCaController(options.rootCertificates, options.onRootRenewal),
    nodeLifecycleController(options.nodeHealth),
    taintEvictionController,
    podGcController(options.podGc),
    certificateController,
    persistentVolumeBinder,
    pvcProtectionController,
    pvProtectionController,
    ephemeralVolumeController,
  ];
}
