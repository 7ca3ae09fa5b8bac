// Collects the sentences that describe types and fields (`kubectl explain` prints them) from the
// Kubernetes client library that is installed. They are other people's words, so they are not part
// of this project's source: the file is made after installation, in node_modules/.gantry/docs.json.
// Its form: { "PodSpec": { "": "about the type", "containers": "about the field" } }
import { mkdirSync, writeFileSync } from 'node:fs';
import { apiTypes } from './generate-api.ts';

const folder = new URL('../node_modules/.gantry/', import.meta.url);
const { types, names } = await apiTypes();
const docs = Object.fromEntries(
  types
    .filter((type) => type.docs.size > 0)
    .map((type) => [names.get(type.id) ?? '', Object.fromEntries(type.docs)]),
);

mkdirSync(folder, { recursive: true });
writeFileSync(new URL('docs.json', folder), JSON.stringify(docs));
process.stdout.write(`${Object.keys(docs).length} types described\n`);
