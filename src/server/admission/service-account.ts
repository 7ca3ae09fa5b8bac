/**
 * ServiceAccount: every pod runs as an account of its namespace, and finds that account's token, the
 * cluster's certificate authority and its namespace's name in a well-known folder.
 */
import { pods, serviceAccounts } from '#api/kinds/index.ts';
import type { Container, Pod, ServiceAccount, Volume } from '#api/types.ts';
import type { Timers } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { forbidden } from '../core/errors.ts';
import { randomSuffix } from '#api/generate-name.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
/** An hour, and a few seconds by which Kubernetes tells its own tokens from others. */
const tokenSeconds = 3607;
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** A fresh namespace gets its `default` account from a controller; a pod that comes at once waits so long. */
const waitStepMs = 50;
const waitSteps = 40;

export interface ServiceAccountDeps {
  readonly random: Random;
  readonly timers: Timers;
  /** Whether the namespace is there and its `default` account is not yet. */
  readonly awaitsDefault: (namespace: string) => boolean;
}

export function serviceAccountStep(deps: ServiceAccountDeps): AdmissionStep {
  return {
    name: 'ServiceAccount',
    prepare: (request) => waitForDefault(deps, request),
    mutate: (request) => {
      if (request.kind !== pods || request.operation !== 'CREATE') return;
      admitPod(request, request.object as Pod, deps.random);
    },
  };
}

function waitForDefault(
  { awaitsDefault, timers }: ServiceAccountDeps,
  { kind, operation, namespace, object }: Omit<AdmissionRequest, 'reader'>,
): Promise<void> | undefined {
  if (kind !== pods || operation !== 'CREATE' || isMirror(object as Pod)) return undefined;
  const name = (object as Pod).spec?.serviceAccountName || 'default';
  if (name !== 'default' || !awaitsDefault(namespace)) return undefined;
  const wait = async () => {
    for (let step = 0; step < waitSteps && awaitsDefault(namespace); step++) {
      await new Promise<void>((resolve) => timers.after(waitStepMs, resolve));
    }
  };
  return wait();
}

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

function admitPod(request: AdmissionRequest, pod: Pod, random: Random): void {
  const refuse = (why: string) => forbidden(pods, nameIn(pod), why);
  if (isMirror(pod)) {
    if (pod.spec.serviceAccountName) {
      throw refuse('a mirror pod may not reference service accounts');
    }
    return;
  }
  const name = pod.spec.serviceAccountName || 'default';
  const { namespace } = request;
  const account = request.reader.get(serviceAccounts, namespace, name);
  if (account === undefined) {
    throw refuse(
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  }
  pod.spec.serviceAccountName = name;
  pod.spec.serviceAccount = name;
  if (wantsToken(pod, account)) mountToken(pod, random);
  if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
    pod.spec.imagePullSecrets = account.imagePullSecrets.map(({ name: secret }) => ({
      name: secret,
    }));
  }
}

/** The pod's own word counts more than its account's. */
function wantsToken({ spec }: Pod, account: ServiceAccount): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function mountToken({ spec }: Pod, random: Random): void {
  const volumes = spec.volumes ?? [];
  const present = volumes.find(({ name }) => name.startsWith(volumePrefix));
  const name = present?.name ?? freeName(volumes, random);
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    used = mountInto(container, name) || used;
  }
  if (used && !present) spec.volumes = [...volumes, tokenVolume(name)];
}

function freeName(volumes: readonly Volume[], random: Random): string {
  for (;;) {
    const name = volumePrefix + randomSuffix(random);
    if (!volumes.some((volume) => volume.name === name)) return name;
  }
}

/** A container that mounts something of its own there keeps it. */
function mountInto(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some((mount) => mount.mountPath === mountPath)) return false;
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath }];
  return true;
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}
