import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '../time.ts';
import type {
  ConfigMap,
  Deployment,
  Event,
  Job,
  Node,
  Pod,
  ReplicaSet,
  Service,
} from '../types.ts';
import { diagnose } from './diagnose.ts';
import { type Answer, keyOfWant, Notebook, type Want } from './facts.ts';
import { grouped, finding } from './finding.ts';
import { now, scriptedFacts } from './testing/scripted-facts.ts';
import { nearest } from './words.ts';

const want: Want = { type: 'object', sort: 'configmap', namespace: 'a', name: 'x' };

test('what is asked for and not known is noted, once', () => {
  const notebook = new Notebook(0, new Map());
  assert.equal(notebook.object('configmap', 'a', 'x'), undefined);
  assert.equal(notebook.missing('configmap', 'a', 'x'), false);
  assert.deepEqual(notebook.objects('pod', 'a'), []);
  assert.deepEqual([...notebook.wanted.keys()], ['object configmap a/x', 'objects pod a']);
});

test('an answer is used; an absence counts only when somebody could look', () => {
  const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
  const knowing = (answer: Answer) => new Notebook(0, new Map([[keyOfWant(want), answer]]));
  const found = knowing({ value: object });
  assert.equal(found.object('configmap', 'a', 'x'), object);
  assert.equal(found.missing('configmap', 'a', 'x'), false);
  assert.equal(knowing({ value: undefined }).missing('configmap', 'a', 'x'), true);
  assert.equal(knowing({ forbidden: true }).missing('configmap', 'a', 'x'), false);
  assert.equal(found.wanted.size, 0);
});

const labels = { app: 'web' };
const ready = { conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' };
const replica = (name: string, status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'a',
    uid: name,
    labels,
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 's', uid: 's' }],
  },
  spec: { nodeName: 'n', containers: [{ name: 'main', image: 'Bad Name' }] },
  status,
});
const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'a', uid: 'd' },
  spec: { selector: { matchLabels: labels }, template: { spec: { containers: [] } } },
};
const set: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 's',
    namespace: 'a',
    uid: 's',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd' }],
  },
  spec: { replicas: 2, selector: { matchLabels: labels } },
};
const broken: Pod['status'] = {
  phase: 'Pending',
  containerStatuses: [
    {
      name: 'main',
      ready: false,
      restartCount: 0,
      image: '',
      imageID: '',
      state: { waiting: { reason: 'InvalidImageName', message: 'no name' } },
    },
  ],
};

test('replicas that break alike are one finding, with the way down to it', () => {
  const facts = scriptedFacts({
    objects: [deployment, set, replica('p1', broken), replica('p2', broken), replica('p3', ready)],
  });
  const [one, ...rest] = diagnose('deployment', deployment, facts);
  assert.deepEqual(rest, []);
  assert.equal(one?.code, 'image-name-invalid');
  assert.equal(one?.alike, 1);
  assert.deepEqual(
    one?.path.map(({ kind }) => kind),
    ['Deployment', 'ReplicaSet', 'Pod'],
  );
});

test('what a pod has failed at is nothing to cure once another has its place', () => {
  const evicted: Pod['status'] = { phase: 'Failed', reason: 'Evicted', message: 'low on memory' };
  const codesWith = (...pods: readonly Pod[]): string[] => {
    const facts = scriptedFacts({ objects: [deployment, set, ...pods] });
    return diagnose('replicaset', set, facts).map(({ code }) => code);
  };
  const gone = replica('p0', evicted);
  assert.deepEqual(codesWith(gone, replica('p1', ready)), ['pod-evicted']);
  assert.deepEqual(codesWith(gone, replica('p1', ready), replica('p2', ready)), []);
});

test('pods that fail alike are one finding, whatever their names and however often they did', () => {
  const failing = (name: string, restartCount: number): Pod => {
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    const lastState = { terminated: { exitCode: 3 } };
    const container = { name: 'main', image: 'a', imageID: 'a', ready: false, restartCount };
    const containerStatuses = [{ ...container, state, lastState }];
    return replica(name, { phase: 'Running', containerStatuses });
  };
  const facts = scriptedFacts({ objects: [deployment, set, failing('p1', 2), failing('p2', 5)] });
  const found = diagnose('replicaset', set, facts);
  assert.deepEqual(
    found.map(({ code, alike }) => `${code} ${alike}`),
    ['container-fails 1'],
  );
});

