/**
 * Selectors: which labels or fields an object must have (apimachinery `labels` and `fields`). A
 * selector is parsed or compiled once and then asked per object. Texts that are wrong are refused
 * with a `BadRequest` in Kubernetes' words.
 */
import { StatusError } from '#base/status-error.ts';
import { isQualifiedName, isValidLabelValue } from './names.ts';
import { type Token, tokensOf } from './selector-lexer.ts';
import type { LabelSelector } from './types.ts';

export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, without repeats. */
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

export class Selector {
  /** Sorted by key; all must hold. */
  readonly requirements: readonly Requirement[];
  readonly #nothing: boolean;

  constructor(requirements: readonly Requirement[], nothing = false) {
    this.requirements = [...requirements].sort((a, b) => compare(a.key, b.key));
    this.#nothing = nothing;
  }

  /** True when it selects every object. */
  get isEverything(): boolean {
    return this.requirements.length === 0 && !this.#nothing;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.#nothing) return false;
    for (const requirement of this.requirements) {
      if (!holds(requirement, labels)) return false;
    }
    return true;
  }

  /** As a query: `a=b,c in (x,y),!d`. */
  toString(): string {
    return this.requirements.map(formatRequirement).join(',');
  }
}

export const everything = new Selector([]);
export const nothing = new Selector([], true);

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function holds({ key, operator, values }: Requirement, labels: Labels | undefined): boolean {
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'gt':
    case 'lt': {
      const left = value === undefined ? undefined : integerOf(value);
      const right = integerOf(values[0] ?? '');
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
    default:
      return value !== undefined && values.includes(value);
  }
}

/** Go's `strconv.ParseInt` with 64 bits. */
function integerOf(text: string): bigint | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}

const sentences: Readonly<Record<string, string>> = {
  in: "for 'in', 'notin' operators, values set can't be empty",
  one: 'exact-match compatibility requires one single value',
  none: 'values set must be empty for exists and does not exist',
  compare: "for 'Gt', 'Lt' operators, exactly one value is required",
  integer: "for 'Gt', 'Lt' operators, the value must be an integer",
};

/** Throws an Error whose message is that of Kubernetes' `NewRequirement`. */
function requirementOf(key: string, operator: Operator, given: Iterable<string>): Requirement {
  const values = [...new Set(given)].sort(compare);
  const errors: string[] = [];
  const list = `["${values.join('","')}"]`;
  const wrong = (field: string, value: string, why: string): void => {
    errors.push(`${field}: Invalid value: ${value}: ${why}`);
  };
  const keyErrors = isQualifiedName(key);
  if (keyErrors.length > 0) wrong('key', JSON.stringify(key), keyErrors.join('; '));
  const countWrong = {
    in: values.length === 0,
    notin: values.length === 0,
    '=': values.length !== 1,
    '==': values.length !== 1,
    '!=': values.length !== 1,
    exists: values.length !== 0,
    '!': values.length !== 0,
    gt: values.length !== 1,
    lt: values.length !== 1,
  }[operator];
  if (countWrong)
    wrong('values', values.length === 0 ? '[]' : list, sentences[countRule(operator)] ?? '');
  for (const [index, value] of values.entries()) {
    if ((operator === 'gt' || operator === 'lt') && integerOf(value) === undefined) {
      wrong(`values[${index}]`, JSON.stringify(value), sentences['integer'] ?? '');
    }
    const valueErrors = isValidLabelValue(value);
    if (valueErrors.length === 0) continue;
    wrong(`values[${index}][${key}]`, JSON.stringify(value), valueErrors.join('; '));
  }
  if (errors.length > 0) throw new SelectorProblem(aggregate(errors));
  return { key, operator, values };
}

function countRule(operator: Operator): string {
  if (operator === 'in' || operator === 'notin') return 'in';
  if (operator === 'exists' || operator === '!') return 'none';
  return operator === 'gt' || operator === 'lt' ? 'compare' : 'one';
}

/** Kubernetes shows several errors as one in brackets. */
function aggregate(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}

class SelectorProblem extends Error {
  override readonly name = 'SelectorProblem';
}

/** `a=b,c!=d,e in (x,y),f,!g,h>1`. Throws `BadRequest`. */
export function parseLabelSelector(text: string): Selector {
  try {
    return new Selector(new Parser(tokensOf(text)).requirements());
  } catch (error) {
    if (!(error instanceof SelectorProblem)) throw error;
    throw new StatusError('BadRequest', error.message, undefined, { cause: error });
  }
}

