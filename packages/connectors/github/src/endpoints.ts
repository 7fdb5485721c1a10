/** Where GitHub is: github.com, or a GitHub Enterprise Server. */
import type { OAuthServer } from '@ostiary/connector-sdk/oauth2';
import type { GitHubConfig } from './config.ts';

/** The OAuth endpoints. */
export function oauthServer({ hostName = 'github.com' }: Pick<GitHubConfig, 'hostName'>): OAuthServer {
  const issuer = `https://${hostName}/login/oauth`;
  return { issuer, authorizationEndpoint: `${issuer}/authorize`, tokenEndpoint: `${issuer}/access_token` };
}

/** Where the REST API begins. */
export function apiUrl({ hostName }: Pick<GitHubConfig, 'hostName'>): string {
  return hostName === undefined ? 'https://api.github.com' : `https://${hostName}/api/v3`;
}

/** Headers of every request to the REST API. */
export const apiHeaders: Readonly<Record<string, string>> = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
  'user-agent': 'ostiary',
};
