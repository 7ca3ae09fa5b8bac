/** Source: pkg/apis/core/validation, events.go. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import { byteLength, isDNS1123Subdomain, isQualifiedName } from '../../names.ts';
import type { Event } from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';

const wordLengthMax = 128;
const messageLengthMax = 1024;

/** Events with an `eventTime` are of the newer sort, which has stricter rules. */
export function validateEvent(event: Event): FieldError[] {
  const errors: Errors = [];
  const namespace = event.metadata.namespace ?? '';
  const about = event.involvedObject?.namespace ?? '';
  const isNew = event.eventTime !== undefined;
  const homes = isNew ? ['default', 'kube-system'] : ['', 'default'];
  const agrees = about === '' ? homes.includes(namespace) : isNew || namespace === about;
  if (!agrees) {
    errors.push(invalid('involvedObject.namespace', about, 'does not match event.namespace'));
  }
  if (isNew) checkNewFields(errors, event);
  checkFormat(errors, 'namespace', namespace, isDNS1123Subdomain(namespace));
  return errors;
}

function checkNewFields(errors: Errors, event: Event): void {
  const { reportingComponent = '', reportingInstance, action, reason, message } = event;
  if (reportingComponent === '') errors.push(required('reportingController'));
  const messages = isQualifiedName(reportingComponent);
  checkFormat(errors, 'reportingController', reportingComponent, messages);
  for (const [field, word] of Object.entries({ reportingInstance, action, reason })) {
    if (!word) errors.push(required(field));
    checkLength(errors, field, word, wordLengthMax);
  }
  checkLength(errors, 'message', message, messageLengthMax);
}

function checkLength(errors: Errors, path: string, text: string | undefined, most: number): void {
  if (byteLength(text ?? '') > most) {
    errors.push(invalid(path, '', `can have at most ${most} characters`));
  }
}
