/**
 * A persistent ordered map: every change makes a new tree that shares all untouched nodes with the
 * old one. A B+tree whose nodes carry the size of their subtree, so that a snapshot is a pointer,
 * counting a range takes logarithmic time, and old trees cost only the paths that changed.
 *
 * Order is that of JavaScript's `<` on strings (UTF-16 code units). Nodes are never changed once a
 * tree that holds them has been handed out.
 */
export interface Keyed {
  readonly key: string;
}

/** Most items of a leaf, most children of an inner node. */
const widest = 32;
/** Below this a node joins a neighbour. Far under half, so that alternating adds and removes at a border stay cheap. */
const narrowest = 8;

class Leaf<V extends Keyed> {
  readonly size: number;
  readonly items: readonly V[];

  constructor(items: readonly V[]) {
    this.items = items;
    this.size = items.length;
  }
}

class Inner<V extends Keyed> {
  readonly size: number;
  readonly children: readonly Node<V>[];
  /** `separators[i]` is above every key of `children[i]` and not above any of `children[i + 1]`. */
  readonly separators: readonly string[];

  constructor(children: readonly Node<V>[], separators: readonly string[], size: number) {
    this.children = children;
    this.separators = separators;
    this.size = size;
  }
}

type Node<V extends Keyed> = Leaf<V> | Inner<V>;

/** A node that outgrew its place. */
class Split<V extends Keyed> {
  readonly left: Node<V>;
  readonly separator: string;
  readonly right: Node<V>;

  constructor(left: Node<V>, separator: string, right: Node<V>) {
    this.left = left;
    this.separator = separator;
    this.right = right;
  }
}

