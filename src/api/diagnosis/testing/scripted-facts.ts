/** Facts that a test states: a cluster of a few objects. */
import type { KubeObject } from '../../object.ts';
import type { CertificateAnswer, Facts, Listening, RepositoryAnswer } from '../facts.ts';
import { type Objects, type SortName, sorts } from '../sorts.ts';

export interface Stated {
  readonly objects?: readonly KubeObject[];
  readonly log?: readonly string[];
  readonly listening?: Listening;
  readonly repository?: RepositoryAnswer;
  readonly certificate?: CertificateAnswer;
  readonly forbidden?: readonly SortName[];
}

export const now = Date.UTC(2026, 0, 1);

export function scriptedFacts(stated: Stated): Facts {
  const { objects = [], log = [], forbidden = [] } = stated;
  const ofSort = <S extends SortName>(sort: S, namespace?: string): Objects[S][] =>
    objects.filter(
      ({ kind, metadata }) =>
        kind === sorts[sort].kind &&
        !forbidden.includes(sort) &&
        (!sorts[sort].namespaced || namespace === undefined || metadata.namespace === namespace),
    ) as Objects[S][];
  const find = <S extends SortName>(sort: S, namespace: string | undefined, name: string) =>
    ofSort(sort, namespace).find(({ metadata }) => metadata.name === name);
  return {
    now,
    object: find,
    objects: ofSort,
    missing: (sort, namespace, name) =>
      !forbidden.includes(sort) && find(sort, namespace, name) === undefined,
    content: (namespace) => objects.filter(({ metadata }) => metadata.namespace === namespace),
    log: () => log,
    listening: () => stated.listening,
    repository: () => stated.repository,
    certificate: () => stated.certificate,
  };
}
