import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodSpec, ResourceRequirements } from '#api/types.ts';
import type { PodFacts, Step } from './facts.ts';
import { annotations } from './labels.ts';
import { templateHash } from './members.ts';
import { nextStep } from './next-step.ts';
import type { ObservedContainer, ObservedSandbox } from './observed.ts';
import { wholePod } from './resize.ts';
import { podStatus } from './status/pod-status.ts';

const now = 1_767_323_045_000;
const second = 1000;

const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'app:1',
  ...more,
});

const podOf = (spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1', ...metadata },
  spec: { containers: [container('main')], restartPolicy: 'Always', ...spec },
});

const sandbox = (more: Partial<ObservedSandbox> = {}): ObservedSandbox => ({
  id: 's0',
  podUid: 'u1',
  namespace: 'default',
  name: 'web',
  attempt: 0,
  ready: true,
  createdAtMs: now - 60 * second,
  ips: ['10.0.0.2'],
  labels: {},
  annotations: {},
  ...more,
});

const observed = (name: string, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: `${name}-${more.attempt ?? 0}`,
  sandboxId: 's0',
  podUid: 'u1',
  name,
  attempt: 0,
  state: 'running',
  image: 'app:1',
  imageRef: 'sha256:1',
  createdAtMs: now - 30 * second,
  startedAtMs: now - 30 * second,
  finishedAtMs: 0,
  exitCode: 0,
  reason: '',
  message: '',
  logPath: '',
  labels: {},
  annotations: { [annotations.hash]: templateHash(container(name)) },
  ...more,
});

const ended = (name: string, exitCode: number, more: Partial<ObservedContainer> = {}) =>
  observed(name, {
    state: 'exited',
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    finishedAtMs: now - second,
    ...more,
  });

const waited = (name: string, seconds: number | undefined) => ({
  [annotations.hash]: templateHash(container(name)),
  ...(seconds !== undefined && { [annotations.backOff]: String(seconds) }),
});

const facts = (pod: Pod, more: Partial<PodFacts> = {}): PodFacts => ({
  pod,
  gone: false,
  sandboxes: [],
  containers: [],
  images: new Map(),
  volumes: { state: 'ready' },
  probes: new Map(),
  problems: new Map(),
  sandboxProblem: undefined,
  granted: new Map(),
  applied: new Map(),
  unsure: new Set(),
  resizeProblem: undefined,
  room: () => ({ cpuMilli: 4000, memoryBytes: 8e9, othersCpuMilli: 1000, othersMemoryBytes: 1e9 }),
  busy: new Set(),
  reported: () => true,
  cgroupRemoved: false,
  verdict: undefined,
  machine: { appArmor: false },
  hostIPs: ['192.0.2.1'],
  acceptedAtMs: now - 60 * second,
  graceLeftMs: undefined,
  ...more,
});

const stepOf = (pod: Pod, more: Partial<PodFacts> = {}): Step | undefined =>
  nextStep(facts(pod, more), now).step;
const wordsOf = (step: Step | undefined): string =>
  step === undefined
    ? 'wait'
    : [step.type, 'container' in step ? step.container : '', 'attempt' in step ? step.attempt : '']
        .filter((word) => word !== '')
        .join(' ');
const ready = new Map([
  ['main', { ready: true }],
  ['first', { ready: true }],
  ['side', { ready: true }],
]);

