/** Words that may not stand in certain places, each with its reason and its replacement. */
import { isTestFile } from '../rooms.ts';
import { type Finding, type Rule, sourceRule } from './finding.ts';
import { placeOf } from './layers.ts';
import type { Source } from './source.ts';

interface Ban {
  readonly name: string;
  readonly pattern: RegExp;
  readonly why: string;
  readonly use: string;
  /** Where the ban holds. */
  readonly holds: (source: Source) => boolean;
  /** Rewrites what stands in the message; the matched text by default. */
  readonly what?: string;
}

/** Rooms that are the machine; beside `src`, everything is. */
function isPureOfMachine(source: Source): boolean {
  const { room } = placeOf(source.path);
  if (room === undefined || isTestFile(source.path)) return false;
  return room !== 'sys' && room !== 'main';
}

const everywhere = (): boolean => true;
const inSrc = (source: Source): boolean => source.path.startsWith('src/');
const outsideSys = (source: Source): boolean => placeOf(source.path).room !== 'sys';

const bans: readonly Ban[] = [
  {
    name: 'no-wall-clock',
    pattern:
      /(?<![.\w$#])(?:globalThis\.)?(?:Date\.now\b|new Date\(\s*\)|new Date\b(?!\s*\()|(?<!new )Date\(|performance\.now\b)/g,
    why: 'time comes from outside, so that tests and the simulator can set it',
    use: 'the Clock from #base/clock.ts',
    holds: isPureOfMachine,
  },
  {
    name: 'no-bare-timer',
    pattern:
      /(?<![.\w$#]|function )(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate)\b(?!\s*[?:])/g,
    why: 'a timer that nobody handed in cannot be simulated or stopped',
    use: 'the Timers from #base/clock.ts',
    holds: isPureOfMachine,
  },
  {
    name: 'no-chance',
    pattern:
      /(?<![.\w$#])(?:globalThis\.)?(?:Math\.random|crypto\.(?:randomUUID|getRandomValues))\b/g,
    why: 'a run that failed must be repeatable from its seed',
    use: 'the Random from #base/random.ts (fast-check or a seeded twin in tests)',
    holds: outsideSys,
  },
  {
    name: 'no-process',
    pattern:
      /(?<![.\w$#])(?:globalThis\.)?process\.(?:env|argv|exit|exitCode|cwd|nextTick|hrtime|memoryUsage|uptime|platform|arch|versions|stdin|stdout|stderr|getuid|on|once)\b/g,
    why: 'options are read once, in main, and handed on complete',
    use: 'an option handed in by main, or a function from #sys',
    holds: isPureOfMachine,
  },
  {
    name: 'no-console',
    pattern:
      /(?<![.\w$#])(?:globalThis\.)?console\.(?:log|info|warn|error|debug|trace|dir|table)\b/g,
    why: 'lines for people carry fields, levels and one destination',
    use: 'the Logger from #base/log.ts (in cli, its printer)',
    holds: isPureOfMachine,
  },
  {
    name: 'no-enum',
    pattern: /(?<![.\w$#])(?:const\s+)?enum\s+[A-Z]\w*\s*\{/g,
    why: 'an enum is run-time code that type stripping cannot erase',
    use: 'a union of string literals',
    holds: everywhere,
  },
  {
    name: 'no-default-export',
    pattern: /(?<![.\w$#])export\s+default\b|\bas\s+default\b/g,
    why: 'a thing has one name, and the file carries it',
    use: 'a named export',
    holds: everywhere,
  },
  {
    name: 'no-module-state',
    pattern:
      /^(?:export\s+)?(?:let\s+\w+|var\s+\w+|const\s+\w+(?:\s*:[^=\n]+)?\s*=\s*new\s+(?:Map|Set)(?:<[^;\n]*>)?\(\s*\))/gm,
    why: 'two clusters in one process would share it; every state has one owner',
    use: 'a field of the object that owns it, made in main',
    holds: (source) => inSrc(source) && !isTestFile(source.path),
  },
  {
    name: 'no-only',
    pattern: /(?<![.\w$#])(?:test|it|describe|suite)\.only\b/g,
    why: 'it silences every other test of the file',
    use: '--test-name-pattern on the command line',
    holds: everywhere,
  },
];

function banRule(ban: Ban): Rule {
  return sourceRule(ban.name, ban.why, function* (source) {
    if (!ban.holds(source)) return;
    for (const match of source.code.matchAll(ban.pattern)) {
      const what = ban.what ?? match[0].trim().replace(/\s+/g, ' ');
      yield { line: source.lineAt(match.index), what, use: ban.use };
    }
  });
}

const todo: Rule = sourceRule(
  'no-todo',
  'work that is left stands where people look for it',
  function* (source) {
    for (const { text, line } of source.comments) {
      for (const complaint of linesWith(text, line, /\b(?:TODO|FIXME|XXX|HACK)\b/)) {
        if (complaint.text.includes('docs/roadmap.md#')) continue;
        const use = 'an entry in docs/roadmap.md, named here as docs/roadmap.md#anchor';
        yield { line: complaint.line, what: complaint.text.trim(), use };
      }
    }
  },
);

const lintReason: Rule = sourceRule(
  'lint-reason',
  'an exception without a reason is copied',
  function* (source) {
    for (const { text, line } of source.comments) {
      if (!/(?:oxlint|eslint)-disable|@ts-expect-error|biome-ignore/.test(text)) continue;
      if (/ (?:--|:) \S+ \S+/.test(text) || /@ts-expect-error:? \S+ \S+/.test(text)) continue;
      yield { line, what: text.trim(), use: 'the same comment with " -- reason" behind it' };
    }
  },
);

function* linesWith(
  text: string,
  firstLine: number,
  pattern: RegExp,
): Iterable<{ text: string; line: number }> {
  for (const [index, one] of text.split('\n').entries()) {
    if (pattern.test(one)) yield { text: one, line: firstLine + index };
  }
}

const machinePath: Rule = {
  name: 'no-machine-path',
  *check(tree) {
    const why = 'the project must read and run the same on every machine';
    const named = tree.machinePaths.map((path) => path.replace(/[^\w/]/g, '\\$&')).join('|');
    const personal = '/home/(?!\\$|<|nonroot\\b)[a-z]\\w*/|/Users/[a-z]\\w*/';
    const pattern = new RegExp(
      `(?<![\\w.:/-])(?:${named === '' ? personal : `${named}|${personal}`})`,
    );
    for (const file of [...tree.sources, ...tree.others]) {
      for (const { text, line } of linesWith(file.text, 1, pattern)) {
        const what = `the path ${pattern.exec(text)?.[0] ?? ''}`;
        const use = 'a path relative to the repository';
        yield { file: file.path, line, rule: 'no-machine-path', what, why, use };
      }
    }
  },
};

/** npm's own files must not tie the project to the registry or the mirror of one machine. */
const registryHost: Rule = {
  name: 'no-registry-host',
  *check(tree) {
    for (const { path, text } of tree.others) {
      if (!/(?:^|\/)(?:package-lock\.json|\.npmrc)$/.test(path)) continue;
      for (const found of linesWith(text, 1, /"resolved": "https?:|^\s*(?:@\w+:)?registry\s*=/)) {
        yield registryFinding(path, found.line, found.text.trim());
      }
    }
  },
};

function registryFinding(file: string, line: number, what: string): Finding {
  return {
    file,
    line,
    rule: 'no-registry-host',
    what,
    why: 'packages come from the registry that each machine is set up for',
    use: 'npm install --omit-lockfile-registry-resolved, and no registry line in .npmrc',
  };
}

export const banRules: readonly Rule[] = [
  ...bans.map(banRule),
  todo,
  lintReason,
  machinePath,
  registryHost,
];
