/** Switches of the kernel that pods' traffic needs, and what they were before. */
import type { Files } from '#sys/files.ts';
import type { SharedChanges } from '#sys/shared-changes.ts';

interface Setting {
  readonly path: string;
  readonly value: string;
  /** The kernel may lack it; what needs it then says so itself. */
  readonly optional?: boolean;
}

const settings: readonly Setting[] = [
  { path: '/proc/sys/net/ipv4/ip_forward', value: '1' },
  { path: '/proc/sys/net/bridge/bridge-nf-call-iptables', value: '1', optional: true },
];

/** Has the earlier values noted before it changes the first one. */
export async function applyKernelSettings(files: Files, switches: SharedChanges): Promise<void> {
  const before: Record<string, string> = {};
  const changes: Setting[] = [];
  for (const setting of settings) {
    const now = (await files.readText(setting.path))?.trim();
    if (now === undefined && !setting.optional)
      throw new Error(`the kernel has no ${setting.path}`);
    if (now === undefined || now === setting.value) continue;
    before[setting.path] = now;
    changes.push(setting);
  }
  await switches.hold(before);
  for (const { path, value } of changes) await files.write(path, value);
}

/** Puts back what was changed, when no other cluster needs it. Answers the switches that it turned. */
export async function restoreKernelSettings(
  files: Files,
  switches: SharedChanges,
): Promise<string[]> {
  const before = await switches.release();
  for (const [path, value] of Object.entries(before)) await files.write(path, value);
  return Object.keys(before);
}
