import type { Source } from './source.ts';

/** One broken rule, in words for the person who broke it. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly what: string;
  readonly why: string;
  /** What to write instead. */
  readonly use: string;
}

/** The whole tree as tidy sees it: every tracked or new file that git does not ignore. */
export interface Tree {
  readonly paths: ReadonlySet<string>;
  readonly sources: readonly Source[];
  /** Text files that are not TypeScript: documents, configuration, scripts. */
  readonly others: readonly { readonly path: string; readonly text: string }[];
  /** Absolute paths of this machine that no file may name. */
  readonly machinePaths: readonly string[];
}

export interface Rule {
  readonly name: string;
  check(tree: Tree): Iterable<Finding>;
}

/** A place and its words; the rule adds its own name and reason. */
export type Complaint = Pick<Finding, 'line' | 'what' | 'use'>;

/** A rule that looks at one TypeScript file at a time. */
export function sourceRule(
  name: string,
  why: string,
  complain: (source: Source, tree: Tree) => Iterable<Complaint>,
): Rule {
  return {
    name,
    *check(tree) {
      for (const source of tree.sources) {
        for (const complaint of complain(source, tree)) {
          yield { file: source.path, rule: name, why, ...complaint };
        }
      }
    },
  };
}

export function formatFinding(finding: Finding): string {
  const { file, line, rule, what, why, use } = finding;
  return `${file}:${line}: ${rule}: ${what} – ${why} – use ${use}`;
}
