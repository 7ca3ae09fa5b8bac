/** Role-based access control, as `rbac.authorization.k8s.io/v1` defines it. */
import type { PolicyRule, RoleRef } from '#api/types.ts';
import type { AuthorizationAnswer, AuthorizationQuestion, UserInfo } from '../core/core.ts';
import { type Grant, RbacIndex } from './rbac-index.ts';
import { allows } from './rules.ts';

export interface RulesFound {
  readonly rules: readonly PolicyRule[];
  /** Bindings to roles that do not exist. */
  readonly errors: readonly string[];
}

export class Rbac {
  readonly index: RbacIndex;

  constructor(index = new RbacIndex()) {
    this.index = index;
  }

  authorize(question: AuthorizationQuestion): AuthorizationAnswer {
    const missing: string[] = [];
    let answer: AuthorizationAnswer | undefined;
    this.index.visit(question.user, question.resource?.namespace, (grant) => {
      const rules = this.#rules(grant);
      if (!rules) missing.push(missingRole(grant));
      if (!rules?.some((rule) => allows(rule, question))) return false;
      answer = { allowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
      return true;
    });
    return (
      answer ?? { allowed: false, reason: missing.length > 0 ? `RBAC: ${sentence(missing)}` : '' }
    );
  }

  /** Everything that the user may do in the namespace (or in the cluster when there is none). */
  rulesFor(user: UserInfo, namespace: string | undefined): RulesFound {
    const rules: PolicyRule[] = [];
    const errors: string[] = [];
    this.index.visit(user, namespace, (grant) => {
      const found = this.#rules(grant);
      if (found) rules.push(...found);
      else errors.push(missingRole(grant));
      return false;
    });
    return { rules, errors };
  }

  roleRules(roleRef: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined {
    return this.index.rulesOf(roleRef, namespace);
  }

  #rules({ binding }: Grant): readonly PolicyRule[] | undefined {
    return this.index.rulesOf(binding.roleRef, binding.metadata.namespace);
  }
}

function missingRole({ binding: { roleRef } }: Grant): string {
  return `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`;
}

function sentence(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

function describe({ binding, subject }: Grant): string {
  const { kind, metadata, roleRef } = binding;
  const name = metadata.namespace ? `${metadata.name}/${metadata.namespace}` : metadata.name;
  const who =
    subject.kind === 'ServiceAccount'
      ? `${subject.name}/${subject.namespace ?? metadata.namespace ?? ''}`
      : subject.name;
  return `${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}