describe('bringing a pod up', () => {
  const steps: [string, Pod, Partial<PodFacts>, string][] = [
    ['volumes come first', podOf(), { volumes: { state: 'pending' } }, 'prepareVolumes'],
    ['then the sandbox', podOf(), {}, 'makeSandbox 0'],
    [
      'one that was lost is made again',
      podOf(),
      { sandboxes: [sandbox({ ready: false, attempt: 3 })] },
      'makeSandbox 4',
    ],
    ['then the image', podOf(), { sandboxes: [sandbox()] }, 'ensureImage main'],
    [
      'then the container',
      podOf(),
      { sandboxes: [sandbox()], images: ready },
      'startContainer main 0',
    ],
    [
      'one step per subject',
      podOf(),
      { sandboxes: [sandbox()], images: ready, busy: new Set(['container main']) },
      'wait',
    ],
    [
      'a running container is left alone',
      podOf(),
      { sandboxes: [sandbox()], containers: [observed('main')] },
      'wait',
    ],
    [
      'a container that nobody starts is removed',
      podOf(),
      { sandboxes: [sandbox()], containers: [observed('main', { state: 'created' })] },
      'removeContainer main',
    ],
    [
      'a changed image asks for a new container',
      podOf({ containers: [container('main', { image: 'app:2' })] }),
      { sandboxes: [sandbox()], containers: [observed('main')] },
      'killContainer main',
    ],
    [
      'a failed liveness probe ends the container',
      podOf(),
      {
        sandboxes: [sandbox()],
        containers: [observed('main')],
        probes: new Map([['main-0', { failed: { probe: 'liveness', message: 'no' } }]]),
      },
      'killContainer main',
    ],
    [
      'only two attempts are kept',
      podOf(),
      {
        sandboxes: [sandbox()],
        containers: [
          observed('main', { attempt: 2 }),
          ended('main', 1, { attempt: 1 }),
          ended('main', 1),
        ],
      },
      'removeContainer main',
    ],
  ];
  for (const [title, pod, more, expected] of steps) {
    it(title, () => assert.equal(wordsOf(stepOf(pod, more)), expected));
  }
});

describe('ephemeral containers', () => {
  const looked = podOf({
    initContainers: [container('first')],
    ephemeralContainers: [container('doctor')],
  });
  const images = new Map([...ready, ['doctor', { ready: true }]]);
  const base = { sandboxes: [sandbox()], images };
  it('wait for nothing in the pod', () => {
    const containers = [observed('first')];
    assert.equal(wordsOf(stepOf(looked, { ...base, containers })), 'startContainer doctor 0');
  });
  it('run once', () => {
    const containers = [observed('first'), ended('doctor', 1)];
    assert.equal(wordsOf(stepOf(looked, { ...base, containers })), 'wait');
  });
  it('are never ready, as in Kubernetes', () => {
    const containers = [observed('first'), observed('doctor')];
    const { ephemeralContainerStatuses = [] } = podStatus(
      facts(looked, { ...base, containers }),
      now,
    );
    const seen = ephemeralContainerStatuses.map(({ state, ready: is, started }) => ({
      runs: state?.running !== undefined,
      is,
      started,
    }));
    assert.deepEqual(seen, [{ runs: true, is: false, started: undefined }]);
  });
});

