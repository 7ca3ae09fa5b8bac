/**
 * Puts one cluster into a person's kubeconfig, and takes it out again. Others' entries, their order
 * and the comments stay as they are: the document is edited, not rewritten.
 * Source: client-go's clientcmd `Config` (v1).
 */
import { type Document, isMap, isSeq, parseDocument, YAMLSeq } from 'yaml';
import { CommandError } from '../exit-code.ts';

export interface KubeconfigEntry {
  /** Name of the cluster, the user and the context. */
  readonly name: string;
  readonly server: string;
  /** PEM. */
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

function open(text: string, path: string): Document {
  const document = parseDocument(text.trim() === '' ? '{}\n' : text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new CommandError(
      'failed',
      `The kubeconfig ${path} is not readable: ${document.errors[0]?.message ?? 'it is not a mapping'}.`,
      'Repair or move that file, or name another one in KUBECONFIG, and run the command again.',
    );
  }
  return document;
}

function listOf(document: Document, key: string): YAMLSeq {
  const found = document.get(key);
  if (isSeq(found)) return found;
  const list = new YAMLSeq();
  document.set(key, list);
  return list;
}

const nameOf = (item: unknown): unknown => (isMap(item) ? item.get('name') : undefined);

function put(document: Document, key: string, name: string, field: string, value: unknown): void {
  const list = listOf(document, key);
  const node = document.createNode({ name, [field]: value });
  const at = list.items.findIndex((item) => nameOf(item) === name);
  if (at < 0) list.add(node);
  else list.items[at] = node;
}

function drop(document: Document, key: string, name: string): void {
  const list = document.get(key);
  if (isSeq(list)) list.items = list.items.filter((item) => nameOf(item) !== name);
}

/** What `kubectl config set-context --namespace` has written there is the person's choice. */
function ownNamespace(document: Document, name: string): { namespace?: string } {
  const contexts = document.get('contexts');
  const item = isSeq(contexts) ? contexts.items.find((each) => nameOf(each) === name) : undefined;
  const namespace = isMap(item) ? item.getIn(['context', 'namespace']) : undefined;
  return typeof namespace === 'string' ? { namespace } : {};
}

/** The text with the entry in it; `current`: its context becomes the current one. */
export function withEntry(
  text: string,
  entry: KubeconfigEntry,
  path: string,
  context: 'current' | 'others',
): string {
  const document = open(text, path);
  if (!document.has('apiVersion')) document.set('apiVersion', 'v1');
  if (!document.has('kind')) document.set('kind', 'Config');
  const { name } = entry;
  put(document, 'clusters', name, 'cluster', {
    server: entry.server,
    'certificate-authority-data': base64(entry.caCertificate),
  });
  put(document, 'users', name, 'user', {
    'client-certificate-data': base64(entry.clientCertificate),
    'client-key-data': base64(entry.clientKey),
  });
  put(document, 'contexts', name, 'context', {
    cluster: name,
    user: name,
    ...ownNamespace(document, name),
  });
  if (context === 'current') document.set('current-context', name);
  return document.toString({ lineWidth: 0 });
}

/** The text without the entry; `undefined` when nothing of worth is left and the file may go. */
export function withoutEntry(text: string, name: string, path: string): string | undefined {
  const document = open(text, path);
  for (const key of ['clusters', 'users', 'contexts']) drop(document, key, name);
  if (document.get('current-context') === name) document.set('current-context', '');
  const rest = document.toJS() as Record<string, unknown>;
  const empty = ['clusters', 'users', 'contexts'].every((key) => {
    const list = rest[key];
    return list === undefined || list === null || (Array.isArray(list) && list.length === 0);
  });
  return empty ? undefined : document.toString({ lineWidth: 0 });
}

/** Where kubectl would write: the first file of KUBECONFIG, else ~/.kube/config. */
export function kubeconfigPath(environment: {
  KUBECONFIG?: string | undefined;
  HOME?: string | undefined;
}): string {
  const first = (environment.KUBECONFIG ?? '').split(':').find((part) => part !== '');
  return first ?? `${environment.HOME ?? '/root'}/.kube/config`;
}

/** PEM; of the user `name`, where the text holds it itself. */
export function clientCertificateOf(text: string, name: string): string | undefined {
  const document = parseDocument(text);
  const users = document.errors.length === 0 ? document.get('users') : undefined;
  const entry = isSeq(users) ? users.items.find((item) => nameOf(item) === name) : undefined;
  const data = isMap(entry) ? entry.getIn(['user', 'client-certificate-data']) : undefined;
  return typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : undefined;
}
