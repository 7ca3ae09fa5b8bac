/** Source: pkg/apis/core/validation, events.go. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import { byteLength, isDNS1123Subdomain, isQualifiedName } from '../../names.ts';
import type { Event } from '../../types.ts';
import { checkFormat, checkImmutable, type Errors, sameValue } from '../common/checks.ts';

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

/** What who writes by the newer API must keep to as well. */
export function validateNewEvent(event: Event): FieldError[] {
  const errors: Errors = [];
  checkSeries(errors, event);
  if (event.eventTime === undefined) errors.push(required('eventTime'));
  const { type = '' } = event;
  if (type !== 'Normal' && type !== 'Warning') {
    errors.push(invalid('type', '', `has invalid value: ${type}`));
  }
  const unset = { firstTimestamp: event.firstTimestamp, lastTimestamp: event.lastTimestamp };
  for (const [field, value] of Object.entries({ ...unset, count: event.count })) {
    if (value) errors.push(invalid(field, '', 'needs to be unset'));
  }
  if (event.source?.component || event.source?.host) {
    errors.push(invalid('source', '', 'needs to be unset'));
  }
  return errors;
}

function checkSeries(errors: Errors, { series }: Event): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) {
    errors.push(invalid('series.count', '', 'should be at least 2'));
  }
  if (series.lastObservedTime === undefined) errors.push(required('series.lastObservedTime'));
}

const fixedFields = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingInstance',
] as const;

/** An event that happens again only grows its series. */
export function validateNewEventUpdate(next: Event, previous: Event): FieldError[] {
  const errors: Errors = [];
  if (!sameValue(next.series, previous.series)) checkSeries(errors, next);
  for (const field of fixedFields) checkImmutable(errors, field, next[field], previous[field]);
  const [component, before] = [next.reportingComponent, previous.reportingComponent];
  checkImmutable(errors, 'reportingController', component, before);
  return errors;
}