const binaryOperators: Readonly<Record<string, Operator>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: 'in',
  notin: 'notin',
  '>': 'gt',
  '<': 'lt',
};

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  requirements(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#peek().kind === 'end') return requirements;
    if (!this.#startsRequirement()) throw this.#found("!, identifier, or 'end of string'");
    for (;;) {
      try {
        requirements.push(this.#requirement());
      } catch (error) {
        if (!(error instanceof SelectorProblem)) throw error;
        throw new SelectorProblem(`unable to parse requirement: ${error.message}`);
      }
      if (this.#peek().kind === 'end') return requirements;
      if (!this.#isSign(',')) throw this.#found("',' or 'end of string'");
      this.#at++;
      if (!this.#startsRequirement()) throw this.#found("identifier after ','");
    }
  }

  #requirement(): Requirement {
    const absent = this.#isSign('!');
    if (absent) this.#at++;
    if (this.#peek().kind !== 'word') throw this.#found('identifier');
    const key = this.#next().text;
    const errors = isQualifiedName(key);
    if (errors.length > 0) {
      throw new SelectorProblem(
        `<nil>: Invalid value: ${JSON.stringify(key)}: ${errors.join('; ')}`,
      );
    }
    const ends = this.#peek().kind === 'end' || this.#isSign(',');
    if (absent || ends) return requirementOf(key, absent ? '!' : 'exists', []);
    const operator = binaryOperators[this.#peek().text];
    if (operator === undefined) throw this.#found('in, notin, =, ==, !=, gt, lt');
    this.#at++;
    const isSet = operator === 'in' || operator === 'notin';
    return requirementOf(key, operator, isSet ? this.#valueSet() : [this.#value()]);
  }

  #value(): string {
    if (this.#peek().kind === 'end' || this.#isSign(',')) return '';
    if (this.#peek().kind !== 'word') throw this.#found('identifier');
    return this.#next().text;
  }

  /** `(x,,y)`: what stands between two commas may be empty. */
  #valueSet(): Set<string> {
    const values = new Set<string>();
    if (!this.#isSign('(')) throw this.#found("'('", '');
    this.#at++;
    for (let expectsValue = true; ; ) {
      if (this.#peek().kind === 'word') {
        if (!expectsValue) throw this.#found("',' or ')'");
        values.add(this.#next().text);
        expectsValue = false;
      } else if (this.#isSign(',') || this.#isSign(')')) {
        if (expectsValue) values.add('');
        expectsValue = true;
        if (this.#next().text === ')') return values;
      } else {
        throw this.#found(expectsValue ? "',', ')' or identifier" : "',' or ')'");
      }
    }
  }

  #startsRequirement(): boolean {
    return this.#peek().kind === 'word' || this.#isSign('!');
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #isSign(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'sign' && token.text === text;
  }

  #found(expected: string, comma = ','): SelectorProblem {
    return new SelectorProblem(`found '${this.#peek().text}'${comma} expected: ${expected}`);
  }
}

const objectOperators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** Absent selects nothing, empty selects everything, as metav1.LabelSelectorAsSelector. Throws `BadRequest`. */
export function compileSelector(selector: LabelSelector | undefined): Selector {
  if (!selector) return nothing;
  const requirements = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    checked(key, '=', [value]),
  );
  for (const { key = '', operator = '', values } of selector.matchExpressions ?? []) {
    const known = objectOperators[operator];
    if (known === undefined) {
      const message = `"${operator}" is not a valid label selector operator`;
      throw new StatusError('BadRequest', message);
    }
    requirements.push(checked(key, known, values ?? []));
  }
  return requirements.length === 0 ? everything : new Selector(requirements);
}

function checked(key: string, operator: Operator, values: Iterable<string>): Requirement {
  try {
    return requirementOf(key, operator, values);
  } catch (error) {
    if (!(error instanceof SelectorProblem)) throw error;
    throw new StatusError('BadRequest', error.message, undefined, { cause: error });
  }
}

/** Compiled once per selector object: those of the API are frozen and live as long as their owner. */
const compiled = new WeakMap<LabelSelector, Selector | 'invalid'>();

/** An invalid selector matches nothing here: validation refuses it where it is written. */
export function matchesSelector(
  selector: LabelSelector | undefined,
  labels: Labels | undefined,
): boolean {
  if (!selector) return false;
  let found = compiled.get(selector);
  if (found === undefined) {
    found = compiledOrInvalid(selector);
    if (Object.isFrozen(selector)) compiled.set(selector, found);
  }
  return found !== 'invalid' && found.matches(labels);
}

function compiledOrInvalid(selector: LabelSelector): Selector | 'invalid' {
  try {
    return compileSelector(selector);
  } catch (error) {
    if (error instanceof StatusError) return 'invalid';
    throw error;
  }
}

/** As a query, for the Scale subresource and for people: `app=web,tier in (a,b)`. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (!selector) return '<none>';
  const found = compiledOrInvalid(selector);
  if (found === 'invalid') return '<error>';
  return found.isEverything ? '<none>' : found.toString();
}

/** A selector for exactly these labels. */
export function selectorOfLabels(labels: Labels): Selector {
  return new Selector(
    Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] })),
  );
}

export interface FieldRequirement {
  readonly field: string;
  /** False: must differ. */
  readonly equals: boolean;
  readonly value: string;
}

/** All must hold. */
export type FieldSelector = readonly FieldRequirement[];

/** `metadata.name=a,status.phase!=Running`; which fields exist is the kind's to say. Throws `BadRequest`. */
export function parseFieldSelector(text: string): FieldSelector {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      for (const sign of ['!=', '==', '=']) {
        const pieces = part.split(sign);
        if (pieces.length !== 2) continue;
        return { field: pieces[0] ?? '', equals: sign !== '!=', value: pieces[1] ?? '' };
      }
      const message = `invalid selector: '${text}'; can't understand '${part}'`;
      throw new StatusError('BadRequest', message);
    });
}

export function formatFieldSelector(selector: FieldSelector): string {
  return selector
    .map(({ field, equals, value }) => `${field}${equals ? '=' : '!='}${value}`)
    .join(',');
}