describe('a resize', () => {
  const amounts = (cpu: string) => ({ requests: { cpu }, limits: { memory: '1Gi' } });
  const wanting = (cpu: string, more: Partial<Container> = {}): Pod => ({
    ...podOf({ containers: [container('main', { resources: amounts(cpu), ...more })] }),
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          restartCount: 0,
          image: '',
          imageID: '',
          containerID: 'containerd://main-0',
          allocatedResources: { cpu: '1' },
          resources: amounts('1'),
        },
      ],
    },
  });
  const running = { sandboxes: [sandbox()], containers: [observed('main')], images: ready };
  const granted = (cpu: string) => new Map([['main', amounts(cpu)]]);
  const condition = (pod: Pod, more: Partial<PodFacts>) => {
    const { conditions = [] } = podStatus(facts(pod, { ...running, ...more }), now);
    return conditions
      .filter(({ type }) => type.startsWith('PodResize'))
      .map(({ type, reason, message }) => [type, reason, message].filter(Boolean).join(' '));
  };
  const cases: [string, Pod, Partial<PodFacts>, string][] = [
    ['the same amount in other words is none', wanting('1000m'), {}, 'wait'],
    ['is granted where there is room', wanting('2'), {}, 'grantResize'],
    ['then the runtime is told', wanting('2'), { granted: granted('2') }, 'applyResize'],
    [
      'and is over',
      wanting('2'),
      { granted: granted('2'), applied: new Map([['main-0', amounts('2')]]) },
      'wait',
    ],
    [
      'taken back when nobody knows whether the runtime heard of it, is told anew',
      wanting('1'),
      { granted: granted('1'), unsure: new Set(['main-0']) },
      'applyResize',
    ],
    [
      'and so is the group of the pod',
      wanting('1'),
      { granted: granted('1'), unsure: new Set([wholePod]) },
      'applyResize',
    ],
    ['waits for room', wanting('3500m'), {}, 'wait'],
    [
      'may ask for a new container',
      wanting('2', { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }),
      { granted: granted('2') },
      'killContainer main',
    ],
    [
      'which comes however the old one ended',
      podOf({
        ...wanting('2', {
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
        }).spec,
        restartPolicy: 'OnFailure',
      }),
      {
        granted: granted('2'),
        containers: [ended('main', 0)],
        applied: new Map([['main-0', amounts('1')]]),
      },
      'startContainer main 1',
    ],
    [
      'that failed is tried again later',
      wanting('2'),
      {
        granted: granted('2'),
        resizeProblem: { reason: 'Error', message: 'no', retryAtMs: now + 1 },
      },
      'wait',
    ],
  ];
  for (const [title, pod, more, expected] of cases) {
    it(title, () => assert.equal(wordsOf(stepOf(pod, { ...running, ...more })), expected));
  }
  it('says why it waits, and how it goes', () => {
    assert.deepEqual(condition(wanting('3500m'), {}), [
      "PodResizePending Deferred Node didn't have enough resource: cpu, requested: 3500, used: 1000, capacity: 4000",
    ]);
    assert.deepEqual(condition(wanting('5'), {}), [
      "PodResizePending Infeasible Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000",
    ]);
    assert.deepEqual(condition(wanting('2'), { granted: granted('2') }), ['PodResizeInProgress']);
    const resizeProblem = { reason: 'Error', message: 'busy', retryAtMs: now };
    assert.deepEqual(condition(wanting('2'), { granted: granted('2'), resizeProblem }), [
      'PodResizeInProgress Error busy',
    ]);
    assert.deepEqual(condition(wanting('1'), {}), []);
  });
  it('shows what was granted beside what is in force', () => {
    const pod = wanting('2');
    const [status] =
      podStatus(facts(pod, { ...running, granted: granted('2') }), now).containerStatuses ?? [];
    assert.deepEqual([status?.allocatedResources, status?.resources], [{ cpu: '2' }, amounts('1')]);
  });
});

