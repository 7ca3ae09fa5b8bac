/**
 * The live RBAC objects, filed so that a request touches only the bindings of its own user and
 * groups in its own namespace. Who feeds it (`rbac.ts`) hands over every change; nobody scans.
 */
import type { KubeObject } from '#api/object.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '#api/types.ts';
import type { UserInfo } from '../core/core.ts';

export type RbacObject = Role | ClusterRole | RoleBinding | ClusterRoleBinding;

/** One subject of one binding: what a matching user gains, and how to say so. */
export interface Grant {
  readonly binding: RoleBinding | ClusterRoleBinding;
  readonly subject: Subject;
}

interface SubjectGrants {
  readonly cluster: Set<Grant>;
  readonly namespaces: Map<string, Set<Grant>>;
}

export class RbacIndex {
  readonly #rules = new Map<string, readonly PolicyRule[]>();
  readonly #grants = new Map<string, { key: string; grant: Grant }[]>();
  readonly #bySubject = new Map<string, SubjectGrants>();

  put(object: RbacObject): void {
    if (object.kind === 'Role' || object.kind === 'ClusterRole') {
      this.#rules.set(identity(object), object.rules ?? []);
      return;
    }
    this.remove(object);
    const filed: { key: string; grant: Grant }[] = [];
    for (const subject of object.subjects ?? []) {
      const key = subjectKey(subject, object.metadata.namespace);
      if (key === undefined) continue;
      const grant = { binding: object, subject };
      this.#setOf(key, object.metadata.namespace).add(grant);
      filed.push({ key, grant });
    }
    this.#grants.set(identity(object), filed);
  }

  remove(object: KubeObject): void {
    const id = identity(object);
    if (object.kind === 'Role' || object.kind === 'ClusterRole') {
      this.#rules.delete(id);
      return;
    }
    const { namespace } = object.metadata;
    for (const { key, grant } of this.#grants.get(id) ?? []) {
      const grants = this.#bySubject.get(key);
      const place = namespace ? grants?.namespaces.get(namespace) : grants?.cluster;
      place?.delete(grant);
      if (grants && namespace && place?.size === 0) grants.namespaces.delete(namespace);
      if (grants?.cluster.size === 0 && grants.namespaces.size === 0) this.#bySubject.delete(key);
    }
    this.#grants.delete(id);
  }

  /** Grants that hold in the whole cluster, then those of the namespace, until `visit` says stop. */
  visit(user: UserInfo, namespace: string | undefined, visit: (grant: Grant) => boolean): boolean {
    const keys = [`u/${user.name}`, ...user.groups.map((group) => `g/${group}`)];
    for (const key of keys) {
      for (const grant of this.#bySubject.get(key)?.cluster ?? []) if (visit(grant)) return true;
    }
    if (!namespace) return false;
    for (const key of keys) {
      const local = this.#bySubject.get(key)?.namespaces.get(namespace);
      for (const grant of local ?? []) if (visit(grant)) return true;
    }
    return false;
  }

  /** Undefined when the role does not exist. */
  rulesOf(roleRef: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined {
    return this.#rules.get(
      roleRef.kind === 'Role'
        ? `Role/${namespace}/${roleRef.name}`
        : `ClusterRole//${roleRef.name}`,
    );
  }

  #setOf(key: string, namespace: string | undefined): Set<Grant> {
    let grants = this.#bySubject.get(key);
    if (!grants) this.#bySubject.set(key, (grants = { cluster: new Set(), namespaces: new Map() }));
    if (!namespace) return grants.cluster;
    let local = grants.namespaces.get(namespace);
    if (!local) grants.namespaces.set(namespace, (local = new Set()));
    return local;
  }
}

function identity({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** A service account is a user with a name of a known form. */
function subjectKey(subject: Subject, bindingNamespace: string | undefined): string | undefined {
  switch (subject.kind) {
    case 'User':
      return `u/${subject.name}`;
    case 'Group':
      return `g/${subject.name}`;
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace ? `u/system:serviceaccount:${namespace}:${subject.name}` : undefined;
    }
    default:
      return undefined;
  }
}
