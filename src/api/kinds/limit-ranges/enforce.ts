/**
 * What LimitRanges add to pods, and what they refuse.
 * Source: Kubernetes documentation "Limit Ranges"; admission plugin LimitRanger.
 */
import { amountOf, compareQuantities } from '../../quantity.ts';
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  Quantity,
} from '../../types.ts';
import { ownValue } from '../common/records.ts';
import { podLimits, podRequests, type ResourceList } from '../pod-spec/requests.ts';

const noteKey = 'kubernetes.io/limit-ranger';

/** Gives containers the requests and limits that they do not name themselves, and notes it on the pod. */
export function giveDefaults(pod: Pod, { spec }: LimitRange): void {
  const items = (spec?.limits ?? []).filter(({ type }) => type === 'Container');
  if (items.length === 0) return;
  const notes: string[] = [];
  const groups = [
    ['container', pod.spec.containers ?? []],
    ['init container', pod.spec.initContainers ?? []],
  ] as const;
  for (const [word, containers] of groups) {
    for (const container of containers) {
      for (const item of items) notes.push(...complete(container, item, word));
    }
  }
  if (notes.length === 0) return;
  const annotations = (pod.metadata.annotations ??= {});
  annotations[noteKey] = `LimitRanger plugin set: ${notes.join('; ')}`;
}

function complete(container: Container, item: LimitRangeItem, word: string): string[] {
  const resources = (container.resources ??= {});
  const fill = (list: 'requests' | 'limits', from: ResourceList = {}): string[] => {
    const names = Object.keys(from).filter((name) => ownValue(resources[list], name) === undefined);
    if (names.length === 0) return [];
    const filled = (resources[list] ??= {});
    for (const name of names) filled[name] = from[name] ?? '0';
    const what = list === 'requests' ? 'request' : 'limit';
    return [`${names.sort().join(', ')} ${what} for ${word} ${container.name}`];
  };
  return [...fill('requests', item.defaultRequest), ...fill('limits', item.default)];
}

/** Sentences about what is out of bounds. */
export function outOfBounds(pod: Pod, { spec }: LimitRange): readonly string[] {
  const { containers = [], initContainers = [] } = pod.spec;
  return (spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') {
      return [...containers, ...initContainers].flatMap(({ resources }) =>
        judge(item, resources?.requests ?? {}, resources?.limits ?? {}),
      );
    }
    return item.type === 'Pod' ? judge(item, podRequests(pod.spec), podLimits(pod.spec)) : [];
  });
}

export function claimOutOfBounds(
  { spec: claim }: PersistentVolumeClaim,
  { spec }: LimitRange,
): readonly string[] {
  const requests = claim?.resources?.requests ?? {};
  const items = (spec?.limits ?? []).filter(({ type }) => type === 'PersistentVolumeClaim');
  return items.flatMap(({ type, min = {}, max = {} }) => [
    ...each(min, (name, bound) =>
      tooLittle(type, name, bound, ownValue(requests, name), undefined),
    ),
    ...each(max, (name, bound) => {
      const head = `maximum ${name} usage per ${type} is ${bound}`;
      const request = ownValue(requests, name);
      if (request === undefined) return `${head}.  No request is specified`;
      return isAbove(request, bound) ? `${head}, but request is ${request}` : undefined;
    }),
  ]);
}

function judge(item: LimitRangeItem, requests: ResourceList, limits: ResourceList): string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio = {} } = item;
  const at = (name: string) => [ownValue(requests, name), ownValue(limits, name)] as const;
  return [
    ...each(min, (name, bound) => tooLittle(type, name, bound, ...at(name))),
    ...each(max, (name, bound) => tooMuch(type, name, bound, ...at(name))),
    ...each(maxLimitRequestRatio, (name, bound) => tooLoose(type, name, bound, ...at(name))),
  ];
}

function each(
  bounds: ResourceList,
  check: (name: string, bound: Quantity) => string | undefined,
): string[] {
  return Object.entries(bounds).flatMap(([name, bound]) => check(name, bound) ?? []);
}

function isAbove(one: Quantity | undefined, other: Quantity | undefined): boolean {
  return one !== undefined && other !== undefined && compareQuantities(one, other) > 0;
}

function tooLittle(
  type: string,
  name: string,
  bound: Quantity,
  request: Quantity | undefined,
  limit: Quantity | undefined,
): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (isAbove(bound, request)) return `${head}, but request is ${request}`;
  return isAbove(bound, limit) ? `${head}, but limit is ${limit}` : undefined;
}

function tooMuch(
  type: string,
  name: string,
  bound: Quantity,
  request: Quantity | undefined,
  limit: Quantity | undefined,
): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (isAbove(limit, bound)) return `${head}, but limit is ${limit}`;
  return isAbove(request, bound) ? `${head}, but request is ${request}` : undefined;
}

function tooLoose(
  type: string,
  name: string,
  bound: Quantity,
  request: Quantity | undefined,
  limit: Quantity | undefined,
): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${bound}`;
  const [least, most] = [request, limit].map((amount) => Number(amountOf(amount ?? '0').nanos));
  if (!least) return `${head}, but no request is specified or request is 0`;
  if (!most) return `${head}, but no limit is specified or limit is 0`;
  const ratio = most / least;
  const allowed = Number(amountOf(bound).nanos) / 1e9;
  return ratio > allowed ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
