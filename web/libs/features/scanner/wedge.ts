/**
 * Scanners that type: a "keyboard wedge" sends a code as fast keystrokes and Enter at the end. `WedgeBuffer` tells
 * them from a person's typing by their speed; it sees keys and times and touches nothing itself.
 */

/**
 * Between two keys of a scanner, milliseconds at most; wireless ones are not even. People type slower than this for
 * so many keys in a row, and above all they never press Enter so soon.
 */
export const KEY_GAP_MS = 70;
/** Shorter texts are not taken for a scan: a fast pair of keys happens by hand. */
export const LEAST_KEYS = 4;

export interface Key {
  /** As `KeyboardEvent.key` has it. */
  key: string;
  /** When, milliseconds. */
  at: number;
}

export class WedgeBuffer {
  private text = '';
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly gapMs = KEY_GAP_MS,
    private readonly least = LEAST_KEYS,
  ) {}

  /** The code that this key ended, else `null`. Enter and Tab end a code. */
  push({ key, at }: Key): string | null {
    const fast = at - this.last <= this.gapMs;
    this.last = at;
    if (key === 'Enter' || key === 'Tab') {
      const code = fast && this.text.length >= this.least ? this.text : null;
      this.text = '';
      return code;
    }
    // Shift for capital letters comes between the characters and says nothing itself.
    if (key === 'Shift') return null;
    if (key.length !== 1) {
      this.text = '';
      return null;
    }
    this.text = fast ? this.text + key : key;
    return null;
  }

  /** How many characters have come at a scanner's speed so far. */
  get length(): number {
    return this.text.length;
  }

  reset(): void {
    this.text = '';
    this.last = Number.NEGATIVE_INFINITY;
  }
}

// A wedge sends keys, not letters: with the Russian layout on, «KB-17» arrives as «ЛИ-17» and a colon as «Ж».
const CYRILLIC = 'йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ.,';
const LATIN = 'qwertyuiop[]asdfghjkl;\'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~/?';

/** What was meant, when a scanner typed with a Cyrillic layout on; a text without Cyrillic letters as it is. */
export function toLatinLayout(text: string): string {
  if (!/[а-яё]/i.test(text)) return text;
  return [...text]
    .map((letter) => {
      const at = CYRILLIC.indexOf(letter);
      return at < 0 ? letter : LATIN[at]!;
    })
    .join('');
}
