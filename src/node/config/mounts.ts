/** Volume mounts of a container as paths of this machine. */
import type { Container, VolumeMount } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import type { Files } from '#sys/files.ts';
import type { ContainerConfig, ContainerMount } from '../runtime/runtime.ts';
import { ConfigError } from './config-error.ts';
import { expand } from './expand.ts';

const propagations = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
} as const;

export interface VolumePlace {
  readonly path: string;
  /** The volume itself cannot be written. */
  readonly readonly: boolean;
  /** A device, which is handed over and not mounted. */
  readonly isBlock?: boolean;
}

/** Block volumes of a container (core/v1 VolumeDevice). */
export function volumeDevices(
  container: Container,
  placeOf: (volume: string) => VolumePlace | undefined,
): ContainerConfig['devices'] {
  return (container.volumeDevices ?? []).map(({ name, devicePath }) => {
    const place = placeOf(name);
    if (place?.isBlock !== true) {
      throw new ConfigError(
        `volume "${name}" has volumeMode Filesystem: name it in volumeMounts of container "${container.name}", not in volumeDevices`,
      );
    }
    const permissions = place.readonly ? 'r' : 'rw';
    return { containerPath: devicePath, hostPath: place.path, permissions };
  });
}

export async function volumeMounts(
  container: Container,
  env: ReadonlyMap<string, string>,
  placeOf: (volume: string) => VolumePlace | undefined,
  files: Files,
): Promise<ContainerMount[]> {
  const mounts: ContainerMount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const place = placeOf(mount.name);
    if (!place)
      throw new ConfigError(
        `cannot find volume "${mount.name}" to mount into container "${container.name}"`,
      );
    if (place.isBlock) {
      throw new ConfigError(
        `volume "${mount.name}" has volumeMode Block: name it in volumeDevices of container "${container.name}", not in volumeMounts`,
      );
    }
    mounts.push({
      containerPath: absolute(mount.mountPath),
      hostPath: await hostPathOf(mount, place, env, files),
      readonly: isReadonly(mount, place),
      propagation:
        propagations[(mount.mountPropagation ?? 'None') as keyof typeof propagations] ??
        'PROPAGATION_PRIVATE',
    });
  }
  // A mount below another one must come after it.
  return mounts.sort((a, b) => depth(a.containerPath) - depth(b.containerPath));
}

/** `IfPossible` is what is possible here: mounts below keep their own mode. */
function isReadonly({ name, readOnly, recursiveReadOnly }: VolumeMount, place: VolumePlace) {
  if (recursiveReadOnly === 'Enabled') {
    throw new ConfigError(
      `volume "${name}" requested recursive read-only mode, but it is not supported by the runtime`,
    );
  }
  return readOnly === true || place.readonly;
}

/** A file of a volume, as far as it really lies inside the volume. */
export async function fileInVolume(
  place: VolumePlace | undefined,
  path: string,
  files: Files,
): Promise<string | undefined> {
  if (!place || path.startsWith('/') || path.split('/').includes('..')) return undefined;
  const base = await files.realPath(place.path);
  const real = await files.realPath(`${place.path}/${path}`);
  if (!base || !real?.startsWith(`${base}/`)) return undefined;
  const { sizeBytes = 0 } = (await files.info(real)) ?? {};
  if (sizeBytes > limits.envFileBytes) {
    throw new ConfigError(`file "${path}" is larger than ${limits.envFileBytes} bytes`);
  }
  return files.readText(real);
}

async function hostPathOf(
  { name, subPath, subPathExpr }: VolumeMount,
  place: VolumePlace,
  env: ReadonlyMap<string, string>,
  files: Files,
): Promise<string> {
  const inner = subPathExpr ? expand(subPathExpr, (key) => env.get(key)) : subPath;
  if (!inner) return place.path;
  if (inner.startsWith('/') || inner.split('/').includes('..')) {
    throw new ConfigError(`subPath "${inner}" of volume "${name}" must stay inside the volume`);
  }
  const real = await insideOf(place.path, inner, files);
  if (real === undefined) {
    throw new ConfigError(`subPath "${inner}" of volume "${name}" leads outside the volume`);
  }
  return real;
}

/**
 * What of it is missing is made, open to the same users as the volume itself. A container may have
 * put a link there that leads out of the volume: each step is looked at before the next is made.
 */
async function insideOf(volume: string, inner: string, files: Files): Promise<string | undefined> {
  const base = await files.realPath(volume);
  let place = base;
  for (const step of inner.split('/').filter((each) => each !== '' && each !== '.')) {
    const next = `${place}/${step}`;
    if (!(await files.info(next, { followLinks: false }))) {
      const { mode = 0o755 } = (await files.info(volume)) ?? {};
      await files.makeDirectory(next, mode);
      await files.setMode(next, mode);
    }
    place = await files.realPath(next);
    if (!base || !place || (place !== base && !place.startsWith(`${base}/`))) return undefined;
  }
  return place;
}

const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path}`);
const depth = (path: string): number => path.split('/').length;
