/**
 * Other firewalls of the machine. Docker and ufw set the policy of iptables' FORWARD chain to DROP,
 * and no rule in a table of our own can lift that: it takes one in that very chain. It is appended, so
 * that what the administrator refuses there stays refused, and it is there only under such a policy.
 */

export interface FirewallFacts {
  readonly podRange: string;
  /** Marks our rules among others'. */
  readonly comment: string;
}

/** INPUT: pods ask this node for names and for the API. */
const directions: Readonly<Record<string, readonly string[]>> = {
  INPUT: ['-s'],
  FORWARD: ['-s', '-d'],
};

/** From `iptables -S` to the arguments of each iptables that is due. */
export function firewallCommands(
  listing: string,
  { podRange, comment }: FirewallFacts,
): string[][] {
  const lines = listing.split('\n').map((line) => line.trim());
  return Object.entries(directions).flatMap(([chain, sides]) => {
    const drops = lines.includes(`-P ${chain} DROP`);
    const rules = sides.map(
      (side) => `-A ${chain} ${side} ${podRange} -m comment --comment ${comment} -j ACCEPT`,
    );
    const present = lines.filter((line) => rules.includes(line));
    const words = (rule: string): string[] => rule.split(' ');
    return drops
      ? rules.filter((rule) => !present.includes(rule)).map(words)
      : present.map((rule) => ['-D', ...words(rule).slice(1)]);
  });
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

/** From `nft -j list chains` to the names of tables of IPv4 that have any. */
export function tablesOf(json: string): Set<string> {
  return new Set(chainsOf(json).flatMap(({ family, table }) => (family === 'ip' ? [table] : [])));
}

function chainsOf(json: string): Chain[] {
  const { nftables } = JSON.parse(json) as { nftables: readonly { readonly chain?: Chain }[] };
  return nftables.flatMap(({ chain }) => (chain ? [chain] : []));
}

/** From `nft -j list chains` to chains that drop what they do not know, beside iptables' own. */
export function droppingChains(json: string): string[] {
  return chainsOf(json).flatMap((chain) => {
    if (chain.policy !== 'drop' || !['ip', 'inet'].includes(chain.family)) return [];
    if (chain.hook !== 'forward' && chain.hook !== 'input') return [];
    const { family, table, name } = chain;
    return family === 'ip' && table === 'filter' ? [] : [`${family} ${table} ${name}`];
  });
}
