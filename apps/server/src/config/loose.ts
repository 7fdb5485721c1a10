/**
 * What is read of a file that the schema refused, so that a person corrects it once: all that is right by itself. What
 * is not is `undefined` here. The schema has named it, so nobody may be told that it is missing.
 */
import { foldKeys, inputJsonSchema, text } from '@ostiary/connector-sdk/config';
import { z } from 'zod';
import { connector, fileSchema, grpcKeys, noSessionsBlock, staticClient, telemetryKeys, webKeys } from './schema.ts';

/** A block key by key. */
function keyByKey<T>(keys: z.ZodType<T>) {
  return z
    .record(z.string(), z.unknown())
    .transform((raw): T => {
      const isRight = ([key, value]: readonly [string, unknown]) => keys.safeParse({ [key]: value }).success;
      const entries = Object.entries(raw);
      const wrong = entries.filter((entry) => !isRight(entry)).map(([key]) => [key, undefined]);
      return { ...keys.parse(Object.fromEntries(entries.filter(isRight))), ...Object.fromEntries(wrong) };
    })
    .optional()
    .catch(undefined);
}

const typedBlock = z.object({ type: text(), config: z.unknown().optional() }).optional().catch(undefined);

const looseClient = keyByKey(staticClient.partial());
const looseConnector = keyByKey(connector.partial());
const looseWeb = keyByKey(webKeys.partial());

const looseSchema = z.object({
  issuer: text().optional().catch(undefined),
  storage: typedBlock,
  web: looseWeb,
  telemetry: keyByKey(telemetryKeys.partial()),
  grpc: keyByKey(grpcKeys.partial()),
  connectors: z.array(looseConnector).default([]).optional().catch(undefined),
  enablePasswordDB: z.boolean().default(false).optional().catch(undefined),
  staticPasswords: z.array(z.unknown()).default([]).optional().catch(undefined),
  signer: typedBlock,
  sessions: fileSchema.shape.sessions.catch(noSessionsBlock),
  staticClients: z.array(looseClient).catch([]).default([]),
});

export type LooseFile = z.infer<typeof looseSchema>;
export type LooseClient = NonNullable<z.infer<typeof looseClient>>;
export type LooseConnector = NonNullable<z.infer<typeof looseConnector>>;

/** @param value the file as data, without the keys that are ignored or refused. */
export function readLoosely(value: unknown): LooseFile {
  const keys = inputJsonSchema(fileSchema);
  return looseSchema.parse(keys === undefined ? value : foldKeys(keys, value).value);
}
