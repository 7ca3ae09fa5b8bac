/**
 * What the agent of one node may do: its own Node and Lease, the pods bound to it, and the objects
 * that those pods refer to, nothing of other nodes. Source: Kubernetes' Node authorizer (with
 * AuthorizeNodeWithSelectors) and NodeRestriction.
 */
import type { AuthorizationAnswer, AuthorizationQuestion, UserInfo } from '../core/core.ts';
import type { NodeGraph } from './node-graph.ts';
import { nodeRules } from './policy/node.ts';
import { allows } from './rules.ts';

const prefix = 'system:node:';
const yes: AuthorizationAnswer = { allowed: true, reason: '' };

/** The node's name when the user is a node, else undefined. */
export function nodeNameOf(user: UserInfo): string | undefined {
  const { name, groups } = user;
  if (!name.startsWith(prefix) || name.length === prefix.length) return undefined;
  return groups.includes('system:nodes') ? name.slice(prefix.length) : undefined;
}

export function authorizeNode(
  graph: NodeGraph,
  node: string,
  question: AuthorizationQuestion,
): AuthorizationAnswer {
  const { resource } = question;
  const special = resource && resource.group === '' ? coreRules[resource.resource] : undefined;
  if (resource && special) {
    const answer = special(graph, node, question);
    if (answer) return answer;
  }
  if (resource && isOwnOnly(resource)) return ownOnly(node, question);
  const allowed = nodeRules.some((rule) => allows(rule, question));
  return allowed ? yes : no('');
}

type Check = (
  graph: NodeGraph,
  node: string,
  question: AuthorizationQuestion,
) => AuthorizationAnswer | undefined;

function no(reason: string): AuthorizationAnswer {
  return { allowed: false, reason };
}

function unrelated(node: string): AuthorizationAnswer {
  return no(`no relationship found between node '${node}' and this object`);
}

function readsReferenced(verbs: readonly string[]): Check {
  return (graph, node, { verb, resource }) => {
    if (resource?.subresource) return undefined;
    if (!verbs.includes(verb)) return no(`can only read resources of this type`);
    if (!resource?.name) return no('No Object name found');
    const { resource: type, namespace, name } = resource;
    return graph.reaches(node, type, namespace, name) ? yes : unrelated(node);
  };
}

const coreRules: Readonly<Record<string, Check>> = {
  secrets: readsReferenced(['get', 'list', 'watch']),
  configmaps: readsReferenced(['get', 'list', 'watch']),
  persistentvolumes: readsReferenced(['get']),
  persistentvolumeclaims: (graph, node, question) => {
    const { resource, verb } = question;
    // Kubernetes lets a node only get them; ours watches one that a pod of it waits for.
    if (resource?.subresource !== 'status')
      return readsReferenced(['get', 'list', 'watch'])(graph, node, question);
    if (!['get', 'update', 'patch'].includes(verb))
      return no('can only get/update/patch the status');
    const { namespace, name = '' } = resource;
    return graph.reaches(node, 'persistentvolumeclaims', namespace, name) ? yes : unrelated(node);
  },
  serviceaccounts: (graph, node, question) => {
    const { resource, verb } = question;
    if (!resource?.subresource) return readsReferenced(['get'])(graph, node, question);
    if (resource.subresource !== 'token' || verb !== 'create') {
      return no('can only create tokens for individual service accounts');
    }
    const { namespace, name = '' } = resource;
    return graph.reaches(node, 'serviceaccounts', namespace, name) ? yes : unrelated(node);
  },
  nodes: (_graph, node, { verb, resource }) => {
    if (verb === 'create') return undefined;
    if (verb === 'list' || verb === 'watch') {
      return resource?.name === node
        ? yes
        : no(`node '${node}' cannot read all nodes, only its own Node object`);
    }
    if (resource?.name === node) return undefined;
    return no(`node '${node}' cannot ${verb} other nodes, only its own Node object`);
  },
  pods: (graph, node, { verb, resource }) => {
    if (verb === 'create' && !resource?.subresource) return undefined;
    if (verb === 'list' || verb === 'watch') {
      return selectsOwnPods(node, resource?.fieldSelector)
        ? yes
        : no('can only list/watch pods with spec.nodeName field selector');
    }
    const { namespace, name } = resource ?? {};
    return name && graph.holds(node, namespace, name) ? undefined : unrelated(node);
  },
};

function selectsOwnPods(node: string, fieldSelector: string | undefined): boolean {
  const terms = (fieldSelector ?? '').split(',').map((term) => term.trim());
  return terms.includes(`spec.nodeName=${node}`) || terms.includes(`spec.nodeName==${node}`);
}

type Resource = NonNullable<AuthorizationQuestion['resource']>;

function isOwnOnly({ group, resource }: Resource): boolean {
  return (
    (group === 'coordination.k8s.io' && resource === 'leases') ||
    (group === 'storage.k8s.io' && resource === 'csinodes')
  );
}

function ownOnly(node: string, { verb, resource }: AuthorizationQuestion): AuthorizationAnswer {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
    return no('can only get, create, update, patch, or delete a node lease');
  }
  if (resource?.resource === 'leases' && resource.namespace !== 'kube-node-lease') {
    return no(`can only access leases in the "kube-node-lease" system namespace`);
  }
  // A POST carries no name in its path; admission checks the one in its body.
  if (verb === 'create' ? !resource?.name || resource.name === node : resource?.name === node)
    return yes;
  return no(`can only access ${resource?.resource} with the same name as the requesting node`);
}
