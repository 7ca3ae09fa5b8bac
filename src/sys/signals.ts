import { constants } from 'node:os';

const first = 34;
const last = 64;

/** `SIGUSR1`, `SIGRTMIN+3`; undefined when this machine has none of that name. Source: signal(7). */
export function signalNumber(name: string): number | undefined {
  const realTime = /^SIGRT(MIN|MAX)([+-]\d+)?$/.exec(name);
  if (!realTime) return (constants.signals as Readonly<Record<string, number>>)[name];
  const number = (realTime[1] === 'MIN' ? first : last) + Number(realTime[2] ?? 0);
  return number >= first && number <= last ? number : undefined;
}
