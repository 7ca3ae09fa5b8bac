import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '../time.ts';
import type { HorizontalPodAutoscaler, Service, StatefulSet } from '../types.ts';
import { diagnose } from './diagnose.ts';
import { now, scriptedFacts } from './testing/scripted-facts.ts';

const metadata = { name: 'db', namespace: 'default', uid: 'db' };

test('a StatefulSet whose Service does not name its pods', () => {
  const labels = { app: 'db' };
  const set: StatefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [] } },
    },
  };
  const service = (spec: Service['spec'], name = 'db'): Service => {
    return { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, name }, spec };
  };
  const said = (...objects: Service[]): string[] =>
    diagnose('statefulset', set, scriptedFacts({ objects })).map(({ sentence }) => sentence);
  const head = 'Pods of the StatefulSet have no names in DNS: the Service "db" of its';
  const cases: readonly (readonly [string, Service[]])[] = [
    ['does not exist.', []],
    ['does not exist (there is "dbs").', [service({ selector: labels }, 'dbs')]],
    ['is an ExternalName.', [service({ type: 'ExternalName', externalName: 'db.test' })]],
    ['does not select them (but app=web).', [service({ selector: { app: 'web' } })]],
  ];
  for (const [end, objects] of cases)
    assert.deepEqual(said(...objects), [`${head} spec.serviceName ${end}`]);
  assert.deepEqual(said(service({ clusterIP: 'None', selector: labels })), []);
  // DNS answers names of pods for any Service.
  assert.deepEqual(said(service({ clusterIP: '10.96.0.9', selector: labels })), []);
  assert.deepEqual(said(service({ clusterIP: 'None' })), []);
  const facts = scriptedFacts({ forbidden: ['service'] });
  assert.deepEqual(diagnose('statefulset', set, facts), []);
  const { serviceName: _none, ...spec } = set.spec ?? assert.fail();
  assert.deepEqual(diagnose('statefulset', { ...set, spec } as StatefulSet, facts), []);
});

test('a new autoscaler waits for its first figures; what no waiting cures is told at once', () => {
  const lacking = 'failed to get cpu utilization: unable to get metrics for resource cpu: ';
  const noFigures = `${lacking}no metrics returned from resource metrics API`;
  const noRequest = 'failed to get cpu utilization: missing request for cpu in container main';
  const codeOf = (message: string, seconds: number, type = 'ScalingActive'): string => {
    const lastTransitionTime = formatTime(now - seconds * 1000);
    const reason = 'FailedGetResourceMetric';
    const scaler: HorizontalPodAutoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'db' },
      },
      status: {
        desiredReplicas: 1,
        conditions: [{ type, status: 'False', reason, message, lastTransitionTime }],
      },
    };
    const [one] = diagnose('horizontalpodautoscaler', scaler, scriptedFacts({}));
    return [one?.code, one?.general].filter(Boolean).join(' of ');
  };
  assert.equal(codeOf(noFigures, 5), 'still-starting of autoscaler-blind');
  assert.equal(codeOf(noFigures, 59), 'still-starting of autoscaler-blind');
  assert.equal(codeOf(noFigures, 61), 'autoscaler-blind');
  assert.equal(codeOf(noRequest, 5), 'autoscaler-blind');
  const unready = `did not receive metrics for targeted pods (pods might be unready)`;
  assert.equal(codeOf(unready, 20), 'still-starting of autoscaler-blind');
});
