/** Words by which binder, scheduler and provisioners speak to each other (component-helpers `storage/volume`). */
export const storageAnnotations = {
  /** On a claim: it has its volume for good. */
  bindCompleted: 'pv.kubernetes.io/bind-completed',
  /** On a claim or a volume: the program chose the other one, not a person. */
  boundByController: 'pv.kubernetes.io/bound-by-controller',
  /** On a volume: who made it, and therefore removes it. */
  provisionedBy: 'pv.kubernetes.io/provisioned-by',
  /** On a claim: who shall make its volume; the second is the older name, which some still read. */
  provisioner: 'volume.kubernetes.io/storage-provisioner',
  betaProvisioner: 'volume.beta.kubernetes.io/storage-provisioner',
  /** On a claim: its first pod goes to this node. */
  selectedNode: 'volume.kubernetes.io/selected-node',
} as const;

/** The provisioner of classes whose volumes are made by hand. */
export const noProvisioner = 'kubernetes.io/no-provisioner';
