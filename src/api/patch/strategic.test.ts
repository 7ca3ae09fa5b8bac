import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deepCopy, deepFreeze, type JsonObject } from '../copy.ts';
import { typeSchema } from '../schema/schema.ts';
import { applyStrategicMergePatch } from './strategic.ts';

interface Case {
  readonly name: string;
  readonly type: string;
  readonly object: JsonObject;
  readonly patch: JsonObject;
  readonly result: JsonObject;
}

function pod(spec: JsonObject): JsonObject {
  return { spec };
}

const a = { name: 'a', image: 'a:1' };
const b = { name: 'b', image: 'b:1' };
const c = { name: 'c', image: 'c:1' };

const lists: Case[] = [
  {
    name: 'containers merge by name',
    type: 'Pod',
    object: pod({ containers: [a, b] }),
    patch: pod({ containers: [{ name: 'b', image: 'b:2' }] }),
    result: pod({ containers: [a, { name: 'b', image: 'b:2' }] }),
  },
  {
    name: 'a new element stands where the patch has it, in front of what it knows nothing of',
    type: 'Pod',
    object: pod({ containers: [a, b] }),
    patch: pod({ containers: [c, { name: 'a', tty: true }] }),
    result: pod({ containers: [c, { ...a, tty: true }, b] }),
  },
  {
    name: '$patch: delete takes an element out',
    type: 'Pod',
    object: pod({ containers: [a, b, c] }),
    patch: pod({ containers: [{ name: 'b', $patch: 'delete' }] }),
    result: pod({ containers: [a, c] }),
  },
  {
    name: '$patch: delete of an element of a list that is not there adds nothing',
    type: 'Pod',
    object: pod({}),
    patch: pod({ containers: [{ name: 'b', $patch: 'delete' }, a] }),
    result: pod({ containers: [a] }),
  },
  {
    name: '$patch: replace as an element takes the list whole',
    type: 'Pod',
    object: pod({ containers: [a, b] }),
    patch: pod({ containers: [{ $patch: 'replace' }, c] }),
    result: pod({ containers: [c] }),
  },
  {
    name: 'ports merge by containerPort',
    type: 'Pod',
    object: pod({ containers: [{ ...a, ports: [{ containerPort: 80, protocol: 'TCP' }] }] }),
    patch: pod({
      containers: [
        { name: 'a', ports: [{ containerPort: 80, name: 'http' }, { containerPort: 90 }] },
      ],
    }),
    result: pod({
      containers: [
        {
          ...a,
          ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }, { containerPort: 90 }],
        },
      ],
    }),
  },
  {
    name: 'service ports merge by port, two of one number at the first',
    type: 'Service',
    object: {
      spec: {
        ports: [
          { port: 53, protocol: 'UDP', name: 'udp' },
          { port: 53, protocol: 'TCP', name: 'tcp' },
        ],
      },
    },
    patch: { spec: { ports: [{ port: 53, targetPort: 5353 }] } },
    result: {
      spec: {
        ports: [
          { port: 53, protocol: 'UDP', name: 'udp', targetPort: 5353 },
          { port: 53, protocol: 'TCP', name: 'tcp' },
        ],
      },
    },
  },
  {
    name: 'env keeps the order of the old list for what the patch does not name',
    type: 'Pod',
    object: pod({
      containers: [
        {
          ...a,
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '1' },
            { name: 'C', value: '1' },
          ],
        },
      ],
    }),
    patch: pod({
      containers: [
        {
          name: 'a',
          env: [
            { name: 'C', value: '2' },
            { name: 'D', value: '2' },
          ],
        },
      ],
    }),
    result: pod({
      containers: [
        {
          ...a,
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '1' },
            { name: 'C', value: '2' },
            { name: 'D', value: '2' },
          ],
        },
      ],
    }),
  },
  {
    name: 'tolerations and args are replaced whole',
    type: 'Pod',
    object: pod({
      tolerations: [{ key: 'a' }, { key: 'b' }],
      containers: [{ ...a, args: ['x', 'y'] }],
    }),
    patch: pod({ tolerations: [{ key: 'c' }], containers: [{ name: 'a', args: ['z'] }] }),
    result: pod({ tolerations: [{ key: 'c' }], containers: [{ ...a, args: ['z'] }] }),
  },
  {
    name: 'ownerReferences merge by uid',
    type: 'Pod',
    object: {
      metadata: {
        ownerReferences: [
          { uid: '1', name: 'x' },
          { uid: '2', name: 'y' },
        ],
      },
    },
    patch: {
      metadata: {
        ownerReferences: [
          { uid: '2', controller: true },
          { uid: '1', $patch: 'delete' },
        ],
      },
    },
    result: { metadata: { ownerReferences: [{ uid: '2', name: 'y', controller: true }] } },
  },
  {
    name: 'finalizers are a set of words',
    type: 'Pod',
    object: { metadata: { finalizers: ['a', 'b'] } },
    patch: { metadata: { finalizers: ['c', 'a'] } },
    result: { metadata: { finalizers: ['c', 'a', 'b'] } },
  },
  {
    name: '$deleteFromPrimitiveList takes words out',
    type: 'Pod',
    object: { metadata: { finalizers: ['a', 'b', 'c'] } },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['b', 'x'] } },
    result: { metadata: { finalizers: ['a', 'c'] } },
  },
  {
    name: '$deleteFromPrimitiveList of a list that is not there makes none',
    type: 'Pod',
    object: { metadata: {} },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } },
    result: { metadata: {} },
  },
];

