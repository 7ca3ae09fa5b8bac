import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wantsNode } from '#api/node-selector.ts';
import type { Node, Pod, PodAffinityTerm, TopologySpreadConstraint } from '#api/types.ts';
import { Snapshot } from '../snapshot.ts';
import { naiveRefusal, type World } from '../testing/naive.ts';
import { nodeNamed, podNamed } from '../testing/objects.ts';
import { checksFor } from './filters.ts';
import { needsOf } from './pod-needs.ts';

const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b'), {
  noNullPrototype: true,
});
const selector = fc.oneof(
  fc.constant(undefined),
  fc.record({ matchLabels: labels }),
  fc.constant({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
  fc.constant({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] }),
);
const topologyKey = fc.constantFrom('kubernetes.io/hostname', 'zone', 'rack');
const namespace = fc.constantFrom('default', 'other');
const namespaceLabels = fc.constantFrom({}, { team: 'x' });

const term: fc.Arbitrary<PodAffinityTerm> = fc.record(
  {
    topologyKey,
    labelSelector: selector,
    namespaces: fc.array(namespace, { maxLength: 2 }),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'x' } }),
  },
  { requiredKeys: ['topologyKey', 'labelSelector'] },
) as fc.Arbitrary<PodAffinityTerm>;

const spread = fc.record(
  {
    topologyKey,
    maxSkew: fc.integer({ min: 1, max: 2 }),
    whenUnsatisfiable: fc.constant('DoNotSchedule'),
    labelSelector: selector,
    minDomains: fc.integer({ min: 1, max: 3 }),
    nodeAffinityPolicy: fc.constantFrom('Honor', 'Ignore'),
    nodeTaintsPolicy: fc.constantFrom('Honor', 'Ignore'),
    matchLabelKeys: fc.constant(['tier']),
  },
  { requiredKeys: ['topologyKey', 'maxSkew', 'whenUnsatisfiable', 'labelSelector'] },
) as fc.Arbitrary<TopologySpreadConstraint>;

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const terms = fc.oneof(
  { weight: 4, arbitrary: fc.constant<PodAffinityTerm[]>([]) },
  { weight: 1, arbitrary: fc.array(term, { minLength: 1, maxLength: 2 }) },
);

const podWords = fc.record({
  labels,
  namespace,
  near: terms,
  apart: terms,
  spread: fc.array(spread, { maxLength: 2 }),
  isTerminating: fc.boolean(),
  selects: fc.boolean(),
});

function podOf(
  name: string,
  words: typeof podWords extends fc.Arbitrary<infer T> ? T : never,
): Pod {
  const { near, apart, spread: rules, selects } = words;
  const pod = podNamed(
    name,
    {},
    {
      affinity: { podAffinity: { [required]: near }, podAntiAffinity: { [required]: apart } },
      topologySpreadConstraints: rules,
      ...(selects ? { nodeSelector: { disk: 'ssd' } } : {}),
    },
    words.labels,
  );
  pod.metadata.namespace = words.namespace;
  if (words.isTerminating) pod.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  return pod;
}

const value = fc.constantFrom('1', '2');
const nodeWords = fc.record({
  labels: fc.record({ zone: value, rack: value, disk: fc.constant('ssd') }, { requiredKeys: [] }),
  isTainted: fc.boolean(),
});

const nodeNames = ['n0', 'n1', 'n2', 'n3'];
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('pod' as const), pod: podWords, node: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('node' as const), at: fc.nat(3), node: nodeWords }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('node gone' as const), at: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('namespace' as const),
      namespace,
      labels: namespaceLabels,
    }),
  },
);

function nodeOf(
  name: string,
  words: typeof nodeWords extends fc.Arbitrary<infer T> ? T : never,
): Node {
  const taints = [{ key: 'a', effect: 'NoSchedule' }];
  return nodeNamed(name, {
    labels: words.labels,
    ...(words.isTainted ? { spec: { taints } } : {}),
  });
}

/** The same cluster twice: as the scheduler follows it, and as plain lists. */
class Both {
  readonly snapshot = new Snapshot();
  readonly nodes = new Map<string, Node>();
  readonly placed: (readonly [Pod, string])[] = [];
  readonly namespaces: Record<string, Record<string, string>> = {};
  #pods = 0;

  constructor() {
    for (const [at, name] of nodeNames.entries()) {
      this.#setNode(
        nodeNamed(name, { labels: { zone: `${1 + (at % 2)}`, rack: '1', disk: 'ssd' } }),
      );
    }
  }

  take(each: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
    switch (each.type) {
      case 'pod': {
        const node = nodeNames[each.node] ?? '';
        if (!this.nodes.has(node)) return;
        const pod = podOf(`p${this.#pods++}`, each.pod);
        this.placed.push([pod, node]);
        this.snapshot.place(needsOf(pod), node);
        return;
      }
      case 'leave': {
        const [gone] = this.placed.splice(each.which % (this.placed.length || 1), 1);
        if (gone) this.snapshot.remove(needsOf(gone[0]).key);
        return;
      }
      case 'node': {
        const name = nodeNames[each.at] ?? '';
        this.#setNode(nodeOf(name, each.node));
        return;
      }
      case 'node gone': {
        const name = nodeNames[each.at] ?? '';
        this.nodes.delete(name);
        this.snapshot.removeNode(name);
        return;
      }
      case 'namespace':
        this.namespaces[each.namespace] = each.labels;
        this.snapshot.setNamespace(each.namespace, each.labels);
    }
  }

  #setNode(node: Node): void {
    this.nodes.set(node.metadata.name, node);
    this.snapshot.setNode(node);
  }

  get world(): World {
    return { nodes: [...this.nodes.values()], placed: this.placed, namespaces: this.namespaces };
  }
}

test('rules between pods answer as when everything is counted anew', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 4, maxLength: 40, size: 'max' }),
      podWords,
      (steps, words) => {
        const both = new Both();
        const asked = podOf('asked', { ...words, isTerminating: false });
        for (const each of steps) {
          both.take(each);
          const { check } = checksFor(needsOf(asked), both.snapshot);
          for (const node of both.nodes.values()) {
            if (node.spec?.taints || !wantsNode(asked.spec, node)) continue;
            const state = both.snapshot.find(node.metadata.name);
            const [refusal] = (state && check(state)) ?? [];
            assert.equal(refusal?.code, naiveRefusal(asked, node, both.world));
          }
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('following changes ends where counting anew begins', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 4, maxLength: 40, size: 'max' }),
      fc.array(podWords, { maxLength: 4 }),
      (steps, some) => {
        const both = new Both();
        const asked = some.map((words, at) => needsOf(podOf(`asked${at}`, words)));
        for (const each of steps) {
          both.take(each);
          // Whoever asks early is followed from then on.
          for (const needs of asked) checksFor(needs, both.snapshot);
        }
        const fresh = new Snapshot();
        for (const [name, own] of Object.entries(both.namespaces)) fresh.setNamespace(name, own);
        for (const node of both.nodes.values()) fresh.setNode(node);
        for (const [pod, node] of both.placed) fresh.place(needsOf(pod), node);
        for (const needs of asked) {
          const [old, anew] = [checksFor(needs, both.snapshot), checksFor(needs, fresh)];
          for (const name of both.nodes.keys()) {
            const [a, b] = [both.snapshot.find(name), fresh.find(name)];
            assert.ok(a && b);
            assert.deepEqual(old.check(a), anew.check(b));
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