/** Index of the first item whose key is not below `key`. */
function lowerBound<V extends Keyed>(items: readonly V[], key: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] as V).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the child under which `key` belongs. */
function childIndex(separators: readonly string[], key: string): number {
  let low = 0;
  let high = separators.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((separators[middle] as string) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sizeOf(nodes: readonly { readonly size: number }[]): number {
  let size = 0;
  for (const node of nodes) size += node.size;
  return size;
}

function replaced<T>(list: readonly T[], index: number, item: T): T[] {
  const copy = list.slice();
  copy[index] = item;
  return copy;
}

function spliced<T>(list: readonly T[], index: number, remove: number, ...items: T[]): T[] {
  const copy = list.slice();
  copy.splice(index, remove, ...items);
  return copy;
}

/** Appending is common (names with counters and times): a split at the very end leaves the left node full. */
function splitPoint(length: number, changedAt: number): number {
  return changedAt === length - 1 ? length - 1 : length >>> 1;
}

function setInLeaf<V extends Keyed>(leaf: Leaf<V>, item: V): Node<V> | Split<V> {
  const at = lowerBound(leaf.items, item.key);
  if (leaf.items[at]?.key === item.key) return new Leaf(replaced(leaf.items, at, item));
  const items = spliced(leaf.items, at, 0, item);
  if (items.length <= widest) return new Leaf(items);
  const cut = splitPoint(items.length, at);
  return new Split(
    new Leaf(items.slice(0, cut)),
    (items[cut] as V).key,
    new Leaf(items.slice(cut)),
  );
}

function setIn<V extends Keyed>(node: Node<V>, item: V): Node<V> | Split<V> {
  if (node instanceof Leaf) return setInLeaf(node, item);
  const at = childIndex(node.separators, item.key);
  const child = node.children[at] as Node<V>;
  const made = setIn(child, item);
  if (!(made instanceof Split)) {
    const size = node.size - child.size + made.size;
    return new Inner(replaced(node.children, at, made), node.separators, size);
  }
  const size = node.size - child.size + made.left.size + made.right.size;
  const children = spliced(node.children, at, 1, made.left, made.right);
  const separators = spliced(node.separators, at, 0, made.separator);
  if (children.length <= widest) return new Inner(children, separators, size);
  return splitInner(children, separators, splitPoint(children.length, at + 1));
}

function splitInner<V extends Keyed>(
  children: readonly Node<V>[],
  separators: readonly string[],
  cut: number,
): Split<V> {
  const left = children.slice(0, cut);
  const right = children.slice(cut);
  return new Split(
    new Inner(left, separators.slice(0, cut - 1), sizeOf(left)),
    separators[cut - 1] as string,
    new Inner(right, separators.slice(cut), sizeOf(right)),
  );
}

function widthOf<V extends Keyed>(node: Node<V>): number {
  return node instanceof Leaf ? node.items.length : node.children.length;
}

/** One node of both, or two of about equal width. */
function joined<V extends Keyed>(
  left: Node<V>,
  separator: string,
  right: Node<V>,
): Node<V> | Split<V> {
  if (left instanceof Leaf || right instanceof Leaf) {
    const items = [...(left as Leaf<V>).items, ...(right as Leaf<V>).items];
    if (items.length <= widest) return new Leaf(items);
    const cut = items.length >>> 1;
    return new Split(
      new Leaf(items.slice(0, cut)),
      (items[cut] as V).key,
      new Leaf(items.slice(cut)),
    );
  }
  const children = [...left.children, ...right.children];
  const separators = [...left.separators, separator, ...right.separators];
  if (children.length <= widest) {
    return new Inner(children, separators, left.size + right.size);
  }
  return splitInner(children, separators, children.length >>> 1);
}

/** The same node when the key is not there. */
function removedFrom<V extends Keyed>(node: Node<V>, key: string): Node<V> {
  if (node instanceof Leaf) {
    const at = lowerBound(node.items, key);
    return node.items[at]?.key === key ? new Leaf(spliced(node.items, at, 1)) : node;
  }
  const at = childIndex(node.separators, key);
  const child = node.children[at] as Node<V>;
  const made = removedFrom(child, key);
  if (made === child) return node;
  const size = node.size - 1;
  if (widthOf(made) >= narrowest || node.children.length === 1) {
    return new Inner(replaced(node.children, at, made), node.separators, size);
  }
  const from = at > 0 ? at - 1 : at;
  const left = from === at ? made : (node.children[from] as Node<V>);
  const right = from === at ? (node.children[at + 1] as Node<V>) : made;
  const join = joined(left, node.separators[from] as string, right);
  if (join instanceof Split) {
    const children = spliced(node.children, from, 2, join.left, join.right);
    return new Inner(children, replaced(node.separators, from, join.separator), size);
  }
  return new Inner(spliced(node.children, from, 2, join), spliced(node.separators, from, 1), size);
}

interface Position<V extends Keyed> {
  readonly node: Inner<V>;
  next: number;
}

export class Tree<V extends Keyed> {
  readonly #root: Node<V>;

  private constructor(root: Node<V>) {
    this.#root = root;
  }

  static empty<V extends Keyed>(): Tree<V> {
    return new Tree<V>(new Leaf<V>([]));
  }

  /** In linear time. The keys must rise strictly. */
  static fromSorted<V extends Keyed>(items: readonly V[]): Tree<V> {
    // Not quite full, so that the first writes after a load do not split every node.
    const width = widest - narrowest;
    let level: Node<V>[] = [];
    let lowest: string[] = [];
    for (let at = 0; at < items.length; at += width) {
      level.push(new Leaf(items.slice(at, at + width)));
      lowest.push((items[at] as V).key);
    }
    while (level.length > 1) {
      const above: Node<V>[] = [];
      const lowestAbove: string[] = [];
      for (let at = 0; at < level.length; at += width) {
        const children = level.slice(at, at + width);
        above.push(new Inner(children, lowest.slice(at + 1, at + width), sizeOf(children)));
        lowestAbove.push(lowest[at] as string);
      }
      level = above;
      lowest = lowestAbove;
    }
    return new Tree<V>(level[0] ?? new Leaf<V>([]));
  }

  get size(): number {
    return this.#root.size;
  }

  get(key: string): V | undefined {
    let node = this.#root;
    while (node instanceof Inner) node = node.children[childIndex(node.separators, key)] as Node<V>;
    const item = node.items[lowerBound(node.items, key)];
    return item?.key === key ? item : undefined;
  }

  set(item: V): Tree<V> {
    const made = setIn(this.#root, item);
    if (!(made instanceof Split)) return new Tree(made);
    const size = made.left.size + made.right.size;
    return new Tree<V>(new Inner([made.left, made.right], [made.separator], size));
  }

  /** The same tree when the key is not there. */
  delete(key: string): Tree<V> {
    let root = removedFrom(this.#root, key);
    if (root === this.#root) return this;
    while (root instanceof Inner && root.children.length === 1) root = root.children[0] as Node<V>;
    return new Tree(root);
  }

  /** How many keys are below `key`. */
  rank(key: string): number {
    let node = this.#root;
    let rank = 0;
    while (node instanceof Inner) {
      const at = childIndex(node.separators, key);
      for (let before = 0; before < at; before++) rank += (node.children[before] as Node<V>).size;
      node = node.children[at] as Node<V>;
    }
    return rank + lowerBound(node.items, key);
  }

  /** How many keys are in [start, end). */
  count(start: string, end: string): number {
    return start < end ? this.rank(end) - this.rank(start) : 0;
  }

  /** The item with the first key in [start, end). */
  first(start: string, end: string): V | undefined {
    let node = this.#root;
    const path: Position<V>[] = [];
    while (node instanceof Inner) {
      const at = childIndex(node.separators, start);
      path.push({ node, next: at + 1 });
      node = node.children[at] as Node<V>;
    }
    const at = lowerBound(node.items, start);
    const found = at < node.items.length ? node.items[at] : nextLeaf(path)?.items[0];
    return found !== undefined && found.key < end ? found : undefined;
  }

  /** Items with keys in [start, end), in order, at most `limit`. */
  *range(start: string, end: string, limit = Number.POSITIVE_INFINITY): Generator<V, void> {
    if (!(start < end) || limit <= 0) return;
    const path: Position<V>[] = [];
    let node = this.#root;
    while (node instanceof Inner) {
      const at = childIndex(node.separators, start);
      path.push({ node, next: at + 1 });
      node = node.children[at] as Node<V>;
    }
    let left = limit;
    let at = lowerBound(node.items, start);
    for (let leaf: Leaf<V> | undefined = node; leaf; leaf = nextLeaf(path), at = 0) {
      const { items } = leaf;
      // Keys are compared once a leaf, not once an item.
      const last = items.at(-1);
      const stop = last && last.key >= end ? lowerBound(items, end) : items.length;
      for (; at < stop; at++) {
        yield items[at] as V;
        if (--left === 0) return;
      }
      if (stop < items.length) return;
    }
  }

  /** Every promise about the shape, for tests: throws at the first broken one. */
  check(): void {
    checkNode(this.#root, undefined, undefined, true);
  }
}

function nextLeaf<V extends Keyed>(path: Position<V>[]): Leaf<V> | undefined {
  for (let top = path.at(-1); top; top = path.at(-1)) {
    let node = top.node.children[top.next++];
    if (node === undefined) {
      path.pop();
      continue;
    }
    while (node instanceof Inner) {
      path.push({ node, next: 1 });
      node = node.children[0] as Node<V>;
    }
    return node;
  }
  return undefined;
}

/** Returns the height. */
function checkNode<V extends Keyed>(
  node: Node<V>,
  low: string | undefined,
  high: string | undefined,
  root: boolean,
): number {
  const fail = (what: string): never => {
    throw new Error(`broken tree: ${what}`);
  };
  if (widthOf(node) > widest) fail('a node is too wide');
  if (node instanceof Leaf) {
    let last = low;
    for (const [index, { key }] of node.items.entries()) {
      if (last !== undefined && (index === 0 ? key < last : key <= last)) fail('keys do not rise');
      if (high !== undefined && key >= high) fail('a key is in the wrong leaf');
      last = key;
    }
    return 0;
  }
  if (node.children.length !== node.separators.length + 1) fail('separators do not fit');
  if (root && node.children.length < 2) fail('the root has one child');
  if (node.size !== sizeOf(node.children)) fail('a size is wrong');
  const heights = node.children.map((child, index) =>
    checkNode(child, node.separators[index - 1] ?? low, node.separators[index] ?? high, false),
  );
  if (new Set(heights).size !== 1) fail('leaves are at different depths');
  return (heights[0] as number) + 1;
}
