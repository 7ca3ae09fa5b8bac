/**
 * Puts our tables back when somebody emptied the machine's rules, keeps pods' traffic from being dropped by another firewall of the machine, and says so where it
 * cannot. Firewalls come and are reloaded without a word: it looks again now and then.
 */
import type { Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import type { Processes } from '#sys/process.ts';
import {
  droppingChains,
  type FirewallFacts,
  firewallCommands,
  tablesOf,
} from './decide/firewall.ts';

export interface FirewallOptions {
  readonly processes: Processes;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Of the cluster's nftables table: marks its rules among others'. */
  readonly table: string;
  readonly podRange: string;
  /** Name of a table that must be there → puts it back. */
  readonly tables: ReadonlyMap<string, () => void>;
}

const lookEveryMs = 30_000;
const timeoutMs = 10_000;

function factsOf({ table, podRange }: Pick<FirewallOptions, 'table' | 'podRange'>): FirewallFacts {
  return { podRange, comment: table };
}

export class Firewall {
  readonly #options: FirewallOptions;
  #timer: Timer | undefined;
  #stopped = false;
  /** Before the first time a table is not missing but not made yet. */
  readonly #seen = new Set<string>();
  #problem = '';

  constructor(options: FirewallOptions) {
    this.#options = options;
  }

  /** For a person: whose chain drops what pods send, and what to do. Empty: nobody's. */
  get problem(): string {
    return this.#problem;
  }

  /** Ends when it has looked once. It never fails: pods run without it, too. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#stopped) return;
    this.#timer = this.#options.timers.after(lookEveryMs, () => void this.start());
  }

  /** The rules stay, as the traffic does. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #putBack(present: ReadonlySet<string>): void {
    for (const [table, again] of this.#options.tables) {
      const isThere = present.has(table);
      if (!isThere && this.#seen.has(table)) {
        this.#options.logger.warn(
          `somebody removed the nftables table ip ${table}: it is put back`,
        );
        again();
      }
      if (isThere) this.#seen.add(table);
    }
  }

  async #look(): Promise<void> {
    const { processes, logger, podRange } = this.#options;
    try {
      await adjust(processes, (listing) => firewallCommands(listing, factsOf(this.#options)));
      const chains = await run(processes, 'nft', ['-j', 'list', 'chains']);
      this.#putBack(tablesOf(chains));
      const [dropping] = droppingChains(chains);
      const problem =
        dropping === undefined
          ? ''
          : `the nftables chain "${dropping}" drops what it has no rule for: let ${podRange} through it`;
      if (problem !== '' && problem !== this.#problem) logger.warn(problem);
      this.#problem = problem;
    } catch (error) {
      logger.warn('other firewalls of this machine could not be looked at', {
        error: wordsOf(error),
      });
    }
  }
}

/** Takes our rules out of others' chains. */
export async function removeFirewallRules(
  processes: Processes,
  options: Pick<FirewallOptions, 'table' | 'podRange'>,
): Promise<boolean> {
  const facts = factsOf(options);
  const withoutPolicies = (listing: string): string => listing.replaceAll(/^-P .*$/gm, '');
  const removed = await adjust(processes, (listing) =>
    firewallCommands(withoutPolicies(listing), facts),
  );
  return removed > 0;
}

async function adjust(
  processes: Processes,
  commandsFor: (listing: string) => string[][],
): Promise<number> {
  const commands = commandsFor(await run(processes, 'iptables', ['-w', '-S']));
  for (const command of commands) await run(processes, 'iptables', ['-w', ...command]);
  return commands.length;
}

async function run(
  processes: Processes,
  program: string,
  args: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await processes.run(program, args, { timeoutMs });
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')}: ${stderr.trim().slice(0, 500)}`);
}
