import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deepCopy, deepEqual, deepFreeze, type JsonObject } from '../copy.ts';
import type { KubeObject } from '../object.ts';
import { typeSchema } from '../schema/schema.ts';
import { objectsOf } from '../schema/testing/arbitrary.ts';
import { applyConfiguration, ownersAfterUpdate } from './apply.ts';
import { formatPath } from './field-path.ts';
import { FieldSet } from './field-set.ts';

const start = Date.UTC(2026, 0, 1);

interface Step {
  readonly as: string;
  readonly force?: boolean;
  readonly at?: number;
}

/** A deployment that several hands work on. */
class Table {
  object: KubeObject | undefined;
  readonly #type: string;

  constructor(type = 'Deployment') {
    this.#type = type;
  }

  apply(configuration: JsonObject, { as, force = false, at = 0 }: Step): this {
    const whole = { apiVersion: 'apps/v1', kind: this.#type, ...configuration };
    this.object = deepFreeze(
      applyConfiguration(this.object, deepFreeze(whole), typeSchema(this.#type), {
        manager: as,
        force,
        now: start + at * 1000,
        ignored: ['status'],
      }),
    );
    return this;
  }

  update(change: (object: JsonObject) => void, { as, at = 0 }: Step): this {
    const base = this.object ?? { apiVersion: 'apps/v1', kind: this.#type, metadata: {} };
    const next = deepCopy(base) as unknown as JsonObject & KubeObject;
    change(next);
    const managedFields = ownersAfterUpdate(this.object, next, typeSchema(this.#type), {
      manager: as,
      now: start + at * 1000,
    });
    this.object = deepFreeze({ ...next, metadata: { ...next.metadata, managedFields } });
    return this;
  }

  get plain(): JsonObject {
    const { managedFields: _, ...metadata } = this.object?.metadata ?? {};
    return { ...this.object, metadata };
  }

  /** `kubectl Apply .spec.replicas .metadata.labels.a` */
  get owners(): string[] {
    return (this.object?.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => {
      const paths = [...FieldSet.parse(fieldsV1).paths()].map(formatPath);
      return [manager, operation, ...paths].join(' ');
    });
  }
}

function containers(...list: JsonObject[]): JsonObject {
  return { spec: { template: { spec: { containers: list } } } };
}

const named = { metadata: { name: 'web' } };

describe('apply', () => {
  test('creates, owns what it says, and not who it is', () => {
    const table = new Table().apply(
      {
        metadata: { name: 'web', namespace: 'x', labels: { a: '1' } },
        ...containers({ name: 'a', image: 'i', args: ['x'], ports: [{ containerPort: 80 }] }),
      },
      { as: 'me' },
    );
    assert.deepEqual(table.owners, [
      [
        'me Apply .metadata.labels.a',
        '.spec.template.spec.containers[name="a"]',
        '.spec.template.spec.containers[name="a"].args',
        '.spec.template.spec.containers[name="a"].image',
        '.spec.template.spec.containers[name="a"].name',
        '.spec.template.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"]',
        '.spec.template.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].containerPort',
      ].join(' '),
    ]);
    assert.deepEqual(table.object?.metadata.managedFields?.[0]?.fieldsV1, {
      'f:metadata': { 'f:labels': { 'f:a': {} } },
      'f:spec': {
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"a"}': {
                '.': {},
                'f:args': {},
                'f:image': {},
                'f:name': {},
                'f:ports': {
                  'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
                },
              },
            },
          },
        },
      },
    });
  });

  test('the same again changes nothing, not even the time', () => {
    const table = new Table().apply({ ...named, spec: { replicas: 2 } }, { as: 'me' });
    const before = table.object;
    table.apply({ ...named, spec: { replicas: 2 } }, { as: 'me', at: 60 });
    assert.ok(deepEqual(table.object, before));
  });

  test('takes back what it no longer says, with the rest of an element', () => {
    const table = new Table()
      .apply(
        {
          metadata: { name: 'web', labels: { a: '1', b: '2' } },
          ...containers({ name: 'a', image: 'i' }, { name: 'b', image: 'i' }),
        },
        { as: 'me' },
      )
      .update(
        (object) => {
          const { template } = object['spec'] as {
            template: { spec: { containers: JsonObject[] } };
          };
          for (const each of template.spec.containers) each['imagePullPolicy'] = 'Always';
        },
        { as: 'nobody' },
      );
    // As if nobody owned what defaults filled in.
    table.object = {
      ...table.object,
      metadata: {
        ...table.object?.metadata,
        managedFields: table.object?.metadata.managedFields?.slice(0, 1),
      },
    } as KubeObject;
    table.apply(
      { metadata: { name: 'web', labels: { b: '2' } }, ...containers({ name: 'b', image: 'i' }) },
      { as: 'me' },
    );
    assert.deepEqual(table.plain, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { b: '2' } },
      ...containers({ name: 'b', image: 'i', imagePullPolicy: 'Always' }),
    });
  });

  test('what another one owns too stays', () => {
    const table = new Table()
      .apply(
        { metadata: { name: 'web', labels: { a: '1' } }, spec: { replicas: 2 } },
        { as: 'one' },
      )
      .apply({ metadata: { name: 'web', labels: { a: '1' } } }, { as: 'two' })
      .apply(named, { as: 'one' });
    assert.deepEqual(table.plain['metadata'], { name: 'web', labels: { a: '1' } });
    assert.equal(table.plain['spec'], undefined);
    assert.deepEqual(table.owners, ['two Apply .metadata.labels.a']);
  });

  test('keeps name and uid when its last label goes', () => {
    const table = new Table().apply(
      { metadata: { name: 'web', labels: { a: '1' } } },
      { as: 'me' },
    );
    table.object = {
      ...table.object,
      metadata: { ...table.object?.metadata, uid: 'u', resourceVersion: '5' },
    } as KubeObject;
    table.apply(named, { as: 'me' });
    assert.deepEqual(table.plain['metadata'], { name: 'web', uid: 'u', resourceVersion: '5' });
  });

  test('lists by keys follow the configuration, others keep their place', () => {
    const table = new Table()
      .apply(
        { ...named, ...containers({ name: 'a' }, { name: 'injected' }, { name: 'b' }) },
        { as: 'other' },
      )
      .apply(
        { ...named, ...containers({ name: 'b' }, { name: 'c' }, { name: 'a' }) },
        { as: 'me' },
      );
    const { template } = table.plain['spec'] as {
      template: { spec: { containers: { name: string }[] } };
    };
    const names = template.spec.containers.map(({ name }) => name);
    assert.deepEqual(names, ['injected', 'b', 'c', 'a']);
  });

  test('elements that stand twice survive an apply that does not speak of them', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    const table = new Table()
      .update((object) => Object.assign(object, named, containers({ name: 'a', env })), {
        as: 'other',
      })
      .apply(
        { ...named, ...containers({ name: 'a', env: [{ name: 'B', value: '3' }] }) },
        { as: 'me' },
      );
    const { template } = table.plain['spec'] as {
      template: { spec: { containers: JsonObject[] } };
    };
    assert.deepEqual(template.spec.containers[0]?.['env'], [...env, { name: 'B', value: '3' }]);
  });

  test('status does not count on the object itself', () => {
    const table = new Table()
      .update((object) => Object.assign(object, named, { status: { replicas: 1 } }), {
        as: 'kubelet',
      })
      .apply({ ...named, status: { replicas: 7 } }, { as: 'me' });
    assert.deepEqual(table.plain['status'], { replicas: 1 });
  });

  test('a configuration carries no owners', () => {
    assert.throws(
      () => new Table().apply({ metadata: { name: 'web', managedFields: [{}] } }, { as: 'me' }),
      { reason: 'BadRequest', message: 'metadata.managedFields must be nil' },
    );
  });
});

