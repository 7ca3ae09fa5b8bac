// Makes man/gantry.1 from the commands' own data. Run it after a command has changed:
//   node tools/generated.ts
import { manPage } from '#cli/completion.ts';
import type { Machine } from '#cli/machine.ts';
import { allCommands } from '#main/commands.ts';
import { gantryVersion } from '#main/version.ts';

export const manFile = new URL('../man/gantry.1', import.meta.url);

/** No command is run, so that there need be no machine. */
export function manText(): string {
  return manPage(
    allCommands({} as Machine, () => undefined),
    gantryVersion,
  );
}
