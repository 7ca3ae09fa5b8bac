/**
 * Fields that gantry accepts and stores, and does not act on yet. Nothing is ignored in silence: who
 * uses one of these gets a warning with the answer. Whoever makes one of them work removes its line.
 *
 * A path names fields from the pod spec on; `[*]` stands for every element of a list. With `when`,
 * only values for which it holds are not honoured.
 */
export interface NotHonoured {
  readonly path: string;
  /** Ends the sentence `spec.x: …`. */
  readonly because: string;
  readonly when?: (value: unknown) => boolean;
}

const is =
  (wanted: unknown) =>
  (value: unknown): boolean =>
    value === wanted;

const isNot =
  (...usual: readonly unknown[]) =>
  (value: unknown): boolean =>
    !usual.includes(value);

const podFields: readonly NotHonoured[] = [
  {
    path: 'affinity',
    because: 'the scheduler does not weigh affinity yet; use nodeSelector and taints',
  },
  {
    path: 'topologySpreadConstraints',
    because: 'the scheduler does not spread pods by topology yet',
  },
  { path: 'priorityClassName', because: 'pods have no priority yet; none is preempted' },
  {
    path: 'priority',
    because: 'pods have no priority yet; none is preempted',
    when: isNot(0),
  },
  { path: 'schedulingGroup', because: 'pods are scheduled one by one' },
  { path: 'runtimeClassName', because: 'every pod runs in the node’s default runtime' },
  { path: 'overhead', because: 'every pod runs in the node’s default runtime' },
  { path: 'resourceClaims', because: 'devices are not allocated yet' },
  { path: 'resources', because: 'limits are set for each container, not for the whole pod' },
  { path: 'hostUsers', because: 'pods share the host’s user namespace', when: is(false) },
  { path: 'os', because: 'nodes run Linux', when: (os) => nameOf(os) === 'windows' },
  { path: 'ephemeralContainers', because: 'containers cannot be added to a running pod yet' },
  { path: 'setHostnameAsFQDN', because: 'the hostname is the short name', when: is(true) },
  { path: 'hostnameOverride', because: 'the hostname is the pod’s own' },
  { path: 'securityContext.windowsOptions', because: 'nodes run Linux' },
  {
    path: 'securityContext.fsGroupChangePolicy',
    because: 'volumes that fsGroup applies to are made anew for each pod',
  },
  {
    path: 'securityContext.supplementalGroupsPolicy',
    because: 'groups of the image are always merged in',
    when: isNot('Merge'),
  },
  {
    path: 'securityContext.seLinuxChangePolicy',
    because: 'volumes are not relabelled',
  },
];

const volumeFields: readonly NotHonoured[] = [
  'persistentVolumeClaim',
  'ephemeral',
  'csi',
  'image',
  'nfs',
  'iscsi',
  'fc',
  'gitRepo',
  'flexVolume',
  'cephfs',
  'rbd',
  'glusterfs',
  'cinder',
  'awsElasticBlockStore',
  'gcePersistentDisk',
  'azureFile',
  'azureDisk',
  'vsphereVolume',
  'portworxVolume',
  'photonPersistentDisk',
  'quobyte',
  'scaleIO',
  'storageos',
  'flocker',
].map((source) => ({
  path: `volumes[*].${source}`,
  because: 'volumes of this type cannot be mounted yet; a pod that has one does not start',
}));

const projectedFields: readonly NotHonoured[] = ['clusterTrustBundle', 'podCertificate'].map(
  (source) => ({
    path: `volumes[*].projected.sources[*].${source}`,
    because: 'nothing in the cluster issues it yet',
  }),
);

const containerFields: readonly NotHonoured[] = [
  { path: 'volumeDevices', because: 'block devices cannot be given to containers yet' },
  { path: 'volumeMounts[*].subPath', because: 'only whole volumes can be mounted yet' },
  { path: 'volumeMounts[*].subPathExpr', because: 'only whole volumes can be mounted yet' },
  {
    path: 'volumeMounts[*].mountPropagation',
    because: 'mounts are private to the container',
    when: isNot('None'),
  },
  {
    path: 'volumeMounts[*].recursiveReadOnly',
    because: 'mounts below a read-only one keep their own mode',
    when: isNot('Disabled'),
  },
  { path: 'resources.claims', because: 'devices are not allocated yet' },
  { path: 'resizePolicy', because: 'resources of a running pod cannot be changed yet' },
  { path: 'restartPolicyRules', because: 'the pod’s restartPolicy holds for every container' },
  { path: 'env[*].valueFrom.fileKeyRef', because: 'variables cannot be read from files yet' },
  { path: 'lifecycle.stopSignal', because: 'the image’s stop signal is sent' },
  { path: 'securityContext.windowsOptions', because: 'nodes run Linux' },
  {
    path: 'securityContext.procMount',
    because: 'the runtime’s usual parts of /proc are masked',
    when: isNot('Default'),
  },
];

const probeFields: readonly NotHonoured[] = ['livenessProbe', 'readinessProbe', 'startupProbe'].map(
  (probe) => ({ path: `${probe}.grpc`, because: 'gRPC probes are not made yet' }),
);

const sidecars: readonly NotHonoured[] = [
  {
    path: 'initContainers[*].restartPolicy',
    because: 'sidecars are not run yet; the pod waits for this container to end',
  },
  {
    path: 'containers[*].restartPolicy',
    because: 'the pod’s restartPolicy holds for every container',
  },
];

function inEveryContainer({ path, ...rest }: NotHonoured): NotHonoured[] {
  return ['initContainers', 'containers'].map((list) => ({ path: `${list}[*].${path}`, ...rest }));
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
}

export const notHonoured: readonly NotHonoured[] = [
  ...podFields,
  ...volumeFields,
  ...projectedFields,
  ...sidecars,
  ...[...containerFields, ...probeFields].flatMap(inEveryContainer),
];
