/** Sizes, names, and the paragraph that opens each room. */
import { posix } from 'node:path';
import { isRoom, isTestFile } from '../rooms.ts';
import { type Finding, type Rule, sourceRule } from './finding.ts';
import { findFunctions } from './functions.ts';
import { placeOf } from './layers.ts';
import type { Source } from './source.ts';

export const fileLinesMax = 800;
export const functionLinesMax = 70;

function isGenerated(path: string): boolean {
  return path.startsWith('src/api/generated/');
}

const fileSize: Rule = sourceRule(
  'file-size',
  'a file is read as a whole; most have about 100 lines',
  function* (source) {
    if (isGenerated(source.path) || source.lineCount <= fileLinesMax) return;
    yield {
      line: fileLinesMax,
      what: `${source.lineCount} lines (wall: ${fileLinesMax})`,
      use: 'one file per verb or per kind',
    };
  },
);

const functionSize: Rule = sourceRule(
  'function-size',
  'a function is understood at one glance; nine in ten have under 45 lines',
  function* (source) {
    if (isGenerated(source.path) || isTestCode(source)) return;
    for (const { line, ownLines } of findFunctions(source)) {
      if (ownLines <= functionLinesMax) continue;
      yield {
        line,
        what: `${ownLines} lines of its own (wall: ${functionLinesMax})`,
        use: 'named steps, each a function',
      };
    }
  },
);

/** A test's story is a list; its length is not a smell. */
function isTestCode(source: Source): boolean {
  return isTestFile(source.path) || source.path.startsWith('test/');
}

const fileName: Rule = sourceRule(
  'file-name',
  'a name finds its file on every file system',
  function* (source) {
    const base = posix.basename(source.path);
    const folders = posix.dirname(source.path).split('/');
    const folderIsGood = folders.every((one) => /^\.?[a-z0-9]+([-.][a-z0-9]+)*$|^\.$/.test(one));
    if (folderIsGood && /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d|\.worker)?\.ts$/.test(base)) return;
    yield { line: 1, what: source.path, use: 'kebab-case' };
  },
);

const roomReadme: Rule = {
  name: 'room-readme',
  *check(tree) {
    const opened = new Set<string>();
    for (const { path } of tree.sources) {
      const { room } = placeOf(path);
      if (room === undefined || !isRoom(room) || opened.has(room)) continue;
      opened.add(room);
      const readme = `src/${room}/README.md`;
      const text = tree.others.find((other) => other.path === readme)?.text ?? '';
      if (text.split(/\s+/).length < 20) yield readmeFinding(readme);
    }
  },
};

function readmeFinding(file: string): Finding {
  return {
    file,
    line: 1,
    rule: 'room-readme',
    what: 'the room has no opening paragraph',
    why: 'who enters a room learns first what it is for and what it must not know',
    use: 'a README.md of at least one paragraph',
  };
}

export const shapeRules: readonly Rule[] = [fileSize, functionSize, fileName, roomReadme];