describe('conflicts', () => {
  const scaled = (): Table =>
    new Table()
      .apply({ ...named, spec: { replicas: 2, paused: true } }, { as: 'me' })
      .update((object) => Object.assign(object['spec'] as JsonObject, { replicas: 5 }), {
        as: 'hpa',
        at: 60,
      });

  test('another value of a field that another one owns', () => {
    assert.throws(() => scaled().apply({ ...named, spec: { replicas: 2 } }, { as: 'me' }), {
      reason: 'Conflict',
      message:
        'Apply failed with 1 conflict: conflict with "hpa" using apps/v1 at 2026-01-01T00:01:00Z: .spec.replicas',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "hpa" using apps/v1 at 2026-01-01T00:01:00Z',
            field: '.spec.replicas',
          },
        ],
      },
    });
  });

  test('several, in one sentence', () => {
    const table = new Table()
      .apply({ ...named, spec: { replicas: 2, paused: true } }, { as: 'one' })
      .apply({ metadata: { name: 'web', labels: { a: '1' } } }, { as: 'two' });
    const rival = {
      metadata: { name: 'web', labels: { a: '2' } },
      spec: { replicas: 3, paused: false },
    };
    assert.throws(() => table.apply(rival, { as: 'me' }), {
      message:
        'Apply failed with 3 conflicts: conflicts with "one":\n- .spec.paused\n- .spec.replicas\nconflicts with "two":\n- .metadata.labels.a',
    });
  });

  test('force takes over', () => {
    const table = scaled().apply({ ...named, spec: { replicas: 2 } }, { as: 'me', force: true });
    assert.deepEqual(table.plain['spec'], { replicas: 2 });
    assert.deepEqual(table.owners, ['me Apply .spec.replicas']);
  });

  test('the same value is no conflict: both own it', () => {
    const table = scaled().apply({ ...named, spec: { replicas: 5 } }, { as: 'me' });
    assert.deepEqual(table.owners, ['me Apply .spec.replicas', 'hpa Update .spec.replicas']);
  });

  test('letting go of a field that another one has changed leaves it', () => {
    const table = scaled().apply(named, { as: 'me' });
    assert.deepEqual(table.plain['spec'], { replicas: 5 });
    assert.deepEqual(table.owners, ['hpa Update .spec.replicas']);
  });

  test('an atomic list belongs to one', () => {
    const table = new Table().apply(
      { ...named, ...containers({ name: 'a', args: ['x'] }) },
      { as: 'one' },
    );
    assert.throws(
      () => table.apply({ ...named, ...containers({ name: 'a', args: ['y'] }) }, { as: 'two' }),
      /conflict with "one": \.spec\.template\.spec\.containers\[name="a"\]\.args/,
    );
  });

  test('a set is shared word by word', () => {
    const table = new Table()
      .apply({ metadata: { name: 'web', finalizers: ['a/x', 'a/y'] } }, { as: 'one' })
      .apply({ metadata: { name: 'web', finalizers: ['a/y', 'a/z'] } }, { as: 'two' })
      .apply(named, { as: 'one' });
    assert.deepEqual(table.plain['metadata'], { name: 'web', finalizers: ['a/y', 'a/z'] });
  });
});

