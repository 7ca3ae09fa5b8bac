import { backendConformance } from '../conformance.ts';
import { openMemoryStore } from './memory.ts';

backendConformance('memory', async ({ time, ...options }) =>
  openMemoryStore({ clock: time, timers: time, ...options }),
);