const orders: Case[] = [
  {
    name: '$setElementOrder reorders without touching the elements',
    type: 'Pod',
    object: pod({ containers: [a, b, c] }),
    patch: pod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] }),
    result: pod({ containers: [c, a, b] }),
  },
  {
    name: 'what somebody else added keeps its place among the others',
    type: 'Pod',
    object: pod({ containers: [a, { name: 'injected' }, b] }),
    patch: pod({
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [{ name: 'b', image: 'b:2' }],
    }),
    result: pod({ containers: [{ name: 'injected' }, { name: 'b', image: 'b:2' }, a] }),
  },
  {
    name: 'as kubectl apply changes one, adds one and removes one',
    type: 'Deployment',
    object: { spec: { template: { spec: { containers: [a, b, c] } } } },
    patch: {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'd' }, { name: 'a' }, { name: 'c' }],
            containers: [
              { name: 'd', image: 'd:1' },
              { name: 'a', image: 'a:2' },
              { name: 'b', $patch: 'delete' },
            ],
          },
        },
      },
    },
    result: {
      spec: {
        template: {
          spec: { containers: [{ name: 'd', image: 'd:1' }, { ...a, image: 'a:2' }, c] },
        },
      },
    },
  },
  {
    name: 'of words, with deletion',
    type: 'Pod',
    object: { metadata: { finalizers: ['a', 'b', 'c'] } },
    patch: {
      metadata: {
        '$setElementOrder/finalizers': ['d', 'c', 'a'],
        '$deleteFromPrimitiveList/finalizers': ['b'],
        finalizers: ['d'],
      },
    },
    result: { metadata: { finalizers: ['d', 'c', 'a'] } },
  },
  {
    name: 'of a list that neither side has',
    type: 'Pod',
    object: pod({}),
    patch: pod({ '$setElementOrder/containers': [{ name: 'a' }] }),
    result: pod({}),
  },
  {
    name: 'together with null',
    type: 'Pod',
    object: pod({ volumes: [{ name: 'a' }] }),
    patch: pod({ '$setElementOrder/volumes': [], volumes: null }),
    result: pod({}),
  },
];

const maps: Case[] = [
  {
    name: 'maps merge, null removes',
    type: 'Pod',
    object: { metadata: { labels: { a: '1', b: '2' }, annotations: { x: 'y' } } },
    patch: { metadata: { labels: { a: null, c: '3' }, annotations: null } },
    result: { metadata: { labels: { b: '2', c: '3' } } },
  },
  {
    name: '$patch: replace in a map takes it whole',
    type: 'Pod',
    object: { metadata: { labels: { a: '1', b: '2' } } },
    patch: { metadata: { labels: { $patch: 'replace', c: '3' } } },
    result: { metadata: { labels: { c: '3' } } },
  },
  {
    name: '$patch: delete empties a map, and makes none',
    type: 'Pod',
    object: pod({ securityContext: { runAsUser: 1 } }),
    patch: pod({ securityContext: { $patch: 'delete' }, affinity: { $patch: 'delete' } }),
    result: pod({ securityContext: {} }),
  },
  {
    name: '$patch: merge is what happens anyway',
    type: 'Pod',
    object: pod({ securityContext: { runAsUser: 1 } }),
    patch: pod({ securityContext: { $patch: 'merge', runAsGroup: 2 } }),
    result: pod({ securityContext: { runAsUser: 1, runAsGroup: 2 } }),
  },
  {
    name: '$retainKeys: a volume changes its kind',
    type: 'Pod',
    object: pod({ volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }, { name: 'other' }] }),
    patch: pod({
      volumes: [{ name: 'data', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }],
    }),
    result: pod({ volumes: [{ name: 'data', hostPath: { path: '/x' } }, { name: 'other' }] }),
  },
  {
    name: '$retainKeys: a deployment changes its strategy',
    type: 'Deployment',
    object: { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    patch: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    result: { spec: { strategy: { type: 'Recreate' } } },
  },
  {
    name: 'directives and nulls in a part that the object lacks are carried out too',
    type: 'Pod',
    object: {},
    patch: pod({ securityContext: { $patch: 'replace', runAsUser: null, runAsGroup: 1 } }),
    result: pod({ securityContext: { runAsGroup: 1 } }),
  },
  {
    name: 'a field that the schema does not know merges as JSON',
    type: 'Pod',
    object: pod({ surprise: { a: 1, list: [1, 2] } }),
    patch: pod({ surprise: { b: 2, list: [3] } }),
    result: pod({ surprise: { a: 1, b: 2, list: [3] } }),
  },
  {
    name: 'another type of value replaces',
    type: 'Service',
    object: { spec: { ports: [{ port: 1, targetPort: 'http' }], selector: { a: 'b' } } },
    patch: {
      spec: { ports: [{ port: 1, targetPort: 80 }], selector: { __proto__: null, a: 'c' } },
    },
    result: { spec: { ports: [{ port: 1, targetPort: 80 }], selector: { a: 'c' } } },
  },
];

