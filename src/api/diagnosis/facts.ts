/**
 * What a diagnosis may know. It asks as if everything were there; what has not been read yet is
 * noted, read by somebody else (`cli/why`), and the diagnosis is asked anew, until nothing is
 * missing. So it reads no more of a cluster than the question needs, and stays a pure function.
 */
import type { ImageName } from '../image-name.ts';
import type { RegistryCredentials } from '../keyring.ts';
import type { KubeObject } from '../object.ts';
import type { Pod } from '../types.ts';
import type { Objects, SortName } from './sorts.ts';

/** Ports in a pod's network, as its kernel says it. */
export interface Listening {
  /** On an address that others reach. */
  readonly open: readonly number[];
  readonly loopbackOnly: readonly number[];
}

/** What a registry says of a repository. */
export type RepositoryAnswer =
  | { readonly type: 'tags'; readonly tags: readonly string[] }
  | { readonly type: 'unknown' }
  | { readonly type: 'denied' }
  | { readonly type: 'unreachable' };

export interface CertificatePair {
  readonly chain: string;
  readonly key: string;
}

/** Both for a person. */
export interface CertificateAnswer {
  /** Why no server can serve it. */
  readonly problem?: string | undefined;
  /** `ended on …`: clients refuse it. */
  readonly outOfTime?: string | undefined;
}

export interface Facts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  object<S extends SortName>(
    sort: S,
    namespace: string | undefined,
    name: string,
  ): Objects[S] | undefined;
  /** Of the namespace, or of the cluster. */
  objects<S extends SortName>(sort: S, namespace?: string): readonly Objects[S][];
  /** Somebody looked, and it is not there. An absence that we may not see is none. */
  missing(sort: SortName, namespace: string | undefined, name: string): boolean;
  /** Everything of every kind that a namespace still holds. */
  content(namespace: string): readonly KubeObject[];
  /** The last lines of a container; of the run before with `previous`. */
  log(pod: Pod, container: string, previous: boolean): readonly string[];
  /** Undefined: cannot be told from here. */
  listening(pod: Pod): Listening | undefined;
  /** Asked in the name of a login, where one is given. */
  repository(image: ImageName, login?: RegistryLogin): RepositoryAnswer | undefined;
  /** PEM. */
  certificate(pair: CertificatePair): CertificateAnswer | undefined;
}

export interface RegistryLogin {
  /** The Secrets it comes from, for telling questions apart. */
  readonly from: string;
  /** To be tried in this order. */
  readonly credentials: readonly RegistryCredentials[];
}

export type Want =
  | {
      readonly type: 'object';
      readonly sort: SortName;
      readonly namespace: string | undefined;
      readonly name: string;
    }
  | { readonly type: 'objects'; readonly sort: SortName; readonly namespace: string | undefined }
  | { readonly type: 'content'; readonly namespace: string }
  | {
      readonly type: 'log';
      readonly pod: Pod;
      readonly container: string;
      readonly previous: boolean;
    }
  | { readonly type: 'listening'; readonly pod: Pod }
  | {
      readonly type: 'repository';
      readonly image: ImageName;
      readonly login: RegistryLogin | undefined;
    }
  | { readonly type: 'certificate'; readonly pair: CertificatePair };

/** `forbidden`: we may not look. */
export type Answer = { readonly value: unknown } | { readonly forbidden: true };

export function keyOfWant(want: Want): string {
  switch (want.type) {
    case 'object':
      return `object ${want.sort} ${want.namespace ?? ''}/${want.name}`;
    case 'objects':
      return `objects ${want.sort} ${want.namespace ?? ''}`;
    case 'content':
      return `content ${want.namespace}`;
    case 'log':
      return `log ${want.pod.metadata.uid} ${want.container} ${want.previous}`;
    case 'listening':
      return `listening ${want.pod.metadata.uid}`;
    case 'repository':
      return `repository ${want.image.registry}/${want.image.repository} ${want.login?.from ?? ''}`;
    case 'certificate':
      return `certificate ${want.pair.chain} ${want.pair.key}`;
  }
}

/** Facts that remember what was asked for and is not there yet. */
export class Notebook implements Facts {
  readonly now: number;
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #wanted = new Map<string, Want>();

  constructor(now: number, answers: ReadonlyMap<string, Answer>) {
    this.now = now;
    this.#answers = answers;
  }

  /** Empty: the diagnosis is complete. */
  get wanted(): ReadonlyMap<string, Want> {
    return this.#wanted;
  }

  object<S extends SortName>(
    sort: S,
    namespace: string | undefined,
    name: string,
  ): Objects[S] | undefined {
    return this.#ask<Objects[S] | undefined>({ type: 'object', sort, namespace, name }, undefined);
  }

  objects<S extends SortName>(sort: S, namespace?: string): readonly Objects[S][] {
    return this.#ask<readonly Objects[S][]>({ type: 'objects', sort, namespace }, []);
  }

  missing(sort: SortName, namespace: string | undefined, name: string): boolean {
    const want: Want = { type: 'object', sort, namespace, name };
    this.#ask(want, undefined);
    const answer = this.#answers.get(keyOfWant(want));
    return answer !== undefined && 'value' in answer && answer.value === undefined;
  }

  content(namespace: string): readonly KubeObject[] {
    return this.#ask<readonly KubeObject[]>({ type: 'content', namespace }, []);
  }

  log(pod: Pod, container: string, previous: boolean): readonly string[] {
    return this.#ask<readonly string[]>({ type: 'log', pod, container, previous }, []);
  }

  listening(pod: Pod): Listening | undefined {
    return this.#ask<Listening | undefined>({ type: 'listening', pod }, undefined);
  }

  repository(image: ImageName, login?: RegistryLogin): RepositoryAnswer | undefined {
    return this.#ask<RepositoryAnswer | undefined>({ type: 'repository', image, login }, undefined);
  }

  certificate(pair: CertificatePair): CertificateAnswer | undefined {
    return this.#ask<CertificateAnswer | undefined>({ type: 'certificate', pair }, undefined);
  }

  #ask<T>(want: Want, unknown: T): T {
    const key = keyOfWant(want);
    const answer = this.#answers.get(key);
    if (answer === undefined) this.#wanted.set(key, want);
    return answer && 'value' in answer ? ((answer.value as T | undefined) ?? unknown) : unknown;
  }
}