describe('a resize of a pod as a whole', () => {
  const shared = (memory: string) => ({ requests: { memory: '1Gi' }, limits: { memory } });
  const wanting = (memory: string, more: Partial<Container> = {}): Pod => ({
    ...podOf({ containers: [container('main', more)], resources: shared(memory) }),
    status: {
      phase: 'Running',
      startTime: '2026-01-02T03:04:05Z',
      allocatedResources: { memory: '1Gi' },
      resources: shared('2Gi'),
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          restartCount: 0,
          image: '',
          imageID: '',
          containerID: 'containerd://main-0',
          resources: {},
        },
      ],
    },
  });
  const running = { sandboxes: [sandbox()], containers: [observed('main')], images: ready };
  const granted = (memory: string) => new Map([[wholePod, shared(memory)]]);
  const restarting: Partial<Container> = {
    resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
  };
  const ownLimit: Partial<Container> = { resources: { limits: { memory: '1Gi' } } };
  const told = { limits: { memory: '3Gi' } };
  const first: Pod = {
    ...wanting('3Gi'),
    status: { phase: 'Running', startTime: '2026-01-02T03:04:05Z' },
  };
  const cases: [string, Pod, Partial<PodFacts>, string][] = [
    ['none', wanting('2048Mi'), {}, 'wait'],
    ['is granted where there is room', wanting('3Gi'), {}, 'grantResize'],
    [
      'then its group and the runtime are told',
      wanting('3Gi'),
      { granted: granted('3Gi') },
      'applyResize',
    ],
    [
      'and is over',
      wanting('3Gi'),
      {
        granted: granted('3Gi'),
        applied: new Map<string, ResourceRequirements>([
          [wholePod, shared('3Gi')],
          ['main-0', told],
        ]),
      },
      'wait',
    ],
    [
      'asks for a new container where the limit of the pod is the container’s',
      wanting('3Gi', restarting),
      { granted: granted('3Gi') },
      'killContainer main',
    ],
    [
      'asks for none where the container has its own',
      wanting('3Gi', { ...restarting, ...ownLimit }),
      {
        granted: new Map([...granted('3Gi'), ['main', ownLimit.resources ?? {}]]),
        applied: new Map([['main-0', ownLimit.resources ?? {}]]),
      },
      'applyResize',
    ],
    ['may be the first that the pod gets', first, {}, 'grantResize'],
    ['which has to be applied, too', first, { granted: granted('3Gi') }, 'applyResize'],
    ['but is none before the pod has begun', { ...first, status: {} }, {}, 'wait'],
  ];
  for (const [title, pod, more, expected] of cases) {
    it(title, () => assert.equal(wordsOf(stepOf(pod, { ...running, ...more })), expected));
  }
  it('shows what was granted beside what is in force, of the pod and not of its containers', () => {
    const status = podStatus(facts(wanting('3Gi'), { ...running, granted: granted('3Gi') }), now);
    assert.deepEqual(
      [status.allocatedResources, status.resources, status.containerStatuses?.[0]?.resources],
      [{ memory: '1Gi' }, shared('2Gi'), {}],
    );
    assert.ok(status.conditions?.some(({ type }) => type === 'PodResizeInProgress'));
  });
  it('is not spoken of by a pod that has none', () => {
    const status = podStatus(facts(podOf(), running), now);
    assert.deepEqual([status.allocatedResources, status.resources], [undefined, undefined]);
  });
});

describe('init containers and sidecars', () => {
  const inits = podOf({ initContainers: [container('first')] });
  const sidecar = podOf({
    initContainers: [container('side', { restartPolicy: 'Always', startupProbe: {} })],
  });
  const base = { sandboxes: [sandbox()], images: ready };
  it('go one after the other, before main containers', () => {
    assert.equal(wordsOf(stepOf(inits, base)), 'startContainer first 0');
    assert.equal(wordsOf(stepOf(inits, { ...base, containers: [observed('first')] })), 'wait');
    assert.equal(
      wordsOf(stepOf(inits, { ...base, containers: [ended('first', 0)] })),
      'startContainer main 0',
    );
  });
  it('run again in a new sandbox, with the next attempt', () => {
    const containers = [ended('first', 0, { sandboxId: 'old' })];
    assert.equal(wordsOf(stepOf(inits, { ...base, containers })), 'startContainer first 1');
  });
  it('are over once a main container exists', () => {
    const containers = [ended('main', 1, { annotations: waited('main', undefined) })];
    assert.equal(wordsOf(stepOf(inits, { ...base, containers })), 'startContainer main 1');
  });
  it('a sidecar lets main containers in when its startup probe has passed', () => {
    const containers = [observed('side')];
    assert.equal(wordsOf(stepOf(sidecar, { ...base, containers })), 'wait');
    const probes = new Map([['side-0', { started: true }]]);
    assert.equal(
      wordsOf(stepOf(sidecar, { ...base, containers, probes })),
      'startContainer main 0',
    );
  });
  it('a failed init container fails a pod that never restarts', () => {
    const pod = podOf({ initContainers: [container('first')], restartPolicy: 'Never' });
    const failed = facts(pod, { ...base, containers: [ended('first', 1)] });
    assert.equal(wordsOf(nextStep(failed, now).step), 'stopSandbox');
    assert.equal(podStatus(failed, now).phase, 'Failed');
  });
});

