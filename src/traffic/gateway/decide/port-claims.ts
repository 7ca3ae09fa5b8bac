/** Which claim gets which ports, when several want the same. */

export interface Claim {
  readonly key: string;
  /** For a person. */
  readonly owner: string;
  /** `tcp 80` */
  readonly ports: readonly string[];
  /** What it was given before, if it still wants it. */
  readonly held: ReadonlySet<string>;
  readonly since: string;
}

export interface Grant {
  readonly ports: readonly string[];
  /** The first port that it wants and does not get. */
  readonly lost?:
    | { readonly port: number; readonly protocol: string; readonly message: string }
    | undefined;
}

export interface OtherOwners {
  /** Never given, and taken back. */
  readonly reserved: ReadonlyMap<string, string>;
  /** Not given, but left to who has it. */
  readonly taken: ReadonlyMap<string, string>;
}

export function portName({
  port,
  protocol,
}: {
  readonly port: number;
  readonly protocol?: string | undefined;
}): string {
  return `${(protocol ?? 'TCP').toLowerCase()} ${port}`;
}

/**
 * Who has a port keeps it. Of the others the older claim wins, then the name; it gets all that it is
 * missing or nothing of it.
 */
export function settle(
  claims: readonly Claim[],
  { reserved, taken }: OtherOwners,
): Map<string, Grant> {
  const order = [...claims].sort((a, b) => {
    if (a.since !== b.since) return a.since < b.since ? -1 : 1;
    return a.key < b.key ? -1 : 1;
  });
  const owners = new Map(reserved);
  for (const { ports, held, owner } of order)
    for (const port of ports) if (held.has(port) && !owners.has(port)) owners.set(port, owner);
  const grants = new Map<string, Grant>();
  for (const { key, ports, owner } of order) {
    const kept = ports.filter((port) => owners.get(port) === owner);
    const missing = ports.filter((port) => owners.get(port) !== owner);
    const ownerOf = (port: string): string | undefined => owners.get(port) ?? taken.get(port);
    const lost = missing.find((port) => ownerOf(port) !== undefined);
    if (lost === undefined) for (const port of missing) owners.set(port, owner);
    grants.set(
      key,
      lost === undefined ? { ports } : { ports: kept, lost: refusal(lost, ownerOf(lost) ?? '') },
    );
  }
  return grants;
}

function refusal(name: string, owner: string): NonNullable<Grant['lost']> {
  const [protocol = '', port = ''] = name.toUpperCase().split(' ');
  const message = `port ${port}/${protocol} of the gateway belongs to ${owner}: choose another port, or free that one`;
  return { port: Number(port), protocol, message };
}
