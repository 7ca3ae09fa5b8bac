/**
 * What the labels of a namespace ask of its pods.
 * Source: the Pod Security Admission labels `pod-security.kubernetes.io/*` (KEP-2579).
 */
import { type FieldError, invalid } from '../field-error.ts';

export const levels = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof levels)[number];

export interface LevelVersion {
  readonly level: Level;
  /** `latest` or `v1.N`. */
  readonly version: string;
}

const modes = ['enforce', 'audit', 'warn'] as const;

export interface Policy extends Readonly<Record<(typeof modes)[number], LevelVersion>> {
  /** Labels that say nothing known. Such a level holds as the strictest where it is enforced, else as none. */
  readonly errors: readonly FieldError[];
}

const open: LevelVersion = { level: 'privileged', version: 'latest' };
const usual: Policy = { enforce: open, audit: open, warn: open, errors: [] };
const prefix = 'pod-security.kubernetes.io/';

type Labels = Readonly<Record<string, string>>;

export function policyOf(labels: Labels | undefined): Policy {
  const named = Object.keys(labels ?? {}).some((key) => key.startsWith(prefix));
  if (labels === undefined || !named) return usual;
  const errors: FieldError[] = [];
  const [enforce = open, audit = open, warn = open] = modes.map((mode) =>
    asked(labels, mode, errors),
  );
  return { enforce, audit, warn, errors };
}

function asked(labels: Labels, mode: (typeof modes)[number], errors: FieldError[]): LevelVersion {
  const text = labels[`${prefix}${mode}`];
  const version = labels[`${prefix}${mode}-version`];
  const level = text === undefined ? 'privileged' : levels.find((each) => each === text);
  const wrong = (label: string, value: string, detail: string): void => {
    errors.push(invalid(`metadata.labels[${prefix}${label}]`, value, detail));
  };
  if (level === undefined) wrong(mode, text ?? '', `must be one of ${levels.join(', ')}`);
  const isVersion = version === undefined || /^(latest|v1\.(0|[1-9]\d{0,8}))$/.test(version);
  if (!isVersion) wrong(`${mode}-version`, version, 'must be "latest" or "v1.x"');
  return {
    level: level ?? (mode === 'enforce' ? 'restricted' : 'privileged'),
    version: isVersion ? (version ?? 'latest') : 'latest',
  };
}

/** Below zero: the first one allows more. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** As sentences name it: `restricted:latest`. */
export const nameOf = ({ level, version }: LevelVersion): string => `${level}:${version}`;
