/** Every reason of the registry can be met, is explained, has a cure, and is shown by something. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagnose } from '#api/diagnosis/diagnose.ts';
import { refusalsIn } from '#api/diagnosis/scheduling.ts';
import { scriptedCases } from '#api/diagnosis/testing/cases.ts';
import { scriptedFacts } from '#api/diagnosis/testing/scripted-facts.ts';
import { machineReasons } from '#api/reasons/machine.ts';
import {
  preemptionReasons,
  type ReasonCode,
  reasonOf,
  reasons,
  type SchedulingCode,
  schedulingReasons,
  sentenceOf,
} from '#api/reasons.ts';
import { reasonsText } from './generate-reasons.ts';
import { readCorpus } from '../test/why/corpus.ts';
import { machineCases } from '#cli/doctor/testing/cases.ts';

const codes = Object.keys(reasons) as ReasonCode[];
const corpus = readCorpus();
const inCorpus = new Set(corpus.map(({ code }) => code));
/** Shown by src/scheduler/decide/reasons.test.ts, whose table must name every one. */
const ofScheduler = new Set(Object.keys({ ...schedulingReasons, ...preemptionReasons }));

describe('the registry of reasons', () => {
  for (const code of codes) {
    test(`${code}: in words, with a cure, and shown`, () => {
      const { sentence, cure } = reasons[code];
      if (!ofScheduler.has(code)) assert.match(sentence, /^["{A-Z].*\.$/);
      assert.match(cure, /^["{A-Z].*[.`})]$/);
      const shown = [
        inCorpus.has(code),
        ofScheduler.has(code),
        scriptedCases[code] !== undefined,
        Object.hasOwn(machineCases, code),
      ];
      assert.ok(shown.includes(true), 'needs a file in test/why, or a scripted case');
    });
  }

  test('the documentation has each code once, and no other', () => {
    const told = [...reasonsText().matchAll(/^\| `([\w-]+)` \|/gm)].map(([, code]) => code);
    assert.equal(told.length, codes.length);
    assert.deepEqual(new Set(told), new Set(codes));
  });

  test('a general code is a code of its own, and as general as it gets', () => {
    for (const code of codes) {
      const { general } = reasonOf(code);
      if (general === undefined) continue;
      assert.ok(Object.hasOwn(reasons, general), `${code}: ${general}`);
      assert.equal(reasonOf(general).general, undefined, code);
    }
  });

  test('codes of the corpus are codes of the registry, and each has a cure to carry out', () => {
    for (const each of corpus) {
      assert.ok(Object.hasOwn(reasons, each.code), `${each.name}: ${each.code}`);
      assert.ok(each.cure.length > 0 && each.ask[0] !== '', each.name);
    }
    for (const code of Object.keys(machineReasons))
      assert.ok(Object.hasOwn(machineCases, code), code);
  });
});

describe('scripted clusters', () => {
  for (const [code, { ask, object, facts = {} }] of Object.entries(scriptedCases)) {
    test(`${code} is found, with all its words`, () => {
      const found = diagnose(ask, object, scriptedFacts(facts));
      const one = found.find((each) => each.code === code);
      assert.ok(one, `found ${found.map((each) => each.code).join(', ')}`);
      assert.doesNotMatch(`${one.sentence} ${one.cure}`, /\{[a-z]+\}/i);
    });
  }
});

describe("the scheduler's sentences", () => {
  for (const code of Object.keys(schedulingReasons) as SchedulingCode[]) {
    test(`${code} is read back from its condition`, () => {
      const sentence = sentenceOf({ code, subject: 'nvidia.com/gpu' });
      const message = `0/3 nodes are available: 2 ${sentence}, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`;
      const found = refusalsIn(message);
      assert.deepEqual(found[0]?.code, code);
      assert.equal(found.length, 2);
    });
  }
});
