import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedFiles, generatedFolder } from './generate-api.ts';

test('what is committed under src/api/generated is what the generator writes', async () => {
  for (const [name, content] of Object.entries(await generatedFiles())) {
    const committed = readFileSync(new URL(name, generatedFolder), 'utf8');
    assert.ok(committed === content, `${name} is out of date: run node tools/generated.ts`);
  }
});
