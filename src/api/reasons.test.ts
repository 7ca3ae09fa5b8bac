import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerReasons, probeReasons } from './reasons/containers.ts';
import { imageReasons } from './reasons/images.ts';
import { machineReasons } from './reasons/machine.ts';
import { referenceReasons } from './reasons/references.ts';
import { trafficReasons } from './reasons/traffic.ts';
import { nodeReasons, workloadReasons } from './reasons/workloads.ts';
import {
  preemptionReasons,
  type ReasonCode,
  reasonOf,
  reasons,
  schedulingReasons,
} from './reasons.ts';

test('a code has one home', () => {
  const areas = [
    schedulingReasons,
    preemptionReasons,
    imageReasons,
    containerReasons,
    probeReasons,
    referenceReasons,
    trafficReasons,
    workloadReasons,
    nodeReasons,
    machineReasons,
  ];
  const codes = areas.flatMap((area) => Object.keys(area));
  assert.deepEqual(codes.toSorted(), Object.keys(reasons).toSorted());
  for (const code of Object.keys(reasons) as ReasonCode[]) {
    const { general = code } = reasonOf(code);
    assert.ok(Object.hasOwn(reasons, general), general);
  }
});
