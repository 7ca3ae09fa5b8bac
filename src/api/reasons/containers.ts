import type { Reason } from './reason.ts';

/** Why a container or its pod does not run. */
export const containerReasons = {
  'container-fails': {
    sentence: 'Container "{container}" ends with exit code {exitCode}{restarts}.',
    cure: 'Its last words say why ({logs}). Correct the program, its arguments or its configuration.',
  },
  'container-completes': {
    sentence:
      'Container "{container}" ends by itself without an error, and is started again each time{restarts}.',
    cure: 'Let its command go on for as long as it serves; work that ends belongs in a Job (or restartPolicy: OnFailure).',
  },
  'container-killed': {
    sentence: 'Container "{container}" is ended by signal {signal}{restarts}.',
    cure: 'Signal 9 without lack of memory comes from inside the container or from the machine; 11 and 6 are faults of the program itself: {logs}.',
  },
  'out-of-memory': {
    sentence:
      'Container "{container}" is ended because it needs more memory than its limit of {limit}{restarts}.',
    cure: 'Raise resources.limits.memory of the container, or let the program use less.',
  },
  'command-not-found': {
    sentence: 'Container "{container}" cannot start: its image has no program "{command}".',
    cure: 'Correct command and args of the container: the first word must be a program in the image.',
  },
  'container-cannot-start': {
    sentence: 'Container "{container}" cannot start: {message}.',
    cure: "Change what the message names in the container's spec; the start is tried again by itself.",
  },
  'runs-as-root': {
    sentence: 'Container "{container}" must not run as root (runAsNonRoot), and its image would.',
    cure: 'Set securityContext.runAsUser to a number other than 0, or use an image with another user.',
  },
  'hook-fails': {
    sentence: 'The {hook} hook of container "{container}" fails: {message}.',
    cure: 'Correct lifecycle.{hook} of the container.',
  },
  'pod-evicted': {
    sentence: 'The pod was evicted from node {node}: {message}.',
    cure: 'If the message names a limit, raise it, or write less; if the node ran short, give pods requests that are true, or the node more room. A pod with an owner is made anew by it.',
  },
  'pod-deadline': {
    sentence: 'The pod ran longer than its activeDeadlineSeconds allow, and was ended.',
    cure: 'Raise activeDeadlineSeconds, or find out what takes so long.',
  },
  'pod-refused': {
    sentence: 'Node {node} does not take the pod: {message}.',
    cure: 'Change what the message names, delete the pod, and make it anew.',
  },
  'node-lacks-room': {
    sentence:
      'The pod was sent to node {node}, which has not enough {resource} for it (asked for: {requested}, taken: {used}, there in all: {capacity}).',
    cure: 'Leave spec.nodeName to the scheduler, lower the requests, or end other pods there. This pod stays rejected: delete it and make it anew.',
  },
  'node-not-meant': {
    sentence:
      'The pod was sent to node {node}, which is none that its node selector or affinity means.',
    cure: 'Leave spec.nodeName to the scheduler, or label the node as the pod asks. This pod stays rejected: delete it and make it anew.',
  },
  'node-port-taken': {
    sentence: 'The pod was sent to node {node}, where another pod has a host port that it wants.',
    cure: 'Leave spec.nodeName to the scheduler, or use a Service instead of a hostPort. This pod stays rejected: delete it and make it anew.',
  },
  'node-taint-evicts': {
    sentence:
      'The pod was sent to node {node}, which has a taint that lets no such pod run (NoExecute).',
    cure: 'Remove the taint from the node, or give the pod a toleration for it. This pod stays rejected: delete it and make it anew.',
  },
  'pod-preempted': {
    sentence:
      'The pod was ended on node {node} to make room for one that the cluster cannot do without.',
    cure: 'Its owner makes another one, which waits for room: add a node, or lower requests.',
  },
  'readiness-gate': {
    sentence: 'The pod waits for its readiness gate "{gate}", which nobody has set to True.',
    cure: 'Start the program that sets this condition, or leave the gate out of spec.readinessGates.',
  },
  'scheduling-gated': {
    sentence: 'The pod may not be given a node yet: it waits for its scheduling gates ({gates}).',
    cure: 'The program that set them takes them away in its time. By hand: "kubectl edit pod {name}", and remove spec.schedulingGates.',
  },
  'sandbox-fails': {
    sentence: 'The pod gets no network or no sandbox: {message}.',
    cure: 'Correct what the message names (spec.runtimeClassName, for example); "gantry doctor" examines the machine. The step is tried again by itself.',
  },
  'still-starting': {
    sentence: '{what} is on its way: {message}.',
    cure: 'Nothing is wrong so far. Ask again in a moment.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** Why a container is not ready, or is ended by its own probe. */
export const probeReasons = {
  'probe-refused': {
    sentence:
      'The {probe} probe of "{container}" asks port {port}, and nothing in the pod listens on any port.',
    cure: 'The program does not serve (yet): see its log ({logs}); for a slow start use a startupProbe.',
  },
  'probe-wrong-port': {
    general: 'probe-refused',
    sentence:
      'The {probe} probe of "{container}" asks port {port}, where nothing listens; the pod listens on {listening}.',
    cure: 'Set {probe}Probe to a port that is listened on, or let the program listen on {port}.',
  },
  'probe-loopback-only': {
    general: 'probe-refused',
    sentence:
      'The {probe} probe of "{container}" asks port {port}, on which the program listens only for itself (127.0.0.1).',
    cure: 'Let the program listen on 0.0.0.0 (all addresses), so that others reach it.',
  },
  'probe-timeout': {
    sentence: 'The {probe} probe of "{container}" gets no answer within {timeout} s.',
    cure: 'Raise timeoutSeconds of {probe}Probe, or find out what keeps the program from answering ({logs}).',
  },
  'probe-status': {
    sentence: 'The {probe} probe of "{container}" is answered with status {status}{path}.',
    cure: 'Correct the path of {probe}Probe, or cure what makes the program answer so ({logs}).',
  },
  'probe-command-fails': {
    general: 'probe-fails',
    sentence: 'The command of the {probe} probe of "{container}" fails: {message}.',
    cure: 'Correct exec.command of {probe}Probe, or cure what it finds.',
  },
  'probe-port-unknown': {
    sentence:
      'The {probe} probe of "{container}" asks port "{port}", and the container has no port of that name.',
    cure: 'Give a port in ports[] the name "{port}", or use a number.',
  },
  'probe-fails': {
    sentence: 'The {probe} probe of "{container}" fails: {message}.',
    cure: 'Correct {probe}Probe, or what it asks.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
