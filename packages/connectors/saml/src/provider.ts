/** What is known of the identity provider: from the configuration, or from its metadata. Kept fresh either way. */
import { X509Certificate } from 'node:crypto';
import { type ConnectorContext, type Healing, healing } from '@ostiary/connector-sdk';
import { readNamed, resolveCertificates, rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { keyProblem } from './algorithms.ts';
import type { SamlConfig } from './config.ts';
import { type Endpoint, type ProviderMetadata, readMetadata } from './metadata.ts';
import { refusal } from './refusal.ts';

/** The identity provider as it is now. */
export interface Provider {
  /** Its entity id, if it is known. */
  readonly entityId: string | undefined;
  /** Its signing certificates that are valid now; at least one. */
  readonly certificates: readonly X509Certificate[];
  readonly singleSignOn: Endpoint;
  /** Where logouts go, by HTTP redirect. */
  readonly singleLogout: string | undefined;
}

/** The way to the provider. */
export interface ProviderSource {
  get(): Promise<Provider>;
  /** Asks again, unless that was less than a minute ago: a signature came that no certificate fits. */
  renew(): Promise<Provider>;
}

const minute = 60_000;
const hour = 60 * minute;

/**
 * A provider that is neither asked nor read before it is needed. What is past its age is read anew before a login goes
 * on: a certificate that the provider took back must not serve on a replica that was idle. Only while the provider
 * cannot be reached does the last good answer go on serving, as long as it says itself that it may.
 */
export function providerSource(config: SamlConfig, context: ConnectorContext): ProviderSource {
  const { now, log, id: connector } = context;
  const kept: Healing<ProviderMetadata> = healing({
    load: loaderOf(config, context),
    now,
    maxAgeMs: config.metadataURL === undefined ? minute : hour,
    staleMs: 7 * 24 * hour,
    outlasts: isOutOfReach,
    onStale: (error) => log.warn('saml.provider_stale', { connector, error }),
  });
  const complete = (known: ProviderMetadata): Provider => ({
    entityId: config.ssoIssuer ?? (known.entityId === '' ? undefined : known.entityId),
    certificates: usable(known, now()),
    singleSignOn: chooseSingleSignOn(config, known),
    singleLogout: config.sloURL ?? known.singleLogout.find(({ binding }) => binding === 'redirect')?.url,
  });
  return {
    async get() {
      const known = await kept.get();
      // Its last certificate ran out, or it did itself: there may be a next one already.
      return complete(isUsable(known, now()) ? known : await kept.renew(minute));
    },
    renew: async () => complete(await kept.renew(minute)),
  };
}

/** A file that cannot be read at this moment, such as one that is being replaced. */
class UnreadableFile extends Error {}

/** True when nothing was learnt of the provider. What was read and is wrong is no such failure. */
function isOutOfReach(failure: unknown): boolean {
  if (isOstiaryError(failure, 'upstream/unavailable')) return true;
  return failure instanceof Error && failure.cause instanceof UnreadableFile;
}

type Load = () => Promise<ProviderMetadata>;

function loaderOf(config: SamlConfig, context: ConnectorContext): Load {
  const { metadataURL, metadataFile, ssoIssuer: entityId, ca = '', caData } = config;
  const readFile = (path: string): Promise<string> =>
    context.readFile(path).catch((cause: unknown) => {
      throw new UnreadableFile('cannot be read', { cause });
    });
  if (metadataURL !== undefined) {
    const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
    return async () => readMetadata(await download(metadataURL, fetch), entityId);
  }
  if (metadataFile !== undefined) {
    const named = { file: metadataFile, path: 'metadataFile' };
    return async () => readMetadata(await readNamed(named, readFile), entityId);
  }
  const field =
    caData === undefined
      ? { source: ca, path: 'ca' }
      : { source: Buffer.from(caData).toString('latin1'), path: 'caData' };
  return async () => ({
    entityId: '',
    certificates: (await resolveCertificates(field, readFile)).map((pem) => new X509Certificate(pem)),
    singleSignOn: [],
    singleLogout: [],
  });
}

async function download(url: string, fetch: ReturnType<typeof trustedFetch>): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'application/samlmetadata+xml, application/xml' } });
  const text = await response.text();
  if (response.status === 200) return text;
  if (response.status !== 429 && response.status < 500) throw refusal('metadata', { status: response.status, url });
  const message = 'The identity provider cannot be reached. Please try again.';
  throw new OstiaryError('upstream/unavailable', message, { detail: { status: response.status, url } });
}

function isUsable(known: ProviderMetadata, now: Date): boolean {
  return !hasExpired(known, now) && known.certificates.some((certificate) => problemOf(certificate, now) === undefined);
}

function usable(known: ProviderMetadata, now: Date): readonly X509Certificate[] {
  const { certificates, validUntil } = known;
  if (hasExpired(known, now)) throw refusal('metadata that have expired', { until: validUntil?.toISOString() ?? '' });
  const good = certificates.filter((certificate) => problemOf(certificate, now) === undefined);
  if (good.length > 0) return good;
  const problems = certificates.map((certificate) => problemOf(certificate, now) ?? '');
  throw refusal('no usable certificate of the provider', { problems });
}

const hasExpired = ({ validUntil }: ProviderMetadata, now: Date): boolean =>
  validUntil !== undefined && validUntil <= now;

const problemOf = (certificate: X509Certificate, now: Date): string | undefined =>
  keyProblem(certificate) ?? dateProblem(certificate, now);

function dateProblem({ validFromDate, validToDate }: X509Certificate, now: Date): string | undefined {
  if (now < validFromDate) return `not valid before ${validFromDate.toISOString()}`;
  return now > validToDate ? `expired on ${validToDate.toISOString()}` : undefined;
}

function chooseSingleSignOn({ ssoURL, ssoBinding }: SamlConfig, { singleSignOn }: ProviderMetadata): Endpoint {
  if (ssoURL !== undefined) return { binding: ssoBinding ?? 'post', url: ssoURL };
  const wanted = ssoBinding === undefined ? (['post', 'redirect'] as const) : [ssoBinding];
  const [found] = wanted.flatMap((binding) => singleSignOn.filter((endpoint) => endpoint.binding === binding));
  if (found === undefined) throw refusal('metadata without an endpoint of the wanted binding', { wanted });
  return found;
}
