import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compileSelector,
  formatFieldSelector,
  formatLabelSelector,
  type Labels,
  matchesSelector,
  parseFieldSelector,
  parseLabelSelector,
  selectorOfLabels,
} from './selector.ts';

test('what a query selects', () => {
  const cases: [query: string, labels: Labels, matches: boolean][] = [
    ['', {}, true],
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a==b', { a: 'b' }, true],
    ['a!=b', { a: 'b' }, false],
    ['a!=b', {}, true],
    ['a in (b,c)', { a: 'c' }, true],
    ['a in (b,c)', {}, false],
    ['a notin (b,c)', { a: 'd' }, true],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['a', {}, false],
    ['!a', {}, true],
    ['!a', { a: '' }, false],
    ['a=', { a: '' }, true],
    ['a=,b=c', { a: '', b: 'c' }, true],
    ['a in ()', { a: '' }, true],
    ['a in (,b)', { a: '' }, true],
    ['a in (b,)', { a: '' }, true],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: '1' }, false],
    ['a<10', { a: '9' }, true],
    ['a<10', { a: 'x' }, false],
    ['a<10', {}, false],
    ['a=b,c!=d,e in (x,y),!f,g', { a: 'b', e: 'y', g: '1' }, true],
    ['  a  =  b ,\tc ', { a: 'b', c: '' }, true],
    ['in in (in,notin)', { in: 'notin' }, true],
    ['example.com/a=b', { 'example.com/a': 'b' }, true],
    ['toString', {}, false],
    ['!constructor', {}, true],
  ];
  for (const [query, labels, matches] of cases) {
    assert.equal(parseLabelSelector(query).matches(labels), matches, query);
  }
});

test('a wrong query is refused in Kubernetes’ words', () => {
  const cases: [query: string, message: RegExp][] = [
    ['a b', /^unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt$/],
    [',a', /^found ',', expected: !, identifier, or 'end of string'$/],
    ['a,', /^found '', expected: identifier after ','$/],
    ['a=b c', /^found 'c', expected: ',' or 'end of string'$/],
    ['a in b', /^unable to parse requirement: found 'b' expected: '\('$/],
    ['a in (b', /^unable to parse requirement: found '', expected: ',' or '\)'$/],
    ['a in (b c)', /^unable to parse requirement: found 'c', expected: ',' or '\)'$/],
    ['a=(', /^unable to parse requirement: found '\(', expected: identifier$/],
    ['!', /^unable to parse requirement: found '', expected: identifier$/],
    ['a>b', /for 'Gt', 'Lt' operators, the value must be an integer$/],
    ['-a', /^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of/],
    ['a=-b', /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": a valid label/],
  ];
  for (const [query, message] of cases) {
    assert.throws(
      () => parseLabelSelector(query),
      (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, message, query);
        assert.equal((error as { reason?: string }).reason, 'BadRequest');
        return true;
      },
    );
  }
});

const keys = fc.constantFrom('a', 'b', 'example.com/c', 'in', 'notin');
const values = fc.constantFrom('', 'x', 'y', '5', '12', 'in');
const requirements = fc.oneof(
  fc.tuple(keys, fc.constantFrom('=', '==', '!='), values).map((parts) => parts.join('')),
  fc
    .tuple(keys, fc.constantFrom('in', 'notin'), fc.array(values, { minLength: 1, maxLength: 3 }))
    .map(([key, operator, set]) => `${key} ${operator} (${set.join(', ')})`),
  keys,
  keys.map((key) => `!${key}`),
  fc.tuple(keys, fc.constantFrom('<', '>'), fc.nat()).map((parts) => parts.join('')),
);

test('a selector reads back what it writes', () => {
  fc.assert(
    fc.property(
      fc.array(requirements, { maxLength: 4 }),
      fc.dictionary(keys, values),
      (parts, labels) => {
        const selector = parseLabelSelector(parts.join(','));
        const again = parseLabelSelector(selector.toString());
        assert.deepEqual(again.requirements, selector.requirements);
        assert.equal(again.matches(labels), selector.matches(labels));
      },
    ),
  );
});

test('a selector object: absent selects nothing, empty everything', () => {
  assert.equal(matchesSelector(undefined, {}), false);
  assert.equal(matchesSelector({}, undefined), true);
  assert.equal(compileSelector(undefined).matches({}), false);
  const selector = Object.freeze({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['b', 'a'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'new', operator: 'Exists' },
    ],
  });
  assert.equal(formatLabelSelector(selector), 'app=web,new,!old,tier in (a,b)');
  for (let twice = 0; twice < 2; twice++) {
    assert.equal(matchesSelector(selector, { app: 'web', tier: 'a', new: '' }), true);
    assert.equal(matchesSelector(selector, { app: 'web', tier: 'c', new: '' }), false);
  }
  assert.equal(formatLabelSelector({}), '<none>');
  assert.throws(
    () => compileSelector({ matchExpressions: [{ key: 'a', operator: 'Like' }] }),
    /"Like" is not a valid label selector operator/,
  );
  assert.equal(matchesSelector({ matchExpressions: [{ key: 'a', operator: 'In' }] }, {}), false);
  assert.equal(selectorOfLabels({ b: '1', a: '2' }).toString(), 'a=2,b=1');
});

test('field selectors', () => {
  assert.deepEqual(parseFieldSelector('metadata.name=a,status.phase!=Running,x==y,'), [
    { field: 'metadata.name', equals: true, value: 'a' },
    { field: 'status.phase', equals: false, value: 'Running' },
    { field: 'x', equals: true, value: 'y' },
  ]);
  assert.deepEqual(parseFieldSelector(''), []);
  assert.equal(formatFieldSelector(parseFieldSelector('a==b,c!=d')), 'a=b,c!=d');
  assert.throws(() => parseFieldSelector('a=b,c'), {
    message: "invalid selector: 'a=b,c'; can't understand 'c'",
  });
});
