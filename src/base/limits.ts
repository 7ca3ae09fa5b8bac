/** Every bound in gantry, in one place; the unit stands last in the name. */
export const limits = {
  /** A log file of gantry or of a program that it runs; an older part of the same size stays beside it. */
  logFileBytes: 10 * 1024 * 1024,
  /** How often log files are looked at. */
  logLookMs: 60_000,
  /** How often the ends of certificates are looked at; they are renewed with a third of their life left. */
  certificateLookMs: 24 * 3600_000,
  /** Largest request body that the API server reads (Kubernetes: 3 MiB). */
  requestBodyBytes: 3 * 1024 * 1024,
  /** Largest stored object (etcd's default request limit: 1.5 MiB). */
  objectBytes: 1_572_864,
  /** Events that a slow watcher may have waiting before its watch is ended with 410. */
  watchBufferEvents: 10_000,
  /** About how often a watcher that asked for bookmarks gets one. */
  watchBookmarkMs: 60_000,
  /** Tries of a write that loses against others between its reading and its commit. */
  writeAttempts: 5,
  /** Tries to find a free name for `generateName` (Kubernetes: 8). */
  generateNameAttempts: 8,
  /** History kept for watches and paged lists. */
  historyRevisions: 100_000,
  /** Age of the oldest kept revision (Kubernetes compacts every 5 minutes). */
  historyAgeMs: 5 * 60_000,
  /** Life of an Event object (kube-apiserver --event-ttl: 1 h). */
  eventTtlSeconds: 3600,
  /** Depth of a JSON or protobuf body. */
  bodyDepthLevels: 100,
  /** Time to send a whole request header. */
  requestHeaderMs: 10_000,
  /** Open connections to the API server. */
  connections: 10_000,
  /** Requests under way that are not watches, logs or streams; more are told to come again. */
  requestsInFlight: 600,
  /** Between two statuses of one object on which nobody acts, when many changes follow each other. */
  passingStatusMs: 250,
  /** Pods that a ReplicaSet, ReplicationController or StatefulSet makes or deletes at once (Kubernetes: 500). */
  podsPerDecision: 500,
  /** The same for a DaemonSet (Kubernetes: 250). */
  daemonPodsPerDecision: 250,
  /** Longest wait before a pod of a DaemonSet that fails again and again is replaced (Kubernetes: 15 minutes). */
  daemonBackOffMs: 15 * 60_000,
  /** The same for a ReplicaSet (Kubernetes: none, but 20 writes a second of all its controllers). */
  replicaBackOffMs: 60_000,
  /** What a pod of a StatefulSet that failed as soon as it was made stays at least (Kubernetes: nothing). */
  failedMemberRestMs: 5000,
  /** Evictions of one PodDisruptionBudget that its controller has not seen yet (Kubernetes: 2,000). */
  disruptedPods: 2000,
  /** Questions about use so close to each other share one sample. */
  usageFreshMs: 1000,
  /** The least that two samples lie apart: whoever asks first waits so long. */
  usageFirstWindowMs: 1000,
  /** So far apart they make a steady number (metrics-server: 15 s). */
  usageSteadyMs: 10_000,
  /** Older samples say nothing of now. */
  usageWindowMs: 60_000,
  usageSamples: 16,
  /** Claims whose room one page of a node tells. */
  nodePageClaims: 1000,
  /** Operations of one JSON patch (Kubernetes: 10,000). */
  jsonPatchOperations: 10_000,
  /** Answers of other DNS servers that are kept. */
  dnsCacheAnswers: 10_000,
  /** How long an answer of another DNS server is kept at most. */
  dnsCacheSeconds: 300,
  /** A file from which containers take variables (Kubernetes: 64 KiB). */
  envFileBytes: 64 * 1024,
  /** Pods of a workload that are gone and whose logs are kept. */
  keptLogPodsPerWorkload: 3,
  /** Pods that are gone and whose logs are kept, all together. */
  keptLogPods: 500,
  /** Logs of pods that are gone, all together. */
  keptLogBytes: 256 * 1024 * 1024,
  /** How long the logs of a pod that is gone are kept at most. */
  keptLogAgeMs: 7 * 24 * 3600 * 1000,
  /** Events that a part has recorded and not yet written; newer ones are dropped and counted. */
  eventsWaiting: 10_000,
  /** Events that a part remembers, to count repeats and to join what is alike. */
  eventsRemembered: 4096,
  /** A log file of a container (the kubelet's containerLogMaxSize). */
  containerLogBytes: 10 * 1024 * 1024,
  /** Log files of a container, older ones included (the kubelet's containerLogMaxFiles). */
  containerLogFiles: 5,
  /** Failed pulls that are remembered, to wait longer each time. */
  imageFailures: 10_000,
  /** Ends of processes that came before anybody knew of their container; a slow list finds what is forgotten. */
  earlyEnds: 1000,
  /** Ends for lack of memory that the kernel told of; only the last ones are asked about. */
  memoryKills: 1000,
  /** Sets of owned fields that objects share: one for each way in which a kind of objects is written. */
  fieldSetsKept: 4096,
  /** Orders in which writers meet the fields that they own. */
  fieldOrdersKept: 512,
  /** Names and amounts that come in each write, with what is known of them. */
  wordsKept: 4096,
  /** Characters of one; longer ones are looked at each time. */
  wordKeptLength: 128,
  /** Series of one metric; the rest share one. */
  metricSeries: 2000,
  /** A line of a stream, such as a watch event (an object is much smaller). */
  streamLineBytes: 16 * 1024 * 1024,
  /** Output of a program that gantry runs; the rest is dropped. */
  programOutputBytes: 4 * 1024 * 1024,
  /** Body of a request to the control socket. */
  controlBodyBytes: 64 * 1024,
} as const;
