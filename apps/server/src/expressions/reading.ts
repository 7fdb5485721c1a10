/** An expression with its place in the file, and what it may come to. */
import type { Environment } from '@marcbachmann/cel-js';
import { type Json, OstiaryError } from '@ostiary/primitives';
import { compile } from './compile.ts';

/** Where an expression stands, and who hears what is wrong with it. */
export interface Place {
  /** `staticClients[0].tokenClaims.role` */
  readonly path: string;
  readonly onProblem: (path: string, problem: string) => void;
}

/** What an expression may come to, in the names of CEL, and how that is read. */
export interface Reading<T> {
  readonly types: readonly string[];
  readonly as: (value: Json | undefined) => T;
}

export const asFlag: Reading<boolean> = {
  types: ['bool', 'dyn'],
  as(value) {
    if (typeof value === 'boolean') return value;
    throw new TypeError('comes to something else than true or false');
  },
};

export const asText: Reading<string> = {
  types: ['string', 'dyn', 'optional<string>', 'optional<dyn>'],
  as(value = '') {
    if (typeof value === 'string') return value;
    throw new TypeError('comes to something else than a text');
  },
};

/** One text is a list of one, as many providers say it. */
export const asTexts: Reading<readonly string[]> = {
  types: ['list<string>', 'list<dyn>', 'list', 'dyn', 'optional<list<string>>', 'optional<dyn>'],
  as(value = []) {
    const list = [value].flat();
    if (list.every((item) => typeof item === 'string')) return list;
    throw new TypeError('comes to something else than a list of texts');
  },
};

/** A text or a list of them, or nothing. */
export const asAttribute: Reading<readonly string[]> = {
  types: [...asText.types, ...asTexts.types, 'null'],
  as(value) {
    const list = [value ?? []].flat();
    if (list.every((item) => typeof item === 'string')) return list;
    throw new TypeError('comes to something else than a text or a list of texts');
  },
};

export const asJson: Reading<Json | undefined> = { types: ['any'], as: (value) => value };

/** An expression that was read. */
export interface ReadExpression<T> {
  /** @throws {OstiaryError} `config/invalid`, whose message says what went wrong at which place in the file. */
  readonly evaluate: (variables: Readonly<Record<string, unknown>>) => T;
  /** `claims` and `claims.email`, where it names them. */
  readonly names: ReadonlySet<string>;
}

/** Reads an expression; `undefined` when its problem was told. */
export function readExpression<T>(
  source: string,
  { environment, reading }: { readonly environment: Environment; readonly reading: Reading<T> },
  { path, onProblem }: Place,
): ReadExpression<T> | undefined {
  const compiled = compile(source, environment, reading.types);
  if (!compiled.ok) {
    onProblem(path, compiled.problem);
    return undefined;
  }
  const { evaluate, names } = compiled;
  return {
    names,
    evaluate(variables) {
      try {
        return reading.as(evaluate(variables));
      } catch (cause) {
        throw new OstiaryError('config/invalid', `${path}: ${cause instanceof Error ? cause.message : 'it fails'}`);
      }
    },
  };
}
