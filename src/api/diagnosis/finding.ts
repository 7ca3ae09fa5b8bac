/** What a diagnosis answers. */
import type { KubeObject } from '../object.ts';
import { explained, type ReasonCode, reasonOf, schedulingReasons } from '../reasons.ts';
import type { Words } from '../reasons/reason.ts';

export interface ObjectName {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface Finding {
  readonly code: ReasonCode;
  /** What it is about. */
  readonly subject: ObjectName;
  readonly words: Words;
  /** Other objects that have a part in it: the node that refuses, the owner of the port. */
  readonly because: readonly ObjectName[];
  /** Lines that show it: the last of a log, the ports that are listened on. */
  readonly details: readonly string[];
  /** The code of events and conditions, where they know less. */
  readonly general?: ReasonCode;
  /** From the object that was asked about down to `subject`, both included. */
  readonly path: readonly ObjectName[];
  /** So many more objects have the same. */
  readonly alike: number;
}

/** The same, with its sentences: what `-o json` prints. */
export interface ExplainedFinding extends Finding {
  readonly sentence: string;
  readonly cure: string;
}

export function nameOf(object: KubeObject): ObjectName {
  const { namespace, name = '' } = object.metadata;
  return { kind: object.kind, ...(namespace !== undefined && { namespace }), name };
}

/** `deployment/web`: what kubectl and `gantry why` take. */
export function wordFor({ kind, name }: ObjectName): string {
  return `${kind.toLowerCase()}/${name}`;
}

interface More {
  readonly because?: readonly ObjectName[];
  readonly details?: readonly string[];
  readonly general?: ReasonCode;
}

export function finding(
  code: ReasonCode,
  subject: ObjectName,
  words: Words = {},
  { because = [], details = [], general = reasonOf(code).general }: More = {},
): Finding {
  const found = { code, subject, words, because, details, path: [subject], alike: 0 };
  return general === undefined ? found : { ...found, general };
}

/** Findings about something further down, seen from `owner`. */
export function under(owner: ObjectName, findings: readonly Finding[]): Finding[] {
  return findings.map((each) => ({ ...each, path: [owner, ...each.path] }));
}

/**
 * Replicas break alike: one finding stands for all that say the same of the same kind of thing, but for
 * its name, where its log is, and how often it has been tried.
 */
export function grouped(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding>();
  for (const each of findings) {
    const { words, code, subject } = each;
    const { name: _own, logs: _told, restarts: _times, ...rest } = words;
    const alikeOnly = subject.kind === 'Pod' ? rest : { ...words, subject: subject.name };
    const key = JSON.stringify([code, subject.kind, alikeOnly]);
    const known = groups.get(key);
    const same = known && known.subject.name !== subject.name ? 1 : 0;
    groups.set(key, known ? { ...known, alike: known.alike + same } : each);
  }
  return [...groups.values()];
}

export function explain(finding: Finding): ExplainedFinding {
  const { sentence, cure } = explained(finding.code, finding.words);
  // The scheduler's are parts of a sentence, counted by node.
  const whole = Object.hasOwn(schedulingReasons, finding.code)
    ? `${['No node takes the pod:', finding.words['count'], sentence].filter(Boolean).join(' ')}.`
    : sentence;
  return { ...finding, sentence: whole, cure };
}
