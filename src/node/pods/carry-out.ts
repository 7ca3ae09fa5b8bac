/** Makes one step true. What failed is written to the worker's memory, with the time of the next try. */
import { assertNever } from '#base/assert.ts';
import type { Pod } from '#api/types.ts';
import type { Step } from '../decide/facts.ts';
import { withGranted } from '../decide/resize.ts';
import { removePodCgroup, sizePodCgroup } from './cgroups.ts';
import { killContainer } from './kill-container.ts';
import type { PodMemory } from './memory.ts';
import { deleteObject } from './object.ts';
import { ensureImage } from './ensure-image.ts';
import { applyResize, grantResize } from './resize.ts';
import { startContainer } from './start-container.ts';
import { makeSandbox } from './make-sandbox.ts';
import type { PodServices } from './services.ts';
import { prepareVolumes, releaseVolumes } from './pod-volumes.ts';

export interface StepContext {
  readonly pod: Pod;
  readonly gone: boolean;
  readonly memory: PodMemory;
  readonly services: PodServices;
}

export async function carryOut(step: Step, context: StepContext): Promise<void> {
  const { services } = context;
  const { runtime, mirror } = services;
  switch (step.type) {
    case 'prepareVolumes':
      return prepareVolumes(context);
    case 'makeSandbox':
      await makeSandbox(step.attempt, context);
      return sizePodCgroup({ ...context, pod: withGranted(context.pod, context.memory.granted) });
    case 'ensureImage':
      return ensureImage(step, context);
    case 'startContainer':
      return startContainer(step, context);
    case 'killContainer':
      return killContainer(step, context);
    case 'grantResize':
      return grantResize(context);
    case 'applyResize':
      return applyResize(context);
    case 'removeContainer':
      context.memory.applied.delete(step.id);
      context.memory.unsure.delete(step.id);
      await runtime.removeContainer(step.id);
      return mirror.forgetContainer(step.id);
    case 'stopSandbox':
      await services.hostPorts?.close(context.pod.metadata.uid ?? '');
      await mirror.end(step.id, () => runtime.stopSandbox(step.id));
      await mirror.refreshSandbox(step.id);
      return;
    case 'removeSandbox':
      await runtime.removeSandbox(step.id);
      return mirror.forgetSandbox(step.id);
    case 'releaseVolumes':
      return releaseVolumes(context);
    case 'removeCgroup':
      return removePodCgroup(context);
    case 'deleteObject':
      return deleteObject(context);
    default:
      return assertNever(step, 'step');
  }
}