describe('other writes', () => {
  test('own what they change, and no more', () => {
    const table = new Table()
      .update(
        (object) =>
          Object.assign(object, {
            metadata: { name: 'web', labels: { a: '1' } },
            spec: { replicas: 1 },
          }),
        { as: 'kubectl' },
      )
      .update((object) => Object.assign(object['spec'] as JsonObject, { replicas: 2 }), {
        as: 'hpa',
        at: 1,
      });
    assert.deepEqual(table.owners, [
      'kubectl Update .metadata.labels .metadata.labels.a',
      'hpa Update .spec.replicas',
    ]);
    table.update((object) => delete (object['metadata'] as JsonObject)['labels'], {
      as: 'x',
      at: 2,
    });
    assert.deepEqual(table.owners, ['hpa Update .spec.replicas']);
  });

  test('a write that changes nothing changes no owner and no time', () => {
    const table = new Table().apply({ ...named, spec: { replicas: 1 } }, { as: 'me' });
    const before = table.object?.metadata.managedFields;
    table.update(() => undefined, { as: 'other', at: 9 });
    assert.deepEqual(table.object?.metadata.managedFields, before);
  });

  test('who is left alone keeps the very entry', () => {
    const table = new Table().apply({ ...named, spec: { replicas: 1 } }, { as: 'me' });
    const entry = table.object?.metadata.managedFields?.[0];
    const kept = (object: KubeObject | undefined): boolean =>
      object?.metadata.managedFields?.some((each) => each === entry) === true;
    const write = (change: JsonObject) => {
      const { object } = table;
      const next = { ...object, ...change, metadata: { ...object?.metadata } } as KubeObject;
      const options = { manager: 'other', now: start };
      next.metadata.managedFields = ownersAfterUpdate(
        object,
        next,
        typeSchema('Deployment'),
        options,
      );
      return next;
    };
    assert.ok(kept(write({ status: { replicas: 1 } })));
    assert.ok(!kept(write({ spec: { replicas: 2 } })));
  });

  test('what one makes alike in one second has the very same entry', () => {
    const options = { manager: 'me', now: start };
    const entryOf = (name: string, replicas: number, now = start) => {
      const made = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } };
      const object = { ...made, spec: { replicas } };
      const type = typeSchema('Deployment');
      return ownersAfterUpdate(undefined, object, type, { ...options, now })[0];
    };
    const entry = entryOf('a', 1);
    assert.equal(entryOf('b', 2), entry);
    assert.notEqual(entryOf('b', 2, start + 1000)?.time, entry?.time);
    assert.ok(Object.isFrozen(entry));
  });

  test('entries that a client words in its own way are written as all others', () => {
    const fieldsV1 = { 'f:spec': { 'f:replicas': {}, 'f:paused': { 'f:odd': null } } };
    const own = { fieldsV1, manager: 'me', operation: 'Update', apiVersion: 'apps/v1' };
    const table = new Table().update(
      (object) => Object.assign(object, { metadata: { name: 'web', managedFields: [own] } }),
      { as: 'other' },
    );
    table.update((object) => Object.assign(object, { spec: { replicas: 1 } }), { as: 'other' });
    const [, me] = table.object?.metadata.managedFields ?? [];
    assert.equal(table.owners.length, 2);
    assert.equal(me?.fieldsType, 'FieldsV1');
  });

  test('leaving owners out keeps them, one empty entry forgets them', () => {
    const table = new Table().apply({ ...named, spec: { replicas: 1 } }, { as: 'me' });
    table.update((object) => delete (object['metadata'] as JsonObject)['managedFields'], {
      as: 'x',
    });
    assert.deepEqual(table.owners, ['me Apply .spec.replicas']);
    table.update(
      (object) => Object.assign(object['metadata'] as JsonObject, { managedFields: [{}] }),
      { as: 'x' },
    );
    assert.deepEqual(table.owners, []);
  });

  test('many old writers become one', () => {
    const table = new Table().update((object) => Object.assign(object, named), { as: 'first' });
    for (let at = 0; at < 20; at++) {
      table.update(
        (object) => {
          const metadata = object['metadata'] as { labels?: Record<string, string> };
          metadata.labels = { ...metadata.labels, [`l${at}`]: 'x' };
        },
        { as: `writer-${at}`, at },
      );
    }
    assert.equal(table.owners.length, 10);
    assert.match(table.owners[0] ?? '', /^ancient-changes Update/);
    const owned = table.owners.join(' ').match(/\.labels\.l\d+/g) ?? [];
    assert.equal(owned.length, 20);
  });
});

