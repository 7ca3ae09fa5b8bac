import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadFieldWords } from './field-words.ts';

const declarations = `
/** About things. */
export interface Thing {
    /** About its parts. */
    parts?: Part;
    bare?: Part;
    /**
     * The first paragraph.
     *
     * The second.
     */
    readonly "$long": Part;
}
`;

test('a field has its own words, and only those that stand right above it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-words-'));
  try {
    mkdirSync(join(folder, 'core'));
    writeFileSync(join(folder, 'core/v1.d.ts'), declarations);
    const wordsOf = loadFieldWords(folder);
    assert.deepEqual(Object.fromEntries(wordsOf('core.v1.Thing')), {
      parts: 'About its parts.',
      $long: 'The first paragraph. The second.',
    });
    assert.equal(wordsOf('core.v1.Other').size, 0);
    assert.equal(wordsOf('none.v1.Thing').size, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the package that is installed has words for the spec of a pod', () => {
  assert.match(loadFieldWords()('core.v1.Pod').get('spec') ?? '', /^Specification of /);
});
