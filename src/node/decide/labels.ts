/**
 * What the agent writes on sandboxes and containers, so that the runtime's list alone tells the
 * whole story after a restart. The `io.kubernetes` names are those that the kubelet writes and that
 * tools such as crictl read.
 */
export const labels = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
} as const;

export const annotations = {
  /** Of the container's template: another hash asks for a new container. */
  hash: 'io.kubernetes.container.hash',
  restartCount: 'io.kubernetes.container.restartCount',
  terminationMessagePath: 'io.kubernetes.container.terminationMessagePath',
  terminationMessagePolicy: 'io.kubernetes.container.terminationMessagePolicy',
  podGraceSeconds: 'io.kubernetes.pod.terminationGracePeriod',
  /** JSON of the preStop hook, for a pod that is gone from the API. */
  preStop: 'io.kubernetes.container.preStopHandler',
  /** Of a sandbox: the pod's, for whoever ends pods without their objects. */
  priority: 'gantry.io/priority',
  stopSignal: 'gantry.io/stop-signal',
  /** JSON of requests and limits that it was made with. */
  resources: 'gantry.io/resources',
  /** Seconds of back-off that came before this start; absent for a first start. */
  backOff: 'gantry.io/restart-back-off-seconds',
  /** `init`, `sidecar`, `main` or `ephemeral`. */
  role: 'gantry.io/container-role',
  /** Of a sandbox: what of the pod it was made from. */
  sandboxHash: 'gantry.io/sandbox-hash',
} as const;
