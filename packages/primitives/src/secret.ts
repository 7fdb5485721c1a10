/**
 * A string that must not be printed: a password, a client secret, a token, a key.
 *
 * Template literals, `JSON.stringify`, `util.inspect` and spreading show `[secret]` or nothing. The value leaves only
 * through {@link Secret.reveal}, so a search for `.reveal(` lists every use.
 */
export class Secret {
  static {
    Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => '[secret]' });
  }

  readonly #value: string;

  /** @param value the text to keep. The empty string is allowed: "no password" is for the caller to refuse. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself. Hand it straight to what needs it; never into a message, a log field or a URL. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}
