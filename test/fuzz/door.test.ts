/**
 * Whatever a client sends, the server answers with an object or with a Status that blames the client.
 * A 500 is a fault of ours: a rule, a default or a patch that fell over an object that it did not expect.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import { allKinds } from '#api/kinds/index.ts';
import { anyObject } from '#api/kinds/testing/arbitrary.ts';
import { encodeProtobuf } from '#api/protobuf/envelope.ts';
import { typeSchema } from '#api/schema/schema.ts';
import type { Logger } from '#base/log.ts';
import { openTestServer, type TestServer } from '#server/http/testing/ask.ts';
import { bent } from './bent.ts';
import { fuzz } from './settings.ts';

const writable = allKinds.filter(({ verbs }) => verbs.includes('create'));
const patchTypes = [
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
];

/** What the server itself said of the last request that it could not answer. */
const said: string[] = [];
const hears = (message: string, fields?: object): number =>
  said.push(`${message} ${JSON.stringify(fields)}`);
const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: hears,
  error: hears,
  with: () => log,
};

let server: TestServer;
let serial = 0;
before(async () => {
  server = await openTestServer({ log });
});

function pathOf({ group, version, resource, namespaced }: Kind): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${base}${namespaced ? '/namespaces/default' : ''}/${resource}`;
}

function named(kind: Kind, object: Record<string, unknown>, name: string): Record<string, unknown> {
  const metadata = { ...(object['metadata'] as object), name };
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
}

interface Heard {
  readonly status: number;
  readonly text: string;
}

async function ask(method: string, path: string, type: string, body: unknown): Promise<Heard> {
  said.length = 0;
  const asked = server.raw(method, path, { body, headers: { 'content-type': type } });
  const response = await inTime(asked);
  const text = response.type === 'bytes' ? Buffer.concat(response.body).toString() : '';
  const status = 'status' in response ? response.status : 101;
  // 504: what admission waited for did not come.
  const blamed = status < 500 || status === 504;
  assert.ok(blamed, `${method} ${path} → ${text}\n${JSON.stringify(body)}\n${said.join('\n')}`);
  if (status >= 400) assert.equal((JSON.parse(text) as { kind: string }).kind, 'Status');
  return { status, text };
}

/** Time goes on as long as the server waits for something. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  let over = false;
  const done = asked.finally(() => (over = true));
  for (let turn = 0; !over; turn += 1) {
    assert.ok(turn < 10_000, 'the server does not answer');
    await new Promise(setImmediate);
    if (turn > 50) server.time.advance(1000);
  }
  return done;
}

describe('objects of every kind, of the right shape and with any values', () => {
  for (const kind of writable) {
    it(`${kind.group}/${kind.kind}`, async () => {
      const path = pathOf(kind);
      const objects = fc.tuple(anyObject(kind.type), anyObject(kind.type), fc.nat());
      await fc.assert(
        fc.asyncProperty(objects, async ([first, second, chance]) => {
          const name = `fuzz-${(serial += 1)}`;
          const created = await ask('POST', path, 'application/json', named(kind, first, name));
          const target = `${path}/${name}`;
          const patchType = patchTypes[chance % patchTypes.length] ?? '';
          const query = patchType.includes('apply') ? '?fieldManager=fuzz&force=true' : '';
          await ask('PATCH', `${target}${query}`, patchType, named(kind, second, name));
          if (created.status !== 201 || kind.virtual) return;
          await ask('PUT', target, 'application/json', named(kind, second, name));
          for (const { name: part } of kind.subresources ?? []) {
            await ask('PUT', `${target}/${part}`, 'application/json', named(kind, second, name));
          }
          await ask('GET', target, 'application/json', undefined);
          await ask('DELETE', target, 'application/json', undefined);
        }),
        fuzz(8),
      );
    });
  }
});

describe('bodies that are bent', () => {
  const samples = fc
    .constantFrom(...writable)
    .chain((kind) =>
      anyObject(kind.type).map((object) => ({ kind, object: named(kind, object, 'bent') })),
    );

  it('protobuf', async () => {
    const bodies = samples.chain(({ kind, object }) => {
      const whole = { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
      const bytes = encodeProtobuf(whole, typeSchema(kind.type));
      return bent(bytes).map((body) => ({ kind, body }));
    });
    await fc.assert(
      fc.asyncProperty(bodies, async ({ kind, body }) => {
        await ask('POST', pathOf(kind), 'application/vnd.kubernetes.protobuf', body);
      }),
      fuzz(400),
    );
  });

  for (const type of ['application/json', 'application/yaml']) {
    it(type, async () => {
      const bodies = samples.chain(({ kind, object }) =>
        bent(Buffer.from(JSON.stringify(object))).map((body) => ({ kind, body })),
      );
      await fc.assert(
        fc.asyncProperty(bodies, async ({ kind, body }) => {
          await ask('POST', `${pathOf(kind)}?fieldValidation=Strict`, type, body);
        }),
        fuzz(300),
      );
    });
  }

  it('patches of every form', async () => {
    const base = { metadata: { name: 'patched' }, data: { a: 'b' } };
    await server.make('/api/v1/namespaces/default/configmaps', base);
    const patches = fc.tuple(fc.constantFrom(...patchTypes), fc.oneof(jsonPatches, fc.json()));
    await fc.assert(
      fc.asyncProperty(patches, async ([type, patch]) => {
        await ask(
          'PATCH',
          '/api/v1/namespaces/default/configmaps/patched?fieldManager=f',
          type,
          patch,
        );
      }),
      fuzz(500),
    );
  });
});

const pointers = fc
  .array(fc.constantFrom('', 'metadata', 'data', 'a', '-', '0', '~1', '~', '__proto__', 'labels'))
  .map((steps) => steps.map((step) => `/${step}`).join(''));

const jsonPatches = fc
  .array(
    fc.record(
      {
        op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'fly'),
        path: pointers,
        from: pointers,
        value: fc.jsonValue(),
      },
      { requiredKeys: ['op'] },
    ),
    { maxLength: 4 },
  )
  .map((patch) => JSON.stringify(patch));

describe('questions', () => {
  it('any query of a list', async () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom('a in (b', '!', 'a=b,c!=d', '1', 'metadata.name=', 'x in ()'),
    );
    const queries = fc.dictionary(
      fc.constantFrom(
        'labelSelector',
        'fieldSelector',
        'limit',
        'continue',
        'resourceVersion',
        'resourceVersionMatch',
        'timeoutSeconds',
        'dryRun',
        'pretty',
      ),
      words,
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writable), queries, async (kind, query) => {
        if (!kind.verbs.includes('list')) return;
        const text = new URLSearchParams(query).toString();
        await ask('GET', `${pathOf(kind)}?${text}`, 'application/json', undefined);
      }),
      fuzz(600),
    );
  });

  it('any path', async () => {
    const steps = fc.constantFrom(
      'api',
      'apis',
      'v1',
      'apps',
      'namespaces',
      'default',
      'pods',
      'log',
      '..',
      '%2e',
      '',
      'scale',
      'x',
      'openapi',
      'v3',
      'watch',
      'proxy',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 8 }), async (path) => {
        await ask('GET', `/${path.join('/')}`, 'application/json', undefined);
      }),
      fuzz(600),
    );
  });
});
