// Every file of the project that is made from others. `node tools/generated.ts` writes them all,
// with --check it names those that are out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { generatedFiles, generatedFolder } from './generate-api.ts';
import { limitsDoc, limitsText } from './generate-limits.ts';
import { manFile, manText } from './generate-man.ts';
import { reasonsDoc, reasonsText } from './generate-reasons.ts';

async function allGenerated(): Promise<readonly { readonly file: URL; readonly text: string }[]> {
  return [
    ...Object.entries(await generatedFiles()).map(([name, text]) => ({
      file: new URL(name, generatedFolder),
      text,
    })),
    { file: manFile, text: manText() },
    { file: limitsDoc, text: limitsText() },
    { file: reasonsDoc, text: reasonsText() },
  ];
}

function read(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const stale = (await allGenerated()).filter(({ file, text }) => read(file) !== text);
if (process.argv.includes('--check')) {
  for (const { file } of stale)
    console.log(
      `${file.pathname} is out of date: run "node tools/generated.ts" (it is made from other files)`,
    );
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const { file, text } of stale) {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
}
