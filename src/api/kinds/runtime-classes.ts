/**
 * Which of a node's container runtimes runs a pod, what that costs on top of the pod's own requests,
 * and which nodes have it. Source: Kubernetes API reference, node.k8s.io/v1 RuntimeClass;
 * pkg/apis/node/validation; KEP-585, KEP-688.
 */
import { duplicate, type FieldError } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isDNS1123Label } from '../names.ts';
import type { RuntimeClass, Scheduling } from '../types.ts';
import { checkFormat, checkImmutable, type Errors, sameValue } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { checkLabels } from './common/label-selectors.ts';
import { standardVerbs } from './common/verbs.ts';
import { checkOverhead } from './pod-spec/resources.ts';
import { checkTolerations } from './pod-spec/tolerations.ts';

export const runtimeClasses: Kind<RuntimeClass> = {
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  resource: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  verbs: standardVerbs,
  type: 'RuntimeClass',
  conditionalUpdateOnly: true,
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'handler', next.handler, previous.handler);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'Handler',
      type: 'string',
      description: 'Name of the runtime in the settings of the nodes’ container manager.',
      cell: ({ handler }) => handler ?? '',
    },
    ageColumn,
  ],
};

function validate({ handler = '', overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors: Errors = [];
  checkFormat(errors, 'handler', handler, isDNS1123Label(handler));
  if (overhead) checkOverhead(errors, 'overhead', overhead.podFixed);
  if (scheduling) checkScheduling(errors, 'scheduling', scheduling);
  return errors;
}

function checkScheduling(
  errors: Errors,
  path: string,
  { nodeSelector, tolerations = [] }: Scheduling,
): void {
  checkLabels(errors, `${path}.nodeSelector`, nodeSelector);
  checkTolerations(errors, `${path}.tolerations`, tolerations);
  for (const [index, toleration] of tolerations.entries()) {
    const isRepeated = tolerations.slice(0, index).some((each) => sameValue(each, toleration));
    if (isRepeated) errors.push(duplicate(`${path}.tolerations[${index}]`, toleration));
  }
}
