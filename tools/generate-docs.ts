// Collects the sentences that describe types and fields (`kubectl explain` prints them) from the
// packages that are installed. They are other people's words, so they are not part
// of this project's source: the file is made after installation, in node_modules/.gantry/docs.json.
// Its form: { "PodSpec": { "": "about the type", "containers": "about the field" } }
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadFieldWords } from './field-words.ts';
import { apiTypes } from './generate-api.ts';

const folder = new URL('../node_modules/.gantry/', import.meta.url);
const { types, names } = await apiTypes();
const fieldWords = loadFieldWords();
const docs = Object.fromEntries(
  types
    .filter((type) => type.docs.size > 0)
    .map(({ id, fields, docs: words }) => {
      const older = fieldWords(id);
      const added = fields.flatMap(({ name }) => {
        const text = words.has(name) ? undefined : older.get(name);
        return text === undefined ? [] : [[name, text] as const];
      });
      return [names.get(id) ?? '', Object.fromEntries([...words, ...added])];
    }),
);

mkdirSync(folder, { recursive: true });
writeFileSync(new URL('docs.json', folder), JSON.stringify(docs));
process.stdout.write(`${Object.keys(docs).length} types described\n`);
