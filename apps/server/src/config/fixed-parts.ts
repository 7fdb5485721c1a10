/** What a configuration is compared by with the next one, above all the parts that cannot change while a server runs. */
import { createHash } from 'node:crypto';
import type { ConfigFile } from './schema.ts';

/** By the path of the key: a hash of what stands there, since it may have passwords in it. */
export type FixedParts = ReadonlyMap<string, string>;

/** What is opened once: addresses, certificates, the storage, the log. */
export function fixedParts({ issuer, storage, web, telemetry, grpc, logger }: ConfigFile): FixedParts {
  const { http, https, tlsCert, tlsKey, tlsMinVersion, tlsMaxVersion } = web;
  const parts = {
    ...{ issuer, storage, telemetry, grpc, logger },
    ...{ 'web.http': http, 'web.https': https, 'web.tlsCert': tlsCert, 'web.tlsKey': tlsKey },
    ...{ 'web.tlsMinVersion': tlsMinVersion, 'web.tlsMaxVersion': tlsMaxVersion },
  };
  return new Map(Object.entries(parts).map(([path, value]) => [path, hashOf(value)]));
}

const hashOf = (value: unknown): string => hashOfText(JSON.stringify(value) ?? '');

/** What stands for a text that nobody should keep, because it may have passwords in it. */
export const hashOfText = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The paths of the parts that are not the same. */
export function changedParts(before: FixedParts, after: FixedParts): readonly string[] {
  return [...after].filter(([path, hash]) => before.get(path) !== hash).map(([path]) => path);
}
