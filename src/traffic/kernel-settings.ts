/** Switches of the kernel that pods' traffic needs, and what they were before. */
import type { Files } from '#sys/files.ts';

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

/** Remembers the earlier values in `memory` before it changes the first one. */
export async function applyKernelSettings(files: Files, memory: string): Promise<void> {
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
  if (changes.length === 0) return;
  if ((await files.readText(memory)) === undefined)
    await files.replace(memory, JSON.stringify(before), 0o600);
  for (const { path, value } of changes) await files.write(path, value);
}

/** Puts back what `applyKernelSettings` changed. Answers the switches that it turned. */
export async function restoreKernelSettings(files: Files, memory: string): Promise<string[]> {
  const text = await files.readText(memory);
  if (text === undefined) return [];
  const before = JSON.parse(text) as Record<string, string>;
  for (const [path, value] of Object.entries(before)) await files.write(path, value);
  await files.remove(memory);
  return Object.keys(before);
}
