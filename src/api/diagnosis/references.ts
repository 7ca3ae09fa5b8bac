/** Whether what a pod names is there: ConfigMaps, Secrets, their keys, claims, its account. */
import type { Container, Pod, PodSpec, Volume } from '../types.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under } from './finding.ts';
import { claimFindings } from './claims.ts';
import { closestWords } from './words.ts';

interface Reference {
  readonly sort: 'configmap' | 'secret';
  readonly name: string;
  readonly key?: string;
  readonly field: string;
}

export function referenceFindings(pod: Pod, facts: Facts): Finding[] {
  const spec = pod.spec;
  if (!spec) return [];
  return [
    ...accountFindings(pod, spec, facts),
    ...referencesOf(spec).flatMap((reference) => objectFindings(pod, reference, facts)),
    ...(spec.volumes ?? []).flatMap((volume) => volumeClaimFindings(pod, volume, facts)),
  ];
}

function accountFindings(pod: Pod, { serviceAccountName }: PodSpec, facts: Facts): Finding[] {
  if (serviceAccountName === undefined) return [];
  if (!facts.missing('serviceaccount', pod.metadata.namespace, serviceAccountName)) return [];
  return [finding('service-account-missing', nameOf(pod), { name: serviceAccountName })];
}

function objectFindings(pod: Pod, reference: Reference, facts: Facts): Finding[] {
  const { sort, name, key, field } = reference;
  const namespace = pod.metadata.namespace ?? '';
  const because = [{ kind: sort === 'secret' ? 'Secret' : 'ConfigMap', namespace, name }];
  const word = sort === 'secret' ? 'secret' : 'config-map';
  if (facts.missing(sort, namespace, name)) {
    const there = facts.objects(sort, namespace).map((each) => each.metadata.name ?? '');
    const words = { name, field, closest: closestWords(name, there) };
    return [finding(`${word}-missing`, nameOf(pod), words, { because })];
  }
  const object = facts.object(sort, namespace, name);
  if (key === undefined || object === undefined) return [];
  const keys = Object.keys({
    ...object.data,
    ...('binaryData' in object ? object.binaryData : undefined),
  });
  if (keys.includes(key)) return [];
  const words = { name, key, field, closest: closestWords(key, keys) };
  return [finding(`${word}-key-missing`, nameOf(pod), words, { because })];
}

/** Those that must be there. */
function referencesOf(spec: PodSpec): Reference[] {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  return [
    ...containers.flatMap(referencesOfContainer),
    ...(spec.volumes ?? []).flatMap(referencesOfVolume),
  ];
}

function referencesOfContainer({
  name: container,
  env = [],
  envFrom = [],
}: Container): Reference[] {
  const all: Reference[] = [];
  for (const { configMapRef, secretRef } of envFrom) {
    const field = `envFrom of container "${container}"`;
    if (configMapRef?.name && !configMapRef.optional)
      all.push({ sort: 'configmap', name: configMapRef.name, field });
    if (secretRef?.name && !secretRef.optional)
      all.push({ sort: 'secret', name: secretRef.name, field });
  }
  for (const { name: variable, valueFrom } of env) {
    const field = `variable ${variable} of container "${container}"`;
    for (const [sort, ref] of [
      ['configmap', valueFrom?.configMapKeyRef],
      ['secret', valueFrom?.secretKeyRef],
    ] as const) {
      if (ref?.name && !ref.optional) all.push({ sort, name: ref.name, key: ref.key, field });
    }
  }
  return all;
}

function referencesOfVolume({ name: volume, configMap, secret, projected }: Volume): Reference[] {
  const field = `volume "${volume}"`;
  const sources = [
    { configMap, secret: secret && { ...secret, name: secret.secretName } },
    ...(projected?.sources ?? []),
  ];
  return sources.flatMap((source) =>
    (
      [
        ['configmap', source.configMap],
        ['secret', source.secret],
      ] as const
    ).flatMap(([sort, ref]): Reference[] => {
      const { name, optional, items = [] } = ref ?? {};
      if (!name || optional) return [];
      if (items.length === 0) return [{ sort, name, field }];
      return items.map(({ key }) => ({ sort, name, key, field }));
    }),
  );
}

/** A pod starts in spite of these. */
const noHindrance: ReadonlySet<string> = new Set(['claim-waits-for-pod', 'claim-resize-pending']);

function volumeClaimFindings(pod: Pod, volume: Volume, facts: Facts): Finding[] {
  const namespace = pod.metadata.namespace ?? '';
  const { persistentVolumeClaim, ephemeral, name: volumeName } = volume;
  const name =
    persistentVolumeClaim?.claimName ??
    (ephemeral ? `${pod.metadata.name}-${volumeName}` : undefined);
  if (name === undefined) return [];
  if (facts.missing('persistentvolumeclaim', namespace, name)) {
    // Nobody makes that by hand; the scheduler says that it waits for it.
    if (ephemeral && !pod.spec?.nodeName) return [];
    const there = facts
      .objects('persistentvolumeclaim', namespace)
      .map((each) => each.metadata.name ?? '');
    const words = { name, field: `volume "${volumeName}"`, closest: closestWords(name, there) };
    return [finding('claim-missing', nameOf(pod), words)];
  }
  const claim = facts.object('persistentvolumeclaim', namespace, name);
  if (!claim) return [];
  const own = claimFindings(claim, facts).filter(({ code }) => !noHindrance.has(code));
  return under(nameOf(pod), own);
}
