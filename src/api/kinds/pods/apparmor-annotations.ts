/** AppArmor profiles as they were named before v1.30. Source: pkg/registry/core/pod, applyAppArmorVersionSkew. */
import type { AppArmorProfile, Pod } from '../../types.ts';

export const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';
const local = 'localhost/';

/** Containers that no field gives a profile get that of their annotation; what names none is left alone. */
export function adoptAppArmorAnnotations({ metadata, spec }: Pod): void {
  if (!spec || spec.securityContext?.appArmorProfile || spec.os?.name === 'windows') return;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const profile = appArmorProfileOf(
      metadata.annotations?.[`${appArmorAnnotation}${container.name}`],
    );
    if (!profile || container.securityContext?.appArmorProfile) continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile };
  }
}

/** Undefined for what names no profile. */
export function appArmorProfileOf(text: string | undefined): AppArmorProfile | undefined {
  if (text === 'unconfined') return { type: 'Unconfined' };
  if (text === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!text?.startsWith(local)) return undefined;
  return { type: 'Localhost', localhostProfile: text.slice(local.length) };
}