const values = fc.record(
  {
    replicas: fc.nat(2),
    paused: fc.boolean(),
    labels: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), {
      noNullPrototype: true,
    }),
    containers: fc.uniqueArray(
      fc.record(
        { name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('x', 'y') },
        { noNullPrototype: true },
      ),
      { selector: ({ name }) => name, maxLength: 3 },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

function configurationOf({
  replicas,
  paused,
  labels,
  containers: list,
}: Partial<JsonObject>): JsonObject {
  const spec = {
    ...(replicas === undefined ? {} : { replicas }),
    ...(paused === undefined ? {} : { paused }),
    ...(list === undefined || (list as unknown[]).length === 0
      ? {}
      : { template: { spec: { containers: list } } }),
  };
  return {
    metadata: { name: 'web', ...(labels && Object.keys(labels).length > 0 ? { labels } : {}) },
    ...(Object.keys(spec).length > 0 ? { spec } : {}),
  };
}

test('one applier alone: the object is always its last configuration', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (list) => {
      const table = new Table();
      for (const each of list) {
        const configuration = configurationOf(each);
        table.apply(configuration, { as: 'me' });
        assert.deepEqual(table.plain, {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          ...configuration,
        });
      }
    }),
  );
});

test('by force, each applier has what it says, and every field has an owner', () => {
  const turns = fc.array(fc.record({ who: fc.constantFrom('one', 'two', 'three'), values }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(turns, (list) => {
      const table = new Table();
      for (const { who, values: each } of list) {
        const configuration = configurationOf(each);
        table.apply(configuration, { as: who, force: true });
        const before = table.plain;
        table.apply(configuration, { as: who });
        assert.ok(
          deepEqual(table.plain, before),
          'a second time changes nothing and has no conflict',
        );
      }
      for (const who of ['one', 'two', 'three']) table.apply(named, { as: who });
      if (list.length > 0) {
        assert.deepEqual(table.plain, { apiVersion: 'apps/v1', kind: 'Deployment', ...named });
      }
    }),
  );
});

test('who creates owns what a comparison with nothing would find', () => {
  for (const name of ['Pod', 'Event', 'Service']) {
    const type = typeSchema(name);
    const options = { manager: 'me', now: start, ignored: ['status'] };
    const bare = deepFreeze({ apiVersion: 'v1', kind: name, metadata: { name: 'x' } });
    fc.assert(
      fc.property(objectsOf(type, 4), (object) => {
        const { managedFields: _, ...metadata } = (object['metadata'] ?? {}) as JsonObject;
        const next = deepFreeze({ ...object, ...bare, metadata: { ...metadata, name: 'x' } });
        assert.deepEqual(
          JSON.stringify(ownersAfterUpdate(undefined, next, type, options)),
          JSON.stringify(ownersAfterUpdate(bare, next, type, options)),
        );
      }),
    );
  }
});

test('sets read back what they write', () => {
  const steps = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"', 'i:0');
  const sets = fc
    .array(fc.array(steps, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
    .map((paths) => FieldSet.of(paths));
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      assert.ok(FieldSet.parse(JSON.parse(JSON.stringify(one))).equals(one));
      const both = one.union(other);
      assert.equal(both.union(other), both);
      assert.equal(JSON.stringify(both), JSON.stringify(other.union(one)));
      assert.ok(both.difference(other).union(one.intersection(other)).equals(one));
      assert.equal(
        [...both.paths()].length,
        new Set([...one.paths(), ...other.paths()].map(String)).size,
      );
    }),
  );
});