for (const [title, cases] of Object.entries({ lists, orders, maps })) {
  describe(title, () => {
    for (const { name, type, object, patch, result } of cases) {
      test(name, () => {
        const made = applyStrategicMergePatch(
          deepFreeze(deepCopy(object)),
          deepFreeze(deepCopy(patch)),
          typeSchema(type),
        );
        assert.deepEqual(made, result);
      });
    }
  });
}

test('what is wrong with a patch', () => {
  const cases: [JsonObject, JsonObject, RegExp][] = [
    [
      pod({ containers: [a] }),
      pod({ containers: [{ image: 'x' }] }),
      /does not contain declared merge key: name/,
    ],
    [pod({ containers: [a] }), pod({ containers: ['x'] }), /list element types are not identical/],
    [
      pod({ containers: [a] }),
      pod({ containers: [{ name: 'a', $patch: 'what' }] }),
      /unknown patch type: what/,
    ],
    [pod({}), pod({ $patch: 'what' }), /unknown patch type: what/],
    [pod({}), pod({ $retainKeys: ['a'], b: 1 }), /invalid patch format of retainKeys/],
    [pod({}), pod({ $retainKeys: 'a' }), /invalid patch format of retainKeys/],
    [
      { metadata: {} },
      { metadata: { '$deleteFromPrimitiveList/finalizers': 'a' } },
      /of primitive list/,
    ],
    [
      pod({ containers: [a, b] }),
      pod({ '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] }),
      /The order in patch list:\n.*\n doesn't match \$setElementOrder list/,
    ],
  ];
  for (const [object, patch, message] of cases) {
    assert.throws(() => applyStrategicMergePatch(object, patch, typeSchema('Pod')), {
      reason: 'BadRequest',
      message,
    });
  }
  assert.throws(() => applyStrategicMergePatch({}, [], typeSchema('Pod')), {
    reason: 'BadRequest',
  });
});

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });
const containers = names.chain((list) =>
  fc.tuple(
    ...list.map((name) =>
      fc.record({ image: fc.constantFrom('x', 'y') }).map((rest) => ({ name, ...rest })),
    ),
  ),
);
const pods = fc.record({
  metadata: fc.record({
    finalizers: names,
    labels: fc.dictionary(fc.constantFrom('x', 'y'), fc.string()),
  }),
  spec: fc.record({
    containers,
    tolerations: fc.array(fc.record({ key: fc.string() }), { maxLength: 2 }),
  }),
});

test('an object patched with itself, or with nothing, is itself', () => {
  const type = typeSchema('Pod');
  fc.assert(
    fc.property(pods.map(deepCopy), (object) => {
      assert.deepEqual(applyStrategicMergePatch(object, object, type), object);
      assert.deepEqual(applyStrategicMergePatch(object, {}, type), object);
    }),
  );
});

test('a merged list has every element once, the patch’s in the patch’s order, the rest in theirs', () => {
  const type = typeSchema('Pod');
  fc.assert(
    fc.property(pods, pods, (object, patch) => {
      const made = applyStrategicMergePatch(object, patch, type) as typeof object;
      const namesOf = (each: typeof object): string[] =>
        each.spec.containers.map(({ name }) => name);
      const merged = namesOf(made);
      const named = namesOf(patch);
      const others = namesOf(object).filter((name) => !named.includes(name));
      assert.deepEqual(
        merged.filter((name) => named.includes(name)),
        named,
      );
      assert.deepEqual(
        merged.filter((name) => !named.includes(name)),
        others,
      );
      const again = applyStrategicMergePatch(made, patch, type);
      assert.deepEqual(again, made, 'a second time changes nothing');
    }),
  );
});
