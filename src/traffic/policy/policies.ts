/**
 * NetworkPolicies in the kernel: watches policies, pods and namespaces, and applies what differs as one
 * nftables transaction. A pod is guarded before its first container runs: the node asks, and waits.
 */
import { namespaces, networkPolicies, pods } from '#api/kinds/index.ts';
import { isFinal } from '#api/pod-phase.ts';
import type { Labels } from '#api/selector.ts';
import type { NetworkPolicy, Pod } from '#api/types.ts';
import { applyRules } from '#sys/nftables.ts';
import { Part, type PartOptions, type PartStatus } from '../part.ts';
import { changeScript, wholeScript } from './decide/policy-script.ts';
import {
  emptyPolicyTable,
  type PolicyPod,
  type PolicyTable,
  policyTable,
  type Protocol,
} from './decide/policy-table.ts';

export interface PoliciesOptions extends PartOptions {
  /** Of the cluster; the policies' own is named after it. */
  readonly table: string;
}

const everything = '';

export class Policies {
  readonly #options: PoliciesOptions;
  readonly #part: Part;
  /** Address → the pod that the node is about to give it to: its status does not say so yet. */
  readonly #guarded = new Map<string, Pod>();
  readonly #started = Promise.withResolvers<void>();
  /** What the kernel holds; absent: unknown, so that it is told everything. */
  #applied: PolicyTable | undefined;

  constructor(options: PoliciesOptions) {
    this.#options = options;
    this.#part = new Part(options, {
      name: 'policies',
      failure: 'NetworkPolicies could not be applied',
      apply: () => this.#apply(),
    });
  }

  get status(): PartStatus {
    const count = this.#options.informers.of(networkPolicies).cache.list().length;
    return this.#part.status(`${count} NetworkPolicies hold`);
  }

  /** Ends when the policies hold for the first time. */
  async start(): Promise<void> {
    const { informers } = this.#options;
    const sources = [informers.of(networkPolicies), informers.of(pods), informers.of(namespaces)];
    await Promise.all(sources.map((each) => each.whenSynced()));
    // First, so that what was there before does not count as waiting since it was made.
    this.#part.batch.add(everything);
    informers.of(networkPolicies).listen((previous, next) => {
      if (previous?.metadata.generation !== next?.metadata.generation)
        this.#part.batch.add(everything, next);
    });
    informers.of(namespaces).listen((previous, next) => {
      if (previous?.metadata.labels !== next?.metadata.labels)
        this.#part.batch.add(everything, next);
    });
    informers.of(pods).listen((previous, next) => this.#podChanged(previous, next));
    await this.#part.batch.settled();
    this.#started.resolve();
  }

  settled(): Promise<void> {
    return this.#part.batch.settled();
  }

  /** Ends when the policies for a pod that gets this address hold. As long as they cannot, it does not. */
  async guard(pod: Pod, address: string): Promise<void> {
    this.#forget(pod.metadata.uid);
    this.#guarded.set(address, pod);
    await this.#started.promise;
    if (!this.#hasPolicies) return;
    this.#part.batch.add(everything);
    await this.#part.batch.settled();
  }

  /** The kernel's table is not what it was: it is made anew. */
  again(): void {
    this.#applied = undefined;
    this.#part.batch.add(everything);
  }

  /** The table stays: policies hold while gantry restarts. */
  async stop(): Promise<void> {
    this.#started.resolve();
    await this.#part.batch.stop();
  }

  #podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    if (next === undefined || hasEnded(next)) this.#forget(previous?.metadata.uid);
    // Where nothing is forbidden, whoever comes changes nothing.
    if (this.#applied === emptyPolicyTable && !this.#hasPolicies) return;
    const same =
      previous !== undefined &&
      next !== undefined &&
      JSON.stringify(factsOf(previous)) === JSON.stringify(factsOf(next));
    if (!same) this.#part.batch.add(everything, next);
  }

  get #hasPolicies(): boolean {
    return this.#options.informers.of(networkPolicies).cache.list().length > 0;
  }

  #forget(uid: string | undefined): void {
    for (const [address, { metadata }] of this.#guarded)
      if (metadata.uid === uid) this.#guarded.delete(address);
  }

  async #apply(): Promise<void> {
    const { informers, table, processes } = this.#options;
    const policies = informers.of(networkPolicies).cache.list();
    const applied = this.#applied;
    const wanted = policies.length === 0 ? emptyPolicyTable : this.#table(policies);
    const script = applied ? changeScript(table, applied, wanted) : wholeScript(table, wanted);
    this.#applied = undefined;
    if (script !== '') await applyRules(processes, script, 'the policies');
    this.#applied = wanted;
  }

  #table(policies: readonly NetworkPolicy[]): PolicyTable {
    const { informers } = this.#options;
    const byAddress = new Map<string, PolicyPod>();
    // Of two that show one address the younger has it: the other has ended.
    const all = [...informers.of(pods).cache.list()].sort((a, b) => compareAges(a, b));
    for (const pod of all) {
      const facts = factsOf(pod);
      if (facts) byAddress.set(facts.address, facts);
    }
    for (const [address, pod] of this.#guarded) {
      const current = informers
        .of(pods)
        .cache.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
      const known = current?.metadata.uid === pod.metadata.uid ? current : pod;
      byAddress.set(address, { ...podFacts(known ?? pod), address });
    }
    const labels = new Map<string, Labels>(
      informers
        .of(namespaces)
        .cache.list()
        .map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]),
    );
    return policyTable({ policies, pods: [...byAddress.values()], namespaces: labels });
  }
}

function compareAges(a: Pod, b: Pod): number {
  const [left, right] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? '');
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

/** Undefined for a pod without an address of its own, and for one that has ended. */
function factsOf(pod: Pod): PolicyPod | undefined {
  const { spec, status } = pod;
  if (spec?.hostNetwork || hasEnded(pod) || !status?.podIP) return undefined;
  return { ...podFacts(pod), address: status.podIP };
}

function hasEnded({ status }: Pod): boolean {
  return isFinal(status?.phase);
}

function podFacts({ metadata, spec }: Pod): Omit<PolicyPod, 'address'> {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return {
    namespace: metadata.namespace ?? '',
    labels: metadata.labels ?? {},
    ports: containers.flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ name, containerPort, protocol = 'TCP' }) =>
        name ? [{ name, port: containerPort, protocol: protocol.toLowerCase() as Protocol }] : [],
      ),
    ),
  };
}
