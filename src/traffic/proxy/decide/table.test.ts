import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrange, type Backend, type Frontend } from './frontend.ts';
import { baseScript, keyed, ServiceTable } from './table.ts';

const backend = (last: number): Backend => ({ address: `10.244.0.${last}`, port: 8080 });

function frontend(backends: readonly Backend[], rest: Partial<Frontend> = {}): Frontend {
  return { address: '10.96.0.5', protocol: 'tcp', port: 80, backends, ...rest };
}

/** What the kernel's maps would hold, from the text alone. */
class Kernel {
  readonly elements = new Map<string, Set<string>>();
  readonly chains = new Set<string>();

  run(script: string): void {
    for (const line of script.split('\n').filter((each) => each !== '')) {
      const chain = /^add chain ip t (\S+)$/.exec(line)?.[1];
      if (chain) this.chains.add(chain);
      const [, verb, map = '', list = ''] =
        /^(add|delete) element ip t (\S+) \{ (.*) \}$/.exec(line) ?? [];
      if (!verb) continue;
      const set = this.elements.get(map) ?? new Set();
      this.elements.set(map, set);
      for (const each of list.split(', ')) {
        if (verb === 'add') {
          const key = each.split(' : ')[0] ?? '';
          assert.ok(
            ![...set].some((other) => other.split(' : ')[0] === key),
            `${map} has ${key} already`,
          );
          set.add(each);
          const goto = /goto (\S+)$/.exec(each)?.[1];
          assert.ok(!goto || this.chains.has(goto), `no chain ${goto}`);
        } else assert.ok(set.delete(each), `${map} does not hold ${each}`);
      }
    }
  }

  state(): Record<string, string[]> {
    return Object.fromEntries(
      [...this.elements]
        .filter(([, set]) => set.size > 0)
        .map(([map, set]) => [map, [...set].sort()]),
    );
  }
}

test('a change of one backend is a few elements', () => {
  const table = new ServiceTable('t');
  table.change(keyed([frontend([backend(2), backend(3)])]));
  const { script } = table.change(keyed([frontend([backend(2), backend(4)])]));
  assert.equal(
    script,
    `delete element ip t backends { 10.96.0.5 . tcp . 80 . 1 : 10.244.0.3 . 8080 }
delete element ip t hairpin { 10.244.0.3 . 10.244.0.3 }
add element ip t backends { 10.96.0.5 . tcp . 80 . 1 : 10.244.0.4 . 8080 }
add element ip t hairpin { 10.244.0.4 . 10.244.0.4 }
`,
  );
});

test('who asks for a name while nobody answers is not told so', () => {
  const script = baseScript({
    table: 't',
    podRange: '10.244.0.0/16',
    localPodRange: '10.244.0.0/24',
    serviceRange: '10.96.0.0/16',
    ownAddresses: ['10.96.0.10'],
  });
  const rule = 'ip saddr 10.96.0.10 icmp type destination-unreachable drop';
  assert.ok(script.includes(`add rule ip t filter_output ${rule}\n`));
});

test('nothing changed: no script', () => {
  const table = new ServiceTable('t');
  table.change(keyed([frontend([backend(2)])]));
  assert.equal(table.change(keyed([frontend([backend(2)])])).script, '');
});

test('a UDP backend that goes leaves flows to forget', () => {
  const table = new ServiceTable('t');
  table.change(keyed([frontend([backend(2), backend(3)], { protocol: 'udp' })]));
  const { stale } = table.change(keyed([frontend([backend(3)], { protocol: 'udp' })]));
  assert.deepEqual(
    stale.map((each) => each.backend),
    ['10.244.0.2'],
  );
});

const backends = fc
  .uniqueArray(fc.integer({ min: 2, max: 12 }), { maxLength: 6 })
  .map((all) => all.map(backend));
const anyFrontend = fc
  .record({
    address: fc.constantFrom('10.96.0.5', '10.96.0.6', '*'),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    port: fc.constantFrom(80, 81),
    backends,
    affinitySeconds: fc.option(fc.constantFrom(10, 20), { nil: undefined }),
    sources: fc.option(fc.constant(['10.0.0.0/8']), { nil: undefined }),
  })
  .map((each) => ({ ...each, sources: each.address === '*' ? undefined : each.sources }));

test('property: by steps the kernel gets to what the last table says, from anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(anyFrontend, { maxLength: 5 }), { minLength: 1, maxLength: 6 }),
      (steps) => {
        const table = new ServiceTable('t');
        const kernel = new Kernel();
        let present = new Map<string, Frontend>();
        for (const step of steps) {
          const wanted = keyed(step);
          const gone = [...present.keys()]
            .filter((key) => !wanted.has(key))
            .map((key) => [key, undefined] as const);
          kernel.run(
            table.change(new Map<string, Frontend | undefined>([...gone, ...wanted])).script,
          );
          present = wanted;
        }
        const state = kernel.state();
        const reachable = [...present.values()].filter((each) => each.backends.length > 0);
        const places = (name: string): number => state[name]?.length ?? 0;
        assert.equal(places('services') + places('node_ports'), reachable.length);
        assert.equal(places('dead') + places('dead_node_ports'), present.size - reachable.length);
        const count = reachable.reduce((sum, each) => sum + each.backends.length, 0);
        assert.equal(places('backends') + places('node_port_backends'), count);
      },
    ),
  );
});

test('property: those that stay keep their slots, unless the end of the list must fill a hole', () => {
  fc.assert(
    fc.property(backends, backends, (previous, wanted) => {
      const next = arrange(previous, wanted);
      const names = (list: readonly Backend[]): string[] => list.map((each) => each.address);
      assert.deepEqual(names(next).sort(), names(wanted).sort());
      names(previous).forEach((name, slot) => {
        if (slot < wanted.length && names(wanted).includes(name))
          assert.equal(names(next)[slot], name);
      });
    }),
  );
});
