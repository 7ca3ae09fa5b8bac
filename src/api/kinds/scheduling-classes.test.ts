import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PriorityClass, RuntimeClass } from '../types.ts';
import { priorityClasses, systemPriorityClasses } from './priority-classes.ts';
import { runtimeClasses } from './runtime-classes.ts';

function priorityClass(more: Partial<PriorityClass> = {}): PriorityClass {
  const object = { metadata: { name: 'high' }, value: 1000, ...more } as PriorityClass;
  priorityClasses.defaults?.(object);
  return object;
}

function runtimeClass(more: Partial<RuntimeClass> = {}): RuntimeClass {
  return { metadata: { name: 'fast' }, handler: 'crun', ...more } as RuntimeClass;
}

const told = (errors: readonly { field: string; message: string }[] = []): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

test('a priority class: defaults and columns', () => {
  const object = priorityClass();
  assert.equal(object.preemptionPolicy, 'PreemptLowerPriority');
  const cells = priorityClasses.columns.map((column) => [column.name, column.cell(object, 0)]);
  assert.deepEqual(Object.fromEntries(cells.filter(([name]) => name !== 'Age')), {
    Name: 'high',
    Value: 1000,
    'Global-Default': false,
    PreemptionPolicy: 'PreemptLowerPriority',
  });
});

test('a priority class: each rule once broken', () => {
  const rules: [PriorityClass, string][] = [
    [
      priorityClass({ value: 1_000_000_001 }),
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    ],
    [
      priorityClass({ metadata: { name: 'system-mine' } }),
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ],
    [
      priorityClass({ metadata: { name: 'system-node-critical' } }),
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000",
    ],
    [
      priorityClass({ preemptionPolicy: 'Sometimes' }),
      'preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"',
    ],
  ];
  for (const [object, error] of rules) {
    assert.deepEqual(told(priorityClasses.validate?.(object)), [error]);
  }
  for (const each of systemPriorityClasses) {
    assert.deepEqual(priorityClasses.validate?.(structuredClone(each)), []);
  }
});

test('a priority class keeps its value and its policy', () => {
  const next = priorityClass({ value: 2, preemptionPolicy: 'Never' });
  assert.deepEqual(told(priorityClasses.validateUpdate?.(next, priorityClass())), [
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ]);
});

test('a runtime class: each rule once broken', () => {
  const twice = { key: 'a', operator: 'Exists' };
  const rules: [RuntimeClass, RegExp][] = [
    [
      runtimeClass({ handler: 'Not OK' }),
      /^handler: Invalid value: "Not OK": a lowercase RFC 1123/,
    ],
    [
      runtimeClass({ overhead: { podFixed: { cpu: '-1' } } }),
      /^overhead\.limits\[cpu\]: Invalid value: "-1": must be greater than or equal to 0$/,
    ],
    [
      runtimeClass({ scheduling: { nodeSelector: { 'a b': 'c' } } }),
      /^scheduling\.nodeSelector: Invalid value: "a b"/,
    ],
    [
      runtimeClass({ scheduling: { tolerations: [twice, twice] } }),
      /^scheduling\.tolerations\[1\]: Duplicate value/,
    ],
  ];
  for (const [object, error] of rules) {
    const [first = ''] = told(runtimeClasses.validate?.(object));
    assert.match(first, error);
  }
  assert.deepEqual(
    told(runtimeClasses.validateUpdate?.(runtimeClass({ handler: 'runc' }), runtimeClass())),
    ['handler: Invalid value: "runc": field is immutable'],
  );
});
