/**
 * `$(NAME)` in values, commands and arguments. `$$` is one dollar sign; a name that nobody knows
 * stays as it is written. Source: core/v1 Container.command, EnvVar.value.
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, sign: string, name: string | undefined) => {
    if (sign === '$') return '$';
    return lookUp(name ?? '') ?? whole;
  });
}
