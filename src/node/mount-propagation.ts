/**
 * Mounts that containers make with Bidirectional propagation, and those that they see by
 * HostToContainer, need shared mounts of the host. Many machines have them shared from the start.
 */
import type { Mounts } from '#sys/mounts.ts';
import type { SharedChanges } from '#sys/shared-changes.ts';

export async function shareMounts(mounts: Mounts, propagation: SharedChanges): Promise<void> {
  const all = await mounts.list();
  const isShared = all.find(({ path }) => path === '/')?.shared === true;
  const own = isShared ? [] : all.filter(({ shared }) => !shared);
  await propagation.hold(Object.fromEntries(own.map(({ path }) => [path, 'private'])));
  if (!isShared) await mounts.makeShared('/');
}

/** As before, when no other cluster needs them shared; mounts that have gone meanwhile are let be. */
export async function unshareMounts(mounts: Mounts, propagation: SharedChanges): Promise<void> {
  const before = await propagation.release();
  const there = new Set((await mounts.list()).map(({ path }) => path));
  for (const path of Object.keys(before)) if (there.has(path)) await mounts.makePrivate(path);
}
