import type { Secret } from '@ostiary/primitives';
import {
  type Contradiction,
  needWholePair,
  optionText,
  passwordShape,
  serverContradictions,
  type TlsFiles,
  tlsFileShape,
} from '@ostiary/storage-sdk/server';
import { z } from 'zod';

/** Whom TLS trusts, and who we are. */
export interface EtcdTls extends TlsFiles {
  /** The name in the certificate, where it is not that of the endpoint. */
  readonly serverName?: string;
}

/** The options of the storage, checked. */
export interface EtcdConfig {
  /** Origins, `https://etcd-1:2379`: members of one cluster. The first that answers is asked. */
  readonly endpoints: readonly string[];
  /** In front of every key, as it is. */
  readonly namespace: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly passwordFile?: string;
  readonly ssl: EtcdTls;
}

/** Messages name the endpoint, so a URL with a password in it must not get that far. */
const endpoint = optionText.pipe(
  z
    .string()
    .refine(isEndpoint, 'is no endpoint. Write scheme, name and port, for example https://etcd-1.example.com:2379.'),
);

const ssl = z
  .strictObject({
    serverName: optionText.exactOptional().describe('Name in the certificate, where it is not that of the endpoint.'),
    ...tlsFileShape,
  })
  .superRefine(needWholePair);

export const etcdConfig: z.ZodType<EtcdConfig> = z
  .strictObject({
    endpoints: z
      .array(endpoint)
      .min(1, 'is empty. Name at least one member.')
      .describe(
        'Members of one cluster, each with scheme and port. Without a scheme: https where `ssl` says something.',
      ),
    namespace: z.string().default('').describe('In front of every key. Default: nothing.'),
    username: optionText.exactOptional().describe('Who logs in.'),
    ...passwordShape,
    ssl: ssl.exactOptional().describe('Whom TLS trusts, and who we are.'),
  })
  .superRefine((given, context) => {
    for (const [path, message] of contradictions(given)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .transform(({ endpoints, ssl = {}, ...given }) => ({
    ...given,
    ssl,
    endpoints: endpoints.map((text) => originOf(text, ssl)),
  }));

type Given = Partial<EtcdConfig> & Pick<EtcdConfig, 'endpoints'>;

/** Settings that cannot all be meant, by the one to correct. */
function* contradictions({ endpoints, ssl = {}, username, password, passwordFile }: Given): Iterable<Contradiction> {
  yield* serverContradictions({
    ...(password === undefined ? {} : { password }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
  });
  const hasPassword = password !== undefined || passwordFile !== undefined;
  if (hasPassword && username === undefined) {
    yield [['username'], 'is missing, and there is a password. Say whose it is.'];
  } else if (!hasPassword && username !== undefined) {
    yield [['password'], 'is missing, and there is a username. Set password or passwordFile, or remove username.'];
  }
  if (isGiven(ssl) && endpoints.every((text) => /^http:/iu.test(text)))
    yield [['ssl'], 'is set, and no endpoint speaks TLS. Remove it, or write https:// in front of the endpoints.'];
}

function isEndpoint(text: string): boolean {
  const [, port = ''] = /^(?:https?:\/\/)?(?:\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})\/?$/iu.exec(text) ?? [];
  return Number(port) >= 1 && Number(port) <= 65_535;
}

const isGiven = (ssl: EtcdTls): boolean => Object.keys(ssl).length > 0;

/** Dex takes endpoints without a scheme; whether TLS is spoken there is decided by the block `ssl`. */
function originOf(text: string, ssl: EtcdTls): string {
  const place = text.replace(/\/$/u, '').toLowerCase();
  return /^https?:/u.test(place) ? place : `${isGiven(ssl) ? 'https' : 'http'}://${place}`;
}
