/**
 * Files of variables that containers read before they start (`valueFrom.fileKeyRef`). A subset of what
 * a shell reads: blank lines, comments, and `NAME='value'`, in which the value stands between single
 * quotes as it is, over several lines if need be. Source: KEP-3721.
 */
import { ConfigError } from './config-error.ts';

const assignment = /^[ \t]*([^\s='#][^\s=']*)='([^']*)'[ \t]*(?:#[^\n]*)?(?:\n|$)/;
const nothing = /^[ \t]*(?:#[^\n]*)?(?:\n|$)/;

/** A later assignment of a name wins. Throws a ConfigError that names the line. */
export function parseEnvFile(text: string, path: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let rest = text.replaceAll('\r\n', '\n');
  let line = 1;
  while (rest !== '') {
    const empty = nothing.exec(rest);
    const found = empty ?? assignment.exec(rest);
    if (!found) {
      throw new ConfigError(
        `couldn't parse env file "${path}": line ${line} is not of the form NAME='value'`,
      );
    }
    const [whole, name, value = ''] = found;
    if (!empty && name !== undefined) values.set(name, value);
    line += whole.split('\n').length - 1;
    rest = rest.slice(whole.length);
  }
  return values;
}
