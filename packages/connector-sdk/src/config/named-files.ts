/**
 * Keys that name files say so in their schema, and what the file must hold, so that a host can look at it before the
 * first login needs it.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { z } from 'zod';
import { text } from './blocks.ts';
import { foldKeys } from './fold-keys.ts';
import { type ConfigIssue, formatPath, type PathPart } from './issue.ts';
import { alternatives, inputJsonSchema, type JsonSchema } from './json-schema.ts';
import { type PemField, type ReadFile, resolveCertificates, resolvePem } from './pem.ts';
import { readNamed } from './read-named.ts';
import { secretSource } from './secret-source.ts';

/**
 * What is behind a key: `certificates`, `privateKey` and `rsaPrivateKey` are a path, base64 of PEM or PEM (see
 * {@link resolvePem}); `secret` and `text` are the path of a file.
 */
export type FileContent = 'certificates' | 'privateKey' | 'rsaPrivateKey' | 'secret' | 'text';

/** How a key names a file. */
export interface FileNameOptions {
  /** A key beside it which, when it is set, makes this one count for nothing: `rootCAData` for `rootCA`. */
  readonly unless?: string;
}

/**
 * A key that names a file: a text with `x-file`, and `x-file-unless`, in its JSON Schema. Another schema library can set
 * the two by itself.
 */
export function fileName(content: FileContent, { unless }: FileNameOptions = {}): z.ZodType<string, string> {
  return text().meta({ 'x-file': content, ...(unless === undefined ? {} : { 'x-file-unless': unless }) });
}

/** Where the options stand, for messages, and how files are read. */
export interface CheckFilesOptions {
  /** `connectors[0].config` */
  readonly path: string;
  readonly readFile: ReadFile;
}

/**
 * Reads every file that options name, and answers what is wrong with any. Options that are wrong otherwise are fine:
 * the files are looked at all the same. Empty keys are not; nor is anything when the schema gives no JSON Schema.
 */
export async function checkNamedFiles(
  schema: StandardSchemaV1,
  raw: unknown,
  { path, readFile }: CheckFilesOptions,
): Promise<readonly ConfigIssue[]> {
  const root = inputJsonSchema(schema);
  if (root === undefined) return [];
  const found = filesIn(foldKeys(root, raw).value, { schemas: alternatives(root, root), path: [] }, root);
  const issues = found.map(async ({ content, source, path: parts }) => {
    const field = { source, path: formatPath(path, parts) };
    return readers[content](field, readFile).then(
      () => [],
      (error: unknown) => [issueOf(field, error)],
    );
  });
  return (await Promise.all(issues)).flat();
}

interface Found {
  readonly content: FileContent;
  readonly source: string;
  readonly path: readonly PathPart[];
}

interface Place {
  readonly schemas: readonly JsonSchema[];
  readonly path: readonly PathPart[];
}

function filesIn(value: unknown, { schemas, path }: Place, root: JsonSchema): readonly Found[] {
  const below = (part: PathPart, inner: unknown, found: readonly JsonSchema[]): readonly Found[] =>
    filesIn(inner, { schemas: found.flatMap((one) => alternatives(one, root)), path: [...path, part] }, root);
  if (typeof value === 'string') {
    const content = schemas.map((schema) => schema['x-file']).find(isFileContent);
    return content === undefined || value === '' ? [] : [{ content, source: value, path }];
  }
  if (Array.isArray(value)) {
    const items = schemas.flatMap((schema) => (schema.items === undefined ? [] : [schema.items]));
    return value.flatMap((item, index) => below(index, item, items));
  }
  if (typeof value !== 'object' || value === null) return [];
  const siblings = new Map<string, unknown>(Object.entries(value));
  return [...siblings].flatMap(([key, inner]) => {
    const found = schemas.flatMap(({ properties = {} }) => (Object.hasOwn(properties, key) ? [properties[key]] : []));
    const own = found.filter((schema) => schema !== undefined);
    return own.some((schema) => isReplaced(schema, siblings)) ? [] : below(key, inner, own);
  });
}

/** Keys that are empty are not among the siblings any more. */
const isReplaced = ({ 'x-file-unless': other }: JsonSchema, siblings: ReadonlyMap<string, unknown>): boolean =>
  other !== undefined && siblings.has(other);

const isFileContent = (content: string | undefined): content is FileContent =>
  content !== undefined && Object.hasOwn(readers, content);

const readers: Readonly<Record<FileContent, (field: PemField, readFile: ReadFile) => Promise<unknown>>> = {
  certificates: resolveCertificates,
  privateKey: async (field, readFile) => readPrivateKey(field.path, await resolvePem(field, readFile)),
  rsaPrivateKey: async (field, readFile) => {
    const { asymmetricKeyType: type } = readPrivateKey(field.path, await resolvePem(field, readFile));
    if (type === 'rsa') return;
    throw new OstiaryError('config/invalid', `${field.path}: holds a key of the kind ${type}. Give an RSA key.`);
  },
  secret: async ({ source, path }, readFile) => secretSource({ file: source, path }, readFile)?.(),
  text: ({ source, path }, readFile) => readNamed({ file: source, path }, readFile),
};

function readPrivateKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const message = `${path}: cannot be read as a private key in PEM without a passphrase. Check what it is.`;
    throw new OstiaryError('config/invalid', message, { cause });
  }
}

/** Messages of this folder begin with the path, which an issue has by itself. */
function issueOf({ path }: PemField, error: unknown): ConfigIssue {
  if (!isOstiaryError(error)) throw error;
  return { path, message: error.message.slice(`${path}: `.length) };
}
