/**
 * Keeps `rules` of aggregated ClusterRoles the union of the roles that their selectors choose, so
 * that a custom resource joins `admin`, `edit` and `view` by a label.
 */
import { deepEqual } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import { matchesSelector } from '#api/selector.ts';
import type { ClusterRole, PolicyRule } from '#api/types.ts';
import type { Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { isStatusError } from '#base/status-error.ts';
import type { Core } from '../core/core.ts';

import { type Following, follow, serverContext } from './follow.ts';

/** Watches ClusterRoles and writes the unions. One pass runs at a time; changes meanwhile ask for another. */
export function aggregateRoles(
  core: Pick<Core, 'watch' | 'update'>,
  timers: Timers,
  log: Logger,
  kind: Kind<ClusterRole>,
): Following {
  const roles = new Map<string, ClusterRole>();
  let wanted = false;
  let running = false;
  const wake = () => {
    wanted = true;
    if (!running) void run();
  };
  const run = async () => {
    running = true;
    while (wanted) {
      wanted = false;
      // Everything that changed in this turn is one pass.
      await Promise.resolve();
      for (const { role, rules } of staleAggregates(roles)) await write(role, rules);
    }
    running = false;
  };
  const write = async (role: ClusterRole, rules: PolicyRule[]) => {
    const target = { kind: kind as Kind, name: role.metadata.name };
    try {
      await core.update(serverContext, target, { ...role, rules } as ClusterRole, {});
    } catch (error) {
      // The watch brings the newer role, or its end.
      if (isStatusError(error, 'Conflict') || isStatusError(error, 'NotFound')) return;
      log.warn('aggregated role not written', { role: role.metadata.name, error: String(error) });
      timers.after(retryMs, wake);
    }
  };
  return follow(core, timers, kind, {
    put: (role) => {
      roles.set(role.metadata.name, role);
      wake();
    },
    remove: (role) => {
      roles.delete(role.metadata.name);
      wake();
    },
  });
}

const retryMs = 1_000;

/** The roles whose rules are not what they should be, with the rules they should have. */
export function staleAggregates(
  roles: ReadonlyMap<string, ClusterRole>,
): { role: ClusterRole; rules: PolicyRule[] }[] {
  const stale: { role: ClusterRole; rules: PolicyRule[] }[] = [];
  for (const role of roles.values()) {
    if (!role.aggregationRule) continue;
    const rules = unionOf(role, roles);
    if (!deepEqual(rules, role.rules ?? [])) stale.push({ role, rules });
  }
  return stale;
}

function unionOf(role: ClusterRole, roles: ReadonlyMap<string, ClusterRole>): PolicyRule[] {
  const rules: PolicyRule[] = [];
  const seen = new Set<string>();
  const sources = [...roles.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const source of sources) {
      if (source.metadata.name === role.metadata.name) continue;
      if (!matchesSelector(selector, source.metadata.labels ?? {})) continue;
      for (const rule of source.rules ?? []) {
        const key = JSON.stringify(rule);
        if (!seen.has(key)) rules.push(rule);
        seen.add(key);
      }
    }
  }
  return rules;
}
