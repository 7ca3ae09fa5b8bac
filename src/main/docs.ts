/** Descriptions of API fields for `kubectl explain`, made from the installed packages by the set-up. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Docs } from '#api/openapi/served-resource.ts';
import { checkout } from './checkout.ts';

const file = join(checkout, 'node_modules/.gantry/docs.json');

/** Without them `explain` shows types alone. */
export async function readDocs(): Promise<Docs> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Docs;
  } catch {
    return {};
  }
}
