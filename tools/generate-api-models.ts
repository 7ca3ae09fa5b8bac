// Reads the models of @kubernetes/client-node: which fields a type has in this release, and which of them are required.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Model {
  readonly name: string;
  /** JSON name → is it required? */
  readonly fields: ReadonlyMap<string, boolean>;
  /** JSON name → what it is for; '' is the type itself. */
  readonly docs: ReadonlyMap<string, string>;
}

export type ModelOf = (type: string) => Model | undefined;

const modelsFolder = join(
  dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')),
  'gen/models',
);

interface Attribute {
  readonly name: string;
  readonly baseName: string;
}

/** Finds the model of `core.v1.Pod` under the names that the dependency gives it: `CoreV1Pod`, else `V1Pod`. */
export async function loadModels(): Promise<ModelOf> {
  const url = pathToFileURL(join(modelsFolder, 'all.js')).href;
  const classes: Record<string, { attributeTypeMap?: readonly Attribute[] }> = await import(url);
  const known = new Map<string, Model>();
  return (type) => {
    const [group = '', version = '', name = ''] = type.split('.');
    const candidates = [
      `${capital(group)}${capital(version)}${name}`,
      `${capital(version)}${name}`,
    ];
    const found = candidates.find(
      (candidate) => classes[candidate]?.attributeTypeMap !== undefined,
    );
    if (found === undefined) return undefined;
    const model = known.get(found) ?? readModel(found, classes[found]?.attributeTypeMap ?? []);
    known.set(found, model);
    return model;
  };
}

function readModel(name: string, attributes: readonly Attribute[]): Model {
  const declaration = readFileSync(join(modelsFolder, `${name}.d.ts`), 'utf8');
  const fields = new Map<string, boolean>();
  const docs = new Map<string, string>();
  const head = /\/\*\*\n\* ([^\n]*)\n\*\/\nexport declare class/.exec(declaration);
  if (head?.[1] !== undefined) docs.set('', plain(head[1]));
  for (const { name: property, baseName } of attributes) {
    const escaped = property.replace(/\$/g, '\\$');
    const found = new RegExp(
      `(?:/\\*\\*\\n    \\* ([^\\n]*)\\n    \\*/\\n)?    '${escaped}'(\\??):`,
    ).exec(declaration);
    if (found === null) throw new Error(`no declaration of ${name}.${property}`);
    fields.set(baseName, found[2] === '');
    if (found[1] !== undefined) docs.set(baseName, plain(found[1]));
  }
  return { name, fields, docs };
}

/** Undoes the escapes that the declarations carry inside comments. */
function plain(text: string): string {
  return text
    .replace(/\\(["'\\])/g, '$1')
    .replace(/\\\\/g, '\\')
    .replace(/\*_\//g, '*/');
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
