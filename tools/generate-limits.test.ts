import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { limits } from '#base/limits.ts';
import { commentsOf, limitsDoc, limitsText } from './generate-limits.ts';

const root = new URL('..', import.meta.url).pathname;

test('docs/limits.md is what tools/generate-limits.ts makes', () => {
  assert.equal(readFileSync(limitsDoc, 'utf8'), limitsText(), 'run: node tools/generated.ts');
});

test('every limit is explained, and somebody keeps to it', () => {
  const comments = commentsOf(readFileSync(`${root}src/base/limits.ts`, 'utf8'));
  const code = globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && file !== 'src/base/limits.ts')
    .map((file) => readFileSync(`${root}${file}`, 'utf8'));
  for (const name of Object.keys(limits)) {
    assert.ok((comments.get(name) ?? '').length > 10, `${name} has no comment`);
    assert.ok(
      code.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
      `nobody reads ${name}`,
    );
  }
});

/** What a client, a peer or a container can make grow must be among the bounds, by these names. */
const needed: Readonly<Record<string, readonly string[]>> = {
  watches: ['watchBufferEvents', 'historyRevisions', 'historyAgeMs'],
  bodies: [
    'requestBodyBytes',
    'objectBytes',
    'bodyDepthLevels',
    'streamLineBytes',
    'controlBodyBytes',
  ],
  connections: ['connections', 'requestsInFlight', 'requestHeaderMs'],
  events: ['eventTtlSeconds', 'eventsWaiting', 'eventsRemembered'],
  logs: ['logFileBytes', 'containerLogBytes', 'containerLogFiles', 'programOutputBytes'],
  caches: ['dnsCacheAnswers', 'dnsCacheSeconds', 'imageFailures', 'earlyEnds', 'metricSeries'],
};

test('watches, bodies, connections, events, logs and caches have bounds', () => {
  for (const [what, names] of Object.entries(needed))
    for (const name of names) assert.ok(Object.hasOwn(limits, name), `${what}: ${name}`);
});