test('a pull of an image that is there has the general code of what the registry said', () => {
  const status = (message: string): Pod['status'] => ({
    ...broken,
    containerStatuses: (broken?.containerStatuses ?? []).map((each) => ({
      ...each,
      state: { waiting: { reason: 'ErrImagePull', message } },
    })),
  });
  const names = ['docker.io/library/shop:latest'];
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec: {},
    status: { images: [{ names }] },
  };
  const generalOf = (message: string): string | undefined => {
    const pod = replica('p1', status(message));
    const container = { name: 'main', image: 'shop', imagePullPolicy: 'Always' };
    const asked: Pod = { ...pod, spec: { nodeName: 'n', containers: [container] } };
    const [one] = diagnose('pod', asked, scriptedFacts({ objects: [asked, node] }));
    assert.equal(one?.code, 'image-pulled-always');
    return one?.general;
  };
  assert.equal(generalOf('dial tcp: lookup r.test: no such host'), 'registry-unreachable');
  assert.equal(generalOf('pull access denied'), 'image-access-denied');
});

test('a Service whose selector is a slip away says what would match', () => {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'a' },
    spec: { selector: { app: 'wep' }, ports: [{ port: 80 }] },
  };
  const facts = scriptedFacts({ objects: [service, replica('p1', ready)] });
  const [one] = diagnose('service', service, facts);
  assert.match(one?.sentence ?? '', /nearest is pod p1, which has app=web/);
  assert.match(one?.cure ?? '', /kubectl set selector service web app=web/);
});

test('a program that ends by itself is not blamed on the probe that misses it', () => {
  const probe = { tcpSocket: { port: 80 } };
  const fieldPath = 'spec.containers{main}';
  const startedAt = formatTime(now - 5000);
  const terminated = { exitCode: 1, startedAt, finishedAt: formatTime(now - 4000) };
  const pod = replica('p1', {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'main',
        ready: false,
        started: false,
        restartCount: 3,
        image: '',
        imageID: '',
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated },
      },
    ],
  });
  const crashing: Pod = {
    ...pod,
    spec: { ...pod.spec, containers: [{ name: 'main', startupProbe: probe }] },
  };
  const told = (reason: string, message: string, ageMs: number): Event => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `p1.${reason}`, namespace: 'a', uid: reason },
    involvedObject: { kind: 'Pod', name: 'p1', uid: 'p1', namespace: 'a', fieldPath },
    reason,
    message,
    lastTimestamp: formatTime(now - ageMs),
  });
  const unhealthy = told('Unhealthy', 'Startup probe failed: connection refused', 4500);
  const codes = (killing: readonly Event[]) =>
    diagnose('pod', crashing, scriptedFacts({ objects: [crashing, unhealthy, ...killing] })).map(
      ({ code }) => code,
    );
  const words = 'Container main failed startup probe, will be restarted';
  assert.deepEqual(codes([]), ['container-fails']);
  assert.deepEqual(codes([told('Killing', words, 60_000)]), ['container-fails']);
  assert.deepEqual(codes([told('Killing', words, 4000)]), ['probe-refused']);
});

test('nothing is found where nothing is wrong', () => {
  const facts = scriptedFacts({ objects: [deployment, set, replica('p1', ready)] });
  assert.deepEqual(diagnose('deployment', deployment, facts), []);
});

test('different causes stay apart', () => {
  const about = (name: string, port: string) =>
    finding('probe-refused', { kind: 'Pod', name }, { port });
  assert.equal(grouped([about('a', '80'), about('b', '80'), about('c', '81')]).length, 2);
});

test('names that may have been meant, the nearest first', () => {
  assert.deepEqual(nearest('app-conf', ['database', 'app-config', 'app-cert']), [
    'app-config',
    'app-cert',
  ]);
});

test('a Job whose last pods still end has failed already', () => {
  const message = 'Job was active longer than specified deadline';
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'a', uid: 'j' },
    spec: { template: { spec: { containers: [] } } },
    status: { conditions: [{ type: 'FailureTarget', status: 'True', message }] },
  };
  const found = diagnose('job', job, scriptedFacts({ objects: [job] }));
  assert.deepEqual(
    found.map(({ code }) => code),
    ['job-failed'],
  );
});
