/** Paths of an Ingress that the gateway does not serve. */
import { isServedIngress } from '../gateway-class.ts';
import { type IngressOptions, readIngressOptions } from '../kinds/ingresses/annotations.ts';
import { keyOfWay, waysOf } from '../kinds/ingresses/ways.ts';
import type { Ingress } from '../types.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { listOf } from './words.ts';

export function pathFindings(ingress: Ingress, options: IngressOptions, facts: Facts): Finding[] {
  const { unusable } = waysOf(ingress, options);
  const found = unusable.map((path) =>
    finding('ingress-path-unusable', nameOf(ingress), { path: JSON.stringify(path) }),
  );
  return options.canary ? [...found, ...canaryFindings(ingress, options, facts)] : found;
}

/** A canary takes a part of the way of another Ingress, which may lie in any namespace. */
function canaryFindings(ingress: Ingress, options: IngressOptions, facts: Facts): Finding[] {
  const self = nameOf(ingress);
  const all = facts.objects('ingress');
  // Who may not read them all cannot tell.
  if (!all.some(({ metadata }) => metadata.uid === ingress.metadata.uid)) return [];
  const classes = facts.objects('ingressclass');
  const open = new Set(
    all
      .filter((each) => isServedIngress(each, classes))
      .flatMap((each) => {
        const read = readIngressOptions(each.metadata.annotations).options;
        return read.canary ? [] : waysOf(each, read).ways;
      })
      .map(keyOfWay),
  );
  const alone = waysOf(ingress, options).ways.filter((way) => !open.has(keyOfWay(way)));
  if (alone.length === 0) return [];
  const routes = listOf(alone.map(({ host, path }) => `${host || '*'}${path}`));
  return [finding('ingress-canary-alone', self, { routes, name: self.name })];
}
