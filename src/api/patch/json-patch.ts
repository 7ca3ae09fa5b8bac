/**
 * JSON patch (RFC 6902). A body that is no patch is a `BadRequest`; one that does not fit the object
 * is `Invalid`, as the kube-apiserver answers.
 */
import { limits } from '#base/limits.ts';
import { StatusError } from '#base/status-error.ts';
import {
  deepCopy,
  deepEqual,
  isJsonObject,
  type JsonObject,
  jsonSize,
  shallowCopy,
} from '../copy.ts';
import { setKey } from '../schema/set-key.ts';

interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from: string;
  readonly value: unknown;
}

const names: readonly string[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** Neither argument is changed; the result may share parts with both. All operations apply, or none. */
export function applyJsonPatch(document: unknown, body: unknown): unknown {
  const target = new Target(document);
  for (const operation of operationsOf(body)) {
    try {
      target.apply(operation);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const message = `the server rejected our request due to an error in our request: ${error.message}`;
      throw new StatusError('Invalid', message, undefined, { cause: error });
    }
  }
  return target.document;
}

function operationsOf(body: unknown): Operation[] {
  if (!Array.isArray(body)) {
    throw new StatusError(
      'BadRequest',
      'error decoding patch: a JSON patch is a list of operations',
    );
  }
  const max = limits.jsonPatchOperations;
  if (body.length > max) {
    const message = `The allowed maximum operations in a JSON patch is ${max}, got ${body.length}`;
    throw new StatusError('RequestEntityTooLarge', message);
  }
  return body.map(operationOf);
}

function operationOf(item: unknown, index: number): Operation {
  const refuse = (why: string): never => {
    throw new StatusError('BadRequest', `error decoding patch: operation ${index} ${why}`);
  };
  if (!isJsonObject(item)) return refuse('is not an object');
  const { op, path, from } = item;
  if (typeof op !== 'string' || !names.includes(op)) {
    return refuse(`has an unknown op: ${JSON.stringify(op) ?? 'none'}`);
  }
  if (typeof path !== 'string') return refuse('has no path');
  const needsFrom = op === 'move' || op === 'copy';
  if (needsFrom && typeof from !== 'string') return refuse('has no from');
  const needsValue = op === 'add' || op === 'replace' || op === 'test';
  // RFC 6902 wants a value; Go's null and absence are the same, and clients rely on it for `test`.
  if (needsValue && op !== 'test' && !Object.hasOwn(item, 'value')) return refuse('has no value');
  return {
    op: op as Operation['op'],
    path,
    from: needsFrom ? String(from) : '',
    value: Object.hasOwn(item, 'value') ? item['value'] : null,
  };
}

/** The operation does not fit the document. */
class Misfit extends Error {
  override readonly name = 'Misfit';
}

/** RFC 6901. */
function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/'))
    throw new Misfit(`the path "${pointer}" does not start with a slash`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type Container = JsonObject | unknown[];

class Target {
  #document: unknown;
  /** Copies made for this patch: they may be changed in place, so that many operations copy a container once. */
  readonly #own = new WeakSet<object>();
  #copiedBytes = 0;

  constructor(document: unknown) {
    this.#document = document;
  }

  get document(): unknown {
    return this.#document;
  }

  apply({ op, path, from, value }: Operation): void {
    switch (op) {
      case 'add':
        return this.#add(path, value);
      case 'remove':
        this.#remove(path, 'remove');
        return;
      case 'replace':
        return this.#replace(path, value);
      case 'test':
        if (!deepEqual(this.#find(path) ?? null, value)) {
          throw new Misfit(`testing value ${path} failed: test failed`);
        }
        return;
      case 'copy':
        return this.#add(path, this.#copied(from));
      case 'move':
        if (path === from) return void this.#value(from, 'move');
        if (path.startsWith(`${from}/`)) {
          throw new Misfit(`move operation does not apply: "${path}" is inside of "${from}"`);
        }
        return this.#add(path, this.#remove(from, 'move'));
    }
  }

  #add(path: string, value: unknown): void {
    const tokens = tokensOf(path);
    const last = tokens.pop();
    if (last === undefined) {
      this.#document = value;
      return;
    }
    const parent = this.#owned(tokens, path, 'add');
    if (!Array.isArray(parent)) return setKey(parent, last, value);
    const index = last === '-' ? parent.length : indexOf(last, parent.length, path, 'add');
    parent.splice(index, 0, value);
  }

  #replace(path: string, value: unknown): void {
    const tokens = tokensOf(path);
    const last = tokens.pop();
    if (last === undefined) {
      this.#document = value;
      return;
    }
    this.#value(path, 'replace');
    const parent = this.#owned(tokens, path, 'replace');
    if (Array.isArray(parent)) parent[Number(last)] = value;
    else setKey(parent, last, value);
  }

  #remove(path: string, op: string): unknown {
    const tokens = tokensOf(path);
    const last = tokens.pop();
    if (last === undefined)
      throw new Misfit(`${op} operation does not apply: "" is the whole object`);
    const value = this.#value(path, op);
    const parent = this.#owned(tokens, path, op);
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
    return value;
  }

  /** Copies of copies grow without bound otherwise. */
  #copied(from: string): unknown {
    const value = this.#value(from, 'copy');
    const max = limits.requestBodyBytes;
    this.#copiedBytes += jsonSize(value, max);
    if (this.#copiedBytes > max) {
      const size = this.#copiedBytes;
      throw new Misfit(
        `Unable to complete the copy, the accumulated size increase of copy is ${size}, exceeding the limit ${max}`,
      );
    }
    // Not shared: both places may be changed by later operations.
    return deepCopy(value);
  }

  #find(path: string): unknown {
    let node = this.#document;
    for (const token of tokensOf(path)) {
      const parent = node;
      if (Array.isArray(parent)) node = isIndex(token) ? parent[Number(token)] : undefined;
      else if (isJsonObject(parent))
        node = Object.hasOwn(parent, token) ? parent[token] : undefined;
      else return undefined;
    }
    return node;
  }

  #value(path: string, op: string): unknown {
    const value = this.#find(path);
    if (value !== undefined) return value;
    throw new Misfit(
      `${op} operation does not apply: doc is missing path: "${path}": missing value`,
    );
  }

  /** The container at `tokens`, copied on the way down as far as it is not ours yet. */
  #owned(tokens: readonly string[], path: string, op: string): Container {
    const missing = (): Misfit =>
      new Misfit(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
    let node = this.#ours(this.#document);
    if (!node) throw missing();
    this.#document = node;
    for (const token of tokens) {
      if (Array.isArray(node) && !isIndex(token)) throw missing();
      const held: unknown = Array.isArray(node)
        ? node[Number(token)]
        : Object.hasOwn(node, token)
          ? node[token]
          : undefined;
      const child = this.#ours(held);
      if (!child) throw missing();
      if (Array.isArray(node)) node[Number(token)] = child;
      else setKey(node, token, child);
      node = child;
    }
    return node;
  }

  #ours(value: unknown): Container | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    if (this.#own.has(value)) return value as Container;
    const copy = Array.isArray(value) ? [...value] : shallowCopy(value as JsonObject);
    this.#own.add(copy);
    return copy;
  }
}

function isIndex(token: string): boolean {
  return /^(0|[1-9]\d*)$/.test(token);
}

function indexOf(token: string, max: number, path: string, op: string): number {
  if (isIndex(token) && Number(token) <= max) return Number(token);
  throw new Misfit(
    `error in ${op} for path: '${path}': Unable to access invalid index: ${token}: invalid index referenced`,
  );
}