describe('restarts', () => {
  const restart = (seconds: number | undefined, ranSeconds: number, endedAgo: number) => {
    const finishedAtMs = now - endedAgo * second;
    const last = ended('main', 1, {
      attempt: 4,
      startedAtMs: finishedAtMs - ranSeconds * second,
      finishedAtMs,
      annotations: waited('main', seconds),
    });
    return facts(podOf(), { sandboxes: [sandbox()], images: ready, containers: [last] });
  };
  it('are at once the first time, then after 10 s, doubling to 300 s', () => {
    const delays = [undefined, 0, 10, 20, 160, 300].map((seconds) => {
      const { step, again } = nextStep(restart(seconds, 1, 0), now);
      return step ? 0 : ((again ?? 0) - now) / second;
    });
    assert.deepEqual(delays, [0, 10, 20, 40, 300, 300]);
  });
  it('are at once in a new sandbox: that the old one went was no crash', () => {
    const crashing = restart(160, 1, 0);
    const other = { ...crashing, sandboxes: [sandbox({ id: 's1', attempt: 1 })] };
    assert.equal(wordsOf(nextStep(other, now).step), 'startContainer main 5');
    const stopped = { ...crashing, sandboxes: [sandbox({ ready: false })] };
    const [status] = podStatus(stopped, now).containerStatuses ?? [];
    assert.notEqual(status?.state?.waiting?.reason, 'CrashLoopBackOff');
  });
  it('forget the past after ten minutes of running', () => {
    assert.equal(wordsOf(nextStep(restart(300, 600, 0), now).step), 'startContainer main 5');
  });
  it('tell of the wait as the kubelet does', () => {
    const [status] = podStatus(restart(20, 1, 5), now).containerStatuses ?? [];
    assert.deepEqual(status?.state?.waiting, {
      reason: 'CrashLoopBackOff',
      message: 'back-off 40s restarting failed container=main pod=web_default(u1)',
    });
    assert.equal(status?.restartCount, 4);
    assert.equal(status?.lastState?.terminated?.exitCode, 1);
  });
  it('follow the policy', () => {
    const last = { sandboxes: [sandbox()], images: ready, containers: [ended('main', 0)] };
    assert.equal(wordsOf(stepOf(podOf({ restartPolicy: 'OnFailure' }), last)), 'stopSandbox');
    assert.equal(podStatus(facts(podOf({ restartPolicy: 'Never' }), last), now).phase, 'Succeeded');
    assert.equal(wordsOf(stepOf(podOf(), last)), 'startContainer main 1');
  });
  it('count on from the written status when the remains are gone', () => {
    const pod = podOf();
    pod.status = {
      containerStatuses: [
        {
          name: 'main',
          ready: false,
          restartCount: 7,
          image: '',
          imageID: '',
          lastState: { terminated: { exitCode: 1 } },
        },
      ],
    };
    assert.equal(
      wordsOf(stepOf(pod, { sandboxes: [sandbox()], images: ready })),
      'startContainer main 8',
    );
  });
});

describe('a clock that was set back', () => {
  it('makes no container wait for the time when it once ended', () => {
    const annotations = waited('main', 10);
    const containers = [ended('main', 1, { finishedAtMs: now + 7200 * second, annotations })];
    const step = stepOf(podOf(), { sandboxes: [sandbox()], images: ready, containers });
    assert.equal(wordsOf(step), 'startContainer main 1');
  });
});

