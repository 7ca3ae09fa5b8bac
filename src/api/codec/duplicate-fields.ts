/**
 * Finds fields that stand twice in one object of a JSON text. `JSON.parse` keeps the last and says
 * nothing, while Kubernetes warns about them or refuses them; so this runs only when asked for, on
 * a text that has already been parsed without error.
 */

interface Level {
  /** Names seen so far; absent for a list. */
  readonly names: Set<string> | undefined;
  /** Name of the field, or index of the element, that is being read. */
  step: string | number;
}

/** Paths such as `spec.containers[0].image`, each once, in the order of the text. */
export function findDuplicateFields(text: string): string[] {
  const levels: Level[] = [];
  const found = new Set<string>();
  let isName = false;
  for (let index = 0; index < text.length; index += 1) {
    const level = levels.at(-1);
    switch (text[index]) {
      case '{':
        levels.push({ names: new Set(), step: '' });
        isName = true;
        break;
      case '[':
        levels.push({ names: undefined, step: 0 });
        break;
      case '}':
      case ']':
        levels.pop();
        isName = false;
        break;
      case ',':
        if (typeof level?.step === 'number') level.step += 1;
        isName = level?.names !== undefined;
        break;
      case '"': {
        const end = endOfString(text, index);
        if (isName && level?.names !== undefined) {
          level.step = nameOf(text.slice(index, end + 1));
          if (level.names.has(level.step)) found.add(pathOf(levels));
          level.names.add(level.step);
          isName = false;
        }
        index = end;
        break;
      }
      default:
    }
  }
  return [...found];
}

/** Position of the closing quote: the first with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === '\\') before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}

function nameOf(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function pathOf(levels: readonly Level[]): string {
  const steps = levels.map(({ step }) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return steps.join('').replace(/^\./, '');
}
