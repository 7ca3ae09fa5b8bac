/** Words and signs of a label selector. */

export type TokenKind = 'word' | 'sign' | 'end' | 'bad';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const signs = new Set(['=', '==', '!=', '!', '(', ')', ',', '<', '>']);
const pattern = /[ \t\r\n]*(?:([=!(),<>]+)|([^=!(),<>\s]+))/y;

/** Ends with one `end` token. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [, run, word] = found;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (run !== undefined) tokens.push(...signsIn(run));
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

/** The longest sign first: `==(` is two. */
function signsIn(run: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < run.length; ) {
    const two = run.slice(at, at + 2);
    const text = two.length === 2 && signs.has(two) ? two : run.charAt(at);
    tokens.push({ kind: signs.has(text) ? 'sign' : 'bad', text });
    at += text.length;
  }
  return tokens;
}
