/** `staticClients`: ids and secrets from the file, the environment or files of their own. */
import { type EnvironmentLookup, httpUrl, type ReadFile, whyUnreadable } from '@ostiary/connector-sdk/config';
import type { Client } from '@ostiary/issuer';
import { type IssuerId, Secret } from '@ostiary/primitives';
import type { ConfiguredClient } from './config.ts';
import { publicPathProblem } from './fields.ts';
import type { LooseClient } from './loose.ts';
import { readTokenReview, strayAudiences } from './read-token-review.ts';
import type { Report } from './report.ts';
import { readPersonRules, readTokenClaims } from './rules.ts';

export interface ClientsInput {
  /** In their places; `undefined` for one that is no block. */
  readonly blocks: readonly (LooseClient | undefined)[];
  /** Absent: too wrong to be read. */
  readonly issuer: IssuerId | undefined;
  /** Absent: the connectors are too wrong to be named. */
  readonly connectorIds: readonly string[] | undefined;
  readonly hasSessions: boolean;
  readonly env: EnvironmentLookup;
  readonly readFile: ReadFile;
  readonly report: Report;
}

/** Reads the clients; whatever is wrong goes into the report. */
export async function readClients(input: ClientsInput): Promise<readonly ConfiguredClient[]> {
  const read = input.blocks.map(async (block, index) => block && readClient(block, index, input));
  const inPlaces = await Promise.all(read);
  checkIds(inPlaces, input);
  const clients = inPlaces.filter((client) => client !== undefined);
  // With one left out, a reference to it would be told to lead nowhere.
  if (clients.length === input.blocks.length) checkReferences(clients, input);
  return clients;
}

async function readClient(block: LooseClient, index: number, input: ClientsInput): Promise<ConfiguredClient> {
  const path = `staticClients[${index}]`;
  const { redirectURIs = [], trustedPeers = [], allowedConnectors = [], postLogoutRedirectURIs = [] } = block;
  const logoUrl = readLogo(block, path, input);
  const isPublic = block.public ?? false;
  checkPaths(block, path, input);
  checkSessionKeys(block, path, input);
  return {
    id: readId(block, path, input),
    name: block.name ?? '',
    public: isPublic,
    secrets: await readSecrets(block, path, input),
    redirectUris: redirectURIs,
    trustedPeers,
    ...present({
      logoUrl,
      allowedConnectors: unlessEmpty(allowedConnectors),
      allowedGroups: block.allowedGroups,
      allowedEmails: block.allowedEmails,
      tokenGroups: block.tokenGroups,
      userValidationRules: readPersonRules(block.userValidationRules, {
        ...{
          path,
          report: input.report,
          takesOthersTokens: block.tokenReview?.audiences.some((audience) => audience !== block.id) ?? false,
        },
      }),
      tokenClaims: readTokenClaims(block.tokenClaims, { path, report: input.report }),
      ownGroups: unlessEmpty(block.clientCredentialsClaims?.groups ?? []),
      signingAlgorithm: block.signingAlgorithm,
      idTokenLifetime: block.idTokenLifetime,
      postLogoutRedirectUris: unlessEmpty(postLogoutRedirectURIs),
      backchannelLogoutUri: block.backchannelLogoutURI,
      sharesLoginWith: block.ssoSharedWith,
      refreshTokenLifetime: block.refreshTokenLifetime || undefined,
      tokenReview: block.tokenReview && readTokenReview(block.tokenReview, { path, isPublic, report: input.report }),
    }),
  };
}

const unlessEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** Properties that are `undefined` are none at all. */
function present<T extends object>(properties: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> }; // the same names and values
}

/** What is said of sessions where there are none: a list of nobody holds anyway, a limit does not. */
function checkSessionKeys(block: LooseClient, path: string, { hasSessions, report }: ClientsInput): void {
  if (hasSessions) return;
  for (const key of ['ssoSharedWith', 'postLogoutRedirectURIs', 'backchannelLogoutURI'] as const) {
    const value = block[key];
    if (value === undefined || value.length === 0) continue;
    report.warn(`${path}.${key}`, 'does nothing without sessions. Add a sessions block.');
  }
  if (block.refreshTokenLifetime === 'session') {
    const message = 'is "session", but there are no sessions. Add a sessions block, or write "standalone".';
    report.problem(`${path}.refreshTokenLifetime`, message);
  }
}

