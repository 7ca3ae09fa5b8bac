// Writes src/api/generated/ from the Kubernetes client library that is installed and tools/data/kubernetes-api.txt.
// Run it after either changes: node tools/generate-api.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { emitKinds, emitSchema, emitTypes } from './generate-api-emit.ts';
import { parseFacts } from './generate-api-facts.ts';
import { loadModels } from './generate-api-models.ts';
import { nameTypes } from './generate-api-names.ts';
import { resolveTypes } from './generate-api-resolve.ts';

const target = new URL('../src/api/generated/', import.meta.url);
const facts = parseFacts(readFileSync(new URL('data/kubernetes-api.txt', import.meta.url), 'utf8'));
const types = resolveTypes(facts, await loadModels());
const names = nameTypes(types);

writeFileSync(new URL('types.ts', target), emitTypes(types, names));
writeFileSync(new URL('schema.json', target), emitSchema(types, names));
writeFileSync(new URL('kinds.json', target), emitKinds(types, names));
process.stdout.write(
  `${types.length} types, ${types.filter((type) => type.isKind).length} kinds\n`,
);
