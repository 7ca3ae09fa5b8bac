/** What marks pods that come from files of a node. Source: Kubernetes, "Create static Pods". */

/** On the object in the API that shows such a pod: the hash of its file's content. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** Of `system-cluster-critical`: from here on a pod is not given up for others. */
export const staticPriority = 2_000_000_000;
