/** The connector, a provider that signs for it, and a browser between them. */
import { inflateRawSync } from 'node:zlib';
import type { Connector, ConnectorContext, Identity, LoginStep } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import {
  type FakeClock,
  fakeClock,
  httpOver,
  type RecordingLogger,
  recordingLogger,
  testContext,
} from '@ostiary/connector-sdk/testing';
import type { Fetch } from '@ostiary/primitives';
import type { SamlConfig } from '../src/config.ts';
import { saml } from '../src/index.ts';
import { type KeyPair, makeKeyPair } from './certificates.ts';
import { callbackUrl, encode, entityId, goodAnswer, responseXml, type Said, sign } from './provider.ts';

export type Options = Readonly<Record<string, unknown>>;

/** The provider's key of all tests. */
export const idp: KeyPair = await makeKeyPair();

/** Options that every test has, unless it says otherwise. */
const options: Options = {
  ssoURL: 'https://idp.example/sso',
  caData: Buffer.from(idp.certificate).toString('base64'),
  ssoIssuer: entityId,
  usernameAttr: 'name',
  emailAttr: 'mail',
  groupsAttr: 'groups',
};

/** A checked configuration. A value of `undefined` takes a key away. */
export function configOf(more: Options = {}): Promise<SamlConfig> {
  const all = Object.fromEntries(Object.entries({ ...options, ...more }).filter(([, value]) => value !== undefined));
  return readConfig(saml.config, all, { path: 'config' });
}

/** What a test may have otherwise. */
export interface Surroundings extends Partial<Pick<ConnectorContext, 'firstUse'>> {
  readonly fetch?: Fetch;
  readonly files?: Record<string, string>;
}

/** The connector, opened. */
export interface Opened {
  readonly connector: Connector;
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
  /** Begins a login. */
  begin(more?: { readonly forceLogin?: boolean; readonly state?: string }): Promise<Begun>;
}

/** A login that has begun. */
export interface Begun {
  readonly step: LoginStep;
  /** The request as XML. */
  readonly request: string;
  /** Its id. */
  readonly id: string;
  /** The browser posts this back. */
  finish(xml: string): Promise<Identity>;
  /** The same with the form field as it is. */
  post(samlResponse: string | undefined): Promise<Identity>;
}

export async function open(more: Options = {}, surroundings: Surroundings = {}): Promise<Opened> {
  const { fetch, files = {}, ...rest } = surroundings;
  const clock = fakeClock();
  const log = recordingLogger();
  const readFile = async (path: string): Promise<string> => {
    const text = files[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  };
  const network = fetch === undefined ? {} : { http: httpOver(fetch) };
  const context = testContext({ ...network, now: clock.now, log, readFile, ...rest });
  const connector = saml.open(await configOf(more), context);
  return { connector, clock, log, begin: (ask) => begin(connector, ask) };
}

async function begin(
  connector: Connector,
  { forceLogin = false, state = 'state-1' }: { readonly forceLogin?: boolean; readonly state?: string } = {},
): Promise<Begun> {
  if (connector.via !== 'redirect') throw new Error('another connector');
  const { login } = connector;
  const ask = { scopes: { offlineAccess: true, groups: true }, callbackUrl, state };
  const step = await login.begin({ ...ask, forceLogin });
  const request = requestOf(step);
  const post = (samlResponse: string | undefined) => {
    const params = new URLSearchParams({ RelayState: state });
    if (samlResponse !== undefined) params.set('SAMLResponse', samlResponse);
    return login.finish({ ...ask, keep: step.keep, params, headers: new Headers() });
  };
  const id = / ID="([^"]+)"/u.exec(request)?.[1] ?? '';
  return { step, request, id, post, finish: (xml) => post(encode(xml)) };
}

/** The XML of a request, whichever way it goes. */
export function requestOf(step: LoginStep): string {
  if (step.kind === 'form') return Buffer.from(step.fields.SAMLRequest ?? '', 'base64').toString();
  const packed = new URL(step.url).searchParams.get('SAMLRequest') ?? '';
  return inflateRawSync(Buffer.from(packed, 'base64')).toString();
}

/** A good response to a request, its assertion signed. */
export function good(id: string, said: Said = {}): string {
  return sign(responseXml(goodAnswer(id, said)), idp);
}

/** What a login is refused with. */
export interface Refused {
  readonly code: string;
  readonly reason: string;
}

/** The refusal of something that has to be refused. */
export async function refused(work: Promise<unknown>): Promise<Refused> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('it was not refused');
  const { code = error.message, detail = {} } = error as { code?: string; detail?: { reason?: string } };
  return { code, reason: detail.reason ?? '' };
}