describe('ending a pod', () => {
  const deletionTimestamp = new Date(now + 20 * second).toISOString();
  const deleted = (spec: Partial<PodSpec> = {}) =>
    podOf(spec, { deletionTimestamp, deletionGracePeriodSeconds: 30 });
  it('kills with what is left of the grace period', () => {
    const step = stepOf(deleted(), { sandboxes: [sandbox()], containers: [observed('main')] });
    assert.equal(step?.type === 'killContainer' && step.graceSeconds, 20);
  });
  it('has failed when nothing of it ever ran, so that who holds it can let go', () => {
    const phaseWith = (more: Partial<PodFacts>) => podStatus(facts(deleted(), more), now).phase;
    assert.equal(phaseWith({}), 'Failed');
    assert.equal(phaseWith({ sandboxes: [sandbox()] }), 'Failed');
    assert.equal(phaseWith({ busy: new Set(['container main']) }), 'Pending');
  });
  it('gives the grace that is left since it heard of the deletion, whatever the clock says', () => {
    const base = { sandboxes: [sandbox()], containers: [observed('main')] };
    const deletionTimestamp = new Date(now - 600 * second).toISOString();
    const pod = podOf({}, { deletionTimestamp, deletionGracePeriodSeconds: 30 });
    const step = stepOf(pod, { ...base, graceLeftMs: 29_500 });
    assert.equal(step?.type === 'killContainer' && step.graceSeconds, 30);
    const late = stepOf(pod, { ...base, graceLeftMs: -5_000 });
    assert.equal(late?.type === 'killContainer' && late.graceSeconds, 1);
  });
  it('ends sidecars last, in reverse', () => {
    const pod = deleted({
      initContainers: [
        container('a', { restartPolicy: 'Always' }),
        container('b', { restartPolicy: 'Always' }),
      ],
    });
    const all = [observed('main'), observed('a'), observed('b')];
    const base = { sandboxes: [sandbox()] };
    assert.equal(wordsOf(stepOf(pod, { ...base, containers: all })), 'killContainer main');
    assert.equal(
      wordsOf(stepOf(pod, { ...base, containers: all, busy: new Set(['container main']) })),
      'wait',
    );
    const sidecars = [ended('main', 0), observed('a'), observed('b')];
    assert.equal(wordsOf(stepOf(pod, { ...base, containers: sidecars })), 'killContainer b');
  });
  it('removes everything, then the object', () => {
    const done = { volumes: { state: 'released' } as const, cgroupRemoved: true };
    const containers = [ended('main', 0)];
    const stopped = [sandbox({ ready: false })];
    assert.equal(wordsOf(stepOf(deleted(), { sandboxes: [sandbox()], containers })), 'stopSandbox');
    assert.equal(
      wordsOf(stepOf(deleted(), { sandboxes: stopped, containers, reported: () => false })),
      'wait',
    );
    assert.equal(wordsOf(stepOf(deleted(), { sandboxes: stopped, containers })), 'removeSandbox');
    assert.equal(wordsOf(stepOf(deleted(), {})), 'releaseVolumes');
    assert.equal(wordsOf(stepOf(deleted(), { volumes: { state: 'released' } })), 'removeCgroup');
    assert.equal(wordsOf(stepOf(deleted(), done)), 'deleteObject');
  });
  it('says that a pod has failed which was deleted before anything of it ran', () => {
    const phaseOf = (...busy: string[]) =>
      podStatus(facts(deleted(), { sandboxes: [sandbox()], busy: new Set(busy) }), now).phase;
    assert.equal(phaseOf(), 'Failed');
    assert.equal(phaseOf('container main'), 'Pending');
  });
  it('keeps the ended containers of a pod that only finished', () => {
    const pod = podOf({ restartPolicy: 'Never' });
    const rest = {
      sandboxes: [sandbox({ ready: false })],
      containers: [ended('main', 1)],
      volumes: { state: 'released' } as const,
      cgroupRemoved: true,
    };
    assert.equal(wordsOf(stepOf(pod, rest)), 'wait');
    assert.equal(podStatus(facts(pod, rest), now).phase, 'Failed');
  });
  it('does not wait for a pull', () => {
    const busy = new Set(['image main']);
    assert.equal(wordsOf(stepOf(deleted(), { sandboxes: [sandbox()], busy })), 'stopSandbox');
  });
  it('fails a pod whose deadline has passed, once nothing runs', () => {
    const pod = podOf({ activeDeadlineSeconds: 60 });
    const running = facts(pod, { sandboxes: [sandbox()], containers: [observed('main')] });
    assert.equal(wordsOf(nextStep(running, now).step), 'killContainer main');
    assert.equal(podStatus(running, now).phase, 'Running');
    const over = facts(pod, { sandboxes: [sandbox()], containers: [ended('main', 137)] });
    const { phase, reason } = podStatus(over, now);
    assert.deepEqual([phase, reason], ['Failed', 'DeadlineExceeded']);
  });

  it('does not call a pod failed that is evicted while a container of it starts', () => {
    const evicted = {
      sandboxes: [sandbox()],
      verdict: { reason: 'Evicted', message: 'low', graceSeconds: 30, disruption: true },
    };
    const phaseWith = (more: Partial<PodFacts>) =>
      podStatus(facts(podOf(), { ...evicted, ...more }), now).phase;
    assert.equal(phaseWith({ busy: new Set(['container main']) }), 'Pending');
    assert.equal(phaseWith({ containers: [observed('main')] }), 'Running');
    assert.equal(phaseWith({}), 'Failed');
  });
});

