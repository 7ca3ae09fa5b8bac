import { type FieldError, forbidden, required, tooLong } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../names.ts';
import type { IngressClass, IngressClassParametersReference } from '../types.ts';
import { checkFormat, checkImmutable, checkOneOf, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';
import { checkReference } from './ingresses/validate.ts';

const controllerLengthMax = 250;

export const ingressClasses: Kind<IngressClass> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  resource: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  verbs: standardVerbs,
  type: 'IngressClass',
  prepareForCreate({ metadata }) {
    metadata.generation = 1;
  },
  defaults({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    const before = previous.spec?.controller;
    checkImmutable(errors, 'spec.controller', next.spec?.controller, before);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'Controller',
      type: 'string',
      description: 'Who serves Ingresses of this class.',
      cell: ({ spec }) => spec?.controller ?? '',
    },
    {
      name: 'Parameters',
      type: 'string',
      description: 'Object that holds the controller’s settings.',
      cell: ({ spec }) => formatParameters(spec?.parameters),
    },
    ageColumn,
  ],
};

function formatParameters(parameters: IngressClassParametersReference | undefined): string {
  if (!parameters) return '<none>';
  const { kind, apiGroup, name } = parameters;
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`;
}

function validate({ spec = {} }: IngressClass): FieldError[] {
  const errors: Errors = [];
  const { controller = '', parameters } = spec;
  if (controller === '') errors.push(required('spec.controller'));
  else {
    if (controller.length > controllerLengthMax) {
      errors.push(tooLong('spec.controller', controllerLengthMax));
    }
    checkFormat(errors, 'spec.controller', controller, errorsOfController(controller));
  }
  if (parameters) checkParameters(errors, 'spec.parameters', parameters);
  return errors;
}

/** A domain, then any path: `example.com/ingress-controller`. */
function errorsOfController(controller: string): string[] {
  const slash = controller.indexOf('/');
  const isPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(controller.slice(slash + 1));
  if (slash < 0 || !isPath) {
    return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  }
  return isDNS1123Subdomain(controller.slice(0, slash));
}

function checkParameters(
  errors: Errors,
  path: string,
  parameters: IngressClassParametersReference,
): void {
  checkReference(errors, path, parameters);
  const { scope, namespace } = parameters;
  checkOneOf(errors, `${path}.scope`, scope, ['Cluster', 'Namespace']);
  if (scope === 'Namespace') {
    if (!namespace) {
      const detail = "`parameters.scope` is set to 'Namespace'";
      errors.push(required(`${path}.namespace`, detail));
    } else {
      checkFormat(errors, `${path}.namespace`, namespace, isDNS1123Label(namespace));
    }
  } else if (scope === 'Cluster' && namespace !== undefined) {
    const detail = "`parameters.scope` is set to 'Cluster'";
    errors.push(forbidden(`${path}.namespace`, detail));
  }
}
