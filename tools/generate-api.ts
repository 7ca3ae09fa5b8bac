// Makes src/api/generated/ from the Kubernetes client library that is installed and
// tools/data/kubernetes-api.txt. Run it after either changes: node tools/generated.ts
import { readFileSync } from 'node:fs';
import { emitKinds, emitSchema, emitTypes } from './generate-api-emit.ts';
import { parseFacts } from './generate-api-facts.ts';
import { loadModels } from './generate-api-models.ts';
import { nameTypes } from './generate-api-names.ts';
import { type ApiType, resolveTypes } from './generate-api-resolve.ts';

export const generatedFolder = new URL('../src/api/generated/', import.meta.url);

export async function apiTypes(): Promise<{ types: ApiType[]; names: Map<string, string> }> {
  const facts = readFileSync(new URL('data/kubernetes-api.txt', import.meta.url), 'utf8');
  const types = resolveTypes(parseFacts(facts), await loadModels());
  return { types, names: nameTypes(types) };
}

/** File name → content. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const { types, names } = await apiTypes();
  return {
    'types.ts': emitTypes(types, names),
    'schema.json': emitSchema(types, names),
    'kinds.json': emitKinds(types, names),
  };
}