describe('status', () => {
  const running = { sandboxes: [sandbox()], containers: [observed('main')] };
  const conditions = (pod: Pod, more: Partial<PodFacts>) =>
    Object.fromEntries(
      (podStatus(facts(pod, more), now).conditions ?? []).map(({ type, status }) => [type, status]),
    );
  it('is ready when every container is', () => {
    assert.deepEqual(conditions(podOf(), running), {
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
  });
  it('waits for readiness probes and gates', () => {
    const probed = podOf({ containers: [container('main', { readinessProbe: {} })] });
    assert.equal(conditions(probed, running).Ready, 'False');
    const probes = new Map([['main-0', { ready: true }]]);
    assert.equal(conditions(probed, { ...running, probes }).Ready, 'True');
    const gated = podOf({ readinessGates: [{ conditionType: 'balanced' }] });
    assert.equal(conditions(gated, running).ContainersReady, 'True');
    assert.equal(conditions(gated, running).Ready, 'False');
  });
  it('keeps what was written about exactly this container until a probe has spoken', () => {
    const pod = podOf({ containers: [container('main', { readinessProbe: {} })] });
    pod.status = {
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          started: true,
          restartCount: 0,
          image: '',
          imageID: '',
          containerID: 'containerd://main-0',
        },
      ],
    };
    assert.equal(conditions(pod, running).Ready, 'True');
  });
  it('says what a container waits for', () => {
    const reasonOf = (more: Partial<PodFacts>) =>
      podStatus(facts(podOf(), more), now).containerStatuses?.[0]?.state?.waiting?.reason;
    assert.equal(reasonOf({}), 'ContainerCreating');
    const problem = {
      reason: 'CreateContainerConfigError',
      message: 'configmap "x" not found',
      retryAtMs: now + 1,
    };
    assert.equal(
      reasonOf({ sandboxes: [sandbox()], problems: new Map([['main', problem]]) }),
      'CreateContainerConfigError',
    );
    const failure = {
      reason: 'ErrImagePull',
      message: 'no',
      retryAtMs: now + 10 * second,
      showBackOffAtMs: now + second,
      backOff: { reason: 'ImagePullBackOff', message: 'no' },
    };
    const images = new Map([['main', { ready: false, failure }]]);
    assert.equal(reasonOf({ sandboxes: [sandbox()], images }), 'ErrImagePull');
    const later = new Map([
      ['main', { ready: false, failure: { ...failure, showBackOffAtMs: now } }],
    ]);
    assert.equal(reasonOf({ sandboxes: [sandbox()], images: later }), 'ImagePullBackOff');
  });
});