function readId(block: LooseClient, path: string, { env, report }: ClientsInput): string {
  const { id, idEnv } = block;
  if ('id' in block && 'idEnv' in block) report.problem(`${path}.idEnv`, 'is set besides id. Keep one of them.');
  if ('id' in block) return id ?? '';
  if (!('idEnv' in block)) report.problem(`${path}.id`, 'is missing. Add it, or idEnv with the name of a variable.');
  if (idEnv === undefined) return '';
  if (!env(idEnv)) report.problem(`${path}.idEnv`, `names ${idEnv}, which is not set or empty. Set it.`);
  return env(idEnv) ?? '';
}

/** Dex takes any text, and its pages show none of them. */
function readLogo({ logoURL }: LooseClient, path: string, { report }: ClientsInput): string | undefined {
  if (logoURL === undefined || httpUrl().safeParse(logoURL).success) return logoURL;
  report.warn(`${path}.logoURL`, 'is ignored: it is no URL like https://app.example.com/logo.png.');
  return undefined;
}

function checkPaths(block: LooseClient, path: string, { issuer, report }: ClientsInput): void {
  if (block.public !== true || issuer === undefined) return;
  block.redirectURIs?.forEach((uri, index) => {
    const problem = publicPathProblem(uri, issuer);
    if (problem !== undefined) report.problem(`${path}.redirectURIs[${index}]`, problem);
  });
}

const variable = /^\$(?:\w+|\{\w+\})$/u;

async function readSecrets(block: LooseClient, path: string, input: ClientsInput): Promise<readonly Secret[]> {
  const { secret, secretEnv, secretFile } = block;
  const { report } = input;
  const set = (['secret', 'secretEnv', 'secretFile'] as const).filter((key) => key in block);
  if (set.length > 1) report.problem(`${path}.${set[1]}`, `is set besides ${set[0]}. Keep one of them.`);
  if (set.length === 0 && block.public === false) {
    report.problem(path, 'has no secret. Add secret, secretEnv or secretFile, or public: true for an app on a device.');
  }
  if (secret !== undefined && variable.test(secret.reveal())) {
    // As in Dex. Who writes a variable here does not expect its name to be the secret.
    report.warn(`${path}.secret`, 'is taken as it stands: variables are not replaced here. Use secretEnv for one.');
  }
  if (secret !== undefined) return [secret];
  if (secretEnv !== undefined) return secretFromEnvironment(secretEnv, path, input);
  return secretFile === undefined ? [] : secretFromFile(secretFile, path, input);
}

function secretFromEnvironment(name: string, path: string, { env, report }: ClientsInput): readonly Secret[] {
  const value = env(name);
  if (value) return [new Secret(value)];
  report.problem(`${path}.secretEnv`, `names ${name}, which is not set or empty. Set it.`);
  return [];
}

async function secretFromFile(file: string, path: string, input: ClientsInput): Promise<readonly Secret[]> {
  const told = (why: string): void => input.report.problem(`${path}.secretFile`, `${file} ${why}`);
  try {
    const secret = (await input.readFile(file)).replace(/\r?\n$/u, '');
    if (secret !== '') return [new Secret(secret)];
    told('is empty. Write the secret.');
  } catch (error) {
    told(whyUnreadable(error));
  }
  return [];
}

function checkIds(clients: readonly (Client | undefined)[], { report }: ClientsInput): void {
  const places = new Map<string, number>();
  clients.forEach((client, index) => {
    if (!client?.id) return;
    const first = places.get(client.id) ?? index;
    places.set(client.id, first);
    if (first === index) return;
    const message = `is the id of staticClients[${first}] too. Give every client its own.`;
    report.problem(`staticClients[${index}].id`, message);
  });
}

/** Dex takes references to nothing in silence; a client or connector may also be gone on purpose, so they warn. */
function checkReferences(clients: readonly Client[], { connectorIds, report }: ClientsInput): void {
  const ids = clients.map(({ id }) => id);
  clients.forEach((client, index) => {
    const { trustedPeers, allowedConnectors = [], sharesLoginWith = [] } = client;
    const path = `staticClients[${index}]`;
    const audiences = strayAudiences(client, ids);
    if (audiences.length > 0) report.warn(`${path}.tokenReview.audiences`, `names no client: ${audiences.join(', ')}.`);
    const stray = trustedPeers.filter((peer) => !ids.includes(peer));
    if (stray.length > 0) report.warn(`${path}.trustedPeers`, `names no client: ${stray.join(', ')}.`);
    const strangers = sharesLoginWith.filter((other) => other !== '*' && !ids.includes(other));
    if (strangers.length > 0) report.warn(`${path}.ssoSharedWith`, `names no client: ${strangers.join(', ')}.`);
    const unknown = allowedConnectors.filter((allowed) => connectorIds?.includes(allowed) === false);
    if (unknown.length > 0) report.warn(`${path}.allowedConnectors`, `names no connector: ${unknown.join(', ')}.`);
  });
}
