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
  { path: 'schedulingGroup', because: 'pods are scheduled one by one' },
  { path: 'resourceClaims', because: 'devices are not allocated yet; the pod does not start' },
  {
    path: 'hostUsers',
    because: 'pods share the host’s user namespace; this one does not start',
    when: is(false),
  },
  {
    path: 'os',
    because: 'nodes run Linux; the pod does not start',
    when: (os) => nameOf(os) === 'windows',
  },
  { path: 'securityContext.windowsOptions', because: 'nodes run Linux' },
  {
    path: 'securityContext.supplementalGroupsPolicy',
    because: 'groups of the image are always merged in; a pod that refuses them does not start',
    when: is('Strict'),
  },
  { path: 'securityContext.seLinuxChangePolicy', because: 'volumes are not relabelled' },
];

const volumeFields: readonly NotHonoured[] = [
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
  {
    path: 'volumeMounts[*].recursiveReadOnly',
    because:
      'mounts below a read-only one keep their own mode; with Enabled the container does not start',
    when: isNot('Disabled'),
  },
  { path: 'resources.claims', because: 'devices are not allocated yet' },
  { path: 'securityContext.windowsOptions', because: 'nodes run Linux' },
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
  ...containerFields.flatMap(inEveryContainer),
];
