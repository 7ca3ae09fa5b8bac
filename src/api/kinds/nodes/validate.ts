/** Source: pkg/apis/core/validation, ValidateNode and ValidateNodeUpdate. */
import { duplicate, type FieldError, forbidden, invalid } from '../../field-error.ts';
import { parseCIDR } from '../../ip.ts';
import { isQualifiedName, isValidLabelValue } from '../../names.ts';
import type { Node, Taint } from '../../types.ts';
import { checkCidr, isDualStack } from '../common/addresses.ts';
import { checkFormat, type Errors, sameValue } from '../common/checks.ts';
import { checkResourceQuantity } from '../pod-spec/resources.ts';
import { checkTaintEffect } from '../pod-spec/tolerations.ts';

export function validateNode(node: Node): FieldError[] {
  const errors: Errors = [];
  // Kubernetes reports taints under metadata; people have learnt to read it.
  checkTaints(errors, 'metadata.taints', node.spec?.taints ?? []);
  checkResources(errors, node);
  checkPodCidrs(errors, node.spec?.podCIDRs ?? []);
  return errors;
}

function checkTaints(errors: Errors, path: string, taints: readonly Taint[]): void {
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const at = `${path}[${index}]`;
    const { key = '', value = '', effect } = taint;
    checkFormat(errors, `${at}.key`, key, isQualifiedName(key));
    const messages = isValidLabelValue(value);
    if (messages.length > 0) errors.push(invalid(`${at}.value`, value, messages.join(';')));
    checkTaintEffect(errors, `${at}.effect`, effect);
    const pair = `${effect} ${key}`;
    if (seen.has(pair)) {
      const error = duplicate(at, taint);
      const message = `${error.message}: taints must be unique by key and effect pair`;
      errors.push({ ...error, message });
    }
    seen.add(pair);
  }
}

function checkResources(errors: Errors, { status = {} }: Node): void {
  for (const field of ['capacity', 'allocatable'] as const) {
    for (const [name, quantity] of Object.entries(status[field] ?? {})) {
      checkResourceQuantity(errors, `status.${field}.${name}`, name, quantity);
    }
  }
}

function checkPodCidrs(errors: Errors, cidrs: readonly string[]): void {
  const path = 'spec.podCIDRs';
  for (const [index, cidr] of cidrs.entries()) checkCidr(errors, `${path}[${index}]`, cidr);
  if (cidrs.length < 2) return;
  if (!isDualStack(cidrs.map((cidr) => parseCIDR(cidr)?.family)) || cidrs.length > 2) {
    errors.push(invalid(path, cidrs, 'may specify no more than one CIDR for each IP family'));
  }
  const seen = new Set<string>();
  for (const [index, cidr] of cidrs.entries()) {
    if (seen.has(cidr)) errors.push(duplicate(`${path}[${index}]`, cidr));
    seen.add(cidr);
  }
}

/** What identifies a node to the network and to its provider is given once. */
export function validateNodeUpdate(next: Node, previous: Node): FieldError[] {
  const errors: Errors = [];
  const [spec, old] = [next.spec ?? {}, previous.spec ?? {}];
  if (old.podCIDRs?.length && !sameValue(old.podCIDRs, spec.podCIDRs)) {
    const detail = 'node updates may not change podCIDR except from "" to valid';
    errors.push(forbidden('spec.podCIDRs', detail));
  }
  if (old.providerID && old.providerID !== spec.providerID) {
    const detail = 'node updates may not change providerID except from "" to valid';
    errors.push(forbidden('spec.providerID', detail));
  }
  if ((old.externalID ?? '') !== (spec.externalID ?? '')) {
    errors.push(forbidden('spec.externalID', 'may not be updated'));
  }
  return errors;
}

export function validateNodeStatus(next: Node): FieldError[] {
  const errors: Errors = [];
  checkResources(errors, next);
  const seen = new Set<string>();
  for (const [index, address] of (next.status?.addresses ?? []).entries()) {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${index}]`, address));
    seen.add(key);
  }
  return errors;
}
