/** Makes a container's image be there as its pull policy asks, and tells what happened. */
import { credentialsFor, keyringOf, type RegistryCredentials } from '#api/keyring.ts';
import type { Step } from '../decide/facts.ts';
import { memberNamed } from '../decide/members.ts';

import { fieldPathOf } from './field-path.ts';
import type { StepContext } from './carry-out.ts';

type ImageStep = Extract<Step, { type: 'ensureImage' }>;

export async function ensureImage(
  { container: name, image }: ImageStep,
  context: StepContext,
): Promise<void> {
  const { pod, memory, services } = context;
  const tell = (level: 'Normal' | 'Warning', reason: string, message: string): void =>
    services.events.record({
      regarding: pod,
      level,
      reason,
      message,
      fieldPath: fieldPathOf(pod, name),
    });
  const policy = memberNamed(pod, name)?.container.imagePullPolicy;
  const result = await services.images.ensure(
    {
      podUid: pod.metadata.uid ?? '',
      image,
      policy,
      credentials: () => credentialsOf(image, context),
    },
    () => tell('Normal', 'Pulling', `Pulling image "${image}"`),
  );
  if (result.state === 'failed') {
    const { failure } = result;
    const pulled = failure.backOff.reason === 'ImagePullBackOff';
    tell(
      'Warning',
      pulled ? 'Failed' : failure.reason,
      pulled ? `Failed to pull image "${image}": ${failure.message}` : failure.message,
    );
    tell('Warning', 'Failed', `Error: ${failure.reason}`);
    memory.images.set(name, { ready: false, failure });
    return;
  }
  if (result.state === 'present') {
    tell('Normal', 'Pulled', `Container image "${image}" already present on machine`);
  } else {
    const took = `${Math.round(result.tookMs)}ms`;
    tell(
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${result.sizeBytes} bytes.`,
    );
  }
  memory.images.set(name, { ready: true });
}

async function credentialsOf(
  image: string,
  { pod, services }: StepContext,
): Promise<RegistryCredentials[]> {
  const references = services.referencesOf(pod.metadata.uid ?? '');
  const { events } = services;
  const found = [];
  const missing: string[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await references.secret(pod.metadata.namespace ?? '', name);
    if (secret) found.push(secret);
    else missing.push(name);
  }
  if (missing.length > 0) {
    const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
    events.record({
      regarding: pod,
      level: 'Warning',
      reason: 'FailedToRetrieveImagePullSecret',
      message,
    });
  }
  return credentialsFor(image, keyringOf(found));
}
