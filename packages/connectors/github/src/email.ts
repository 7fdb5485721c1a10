/** Which of somebody's addresses counts, in Dex's order, and whether GitHub calls it verified. */
import type { Email } from '@ostiary/connector-sdk';
import { type Api, nextLink, refusedStatus } from '@ostiary/connector-sdk/api';
import { emails, type User, type UserEmail } from './answers.ts';
import type { GitHubConfig } from './config.ts';

/**
 * The address of an account: one of the preferred domain, else the public one, else the primary one. GitHub Enterprise
 * Server need not verify addresses, so there unverified ones count too, as what they are.
 */
export async function emailOf(api: Api, account: User, config: GitHubConfig): Promise<Email | undefined> {
  const listed = await listEmails(api);
  const usable = config.hostName === undefined ? listed.filter(({ verified }) => verified) : listed;
  const { preferredEmailDomain: domain } = config;
  const preferred = domain && usable.find(({ email }) => isInDomain(email, domain));
  if (preferred) return toEmail(preferred);
  if (account.email && domain === undefined) return publicEmail(account.email, listed);
  const primary = usable.find((one) => one.primary);
  if (primary !== undefined) return toEmail(primary);
  return account.email ? publicEmail(account.email, listed) : undefined;
}

/** A GitHub App may lack the permission; then only the public address is known, and nobody says that it is verified. */
async function listEmails(api: Api): Promise<readonly UserEmail[]> {
  try {
    const pages = await api.pages('/user/emails?per_page=100', {
      schema: emails,
      next: ({ headers }) => nextLink(headers),
    });
    return pages.flat();
  } catch (error) {
    if ([403, 404].includes(refusedStatus(error) ?? 0)) return [];
    throw error;
  }
}

const toEmail = ({ email, verified }: UserEmail): Email => ({ address: email, verified });

function publicEmail(address: string, listed: readonly UserEmail[]): Email {
  const same = listed.find(({ email }) => email.toLowerCase() === address.toLowerCase());
  return { address, verified: same?.verified === true };
}

/** Label by label; `*` stands for exactly one. */
export function isInDomain(email: string, domain: string): boolean {
  const actual = email
    .slice(email.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.');
  const wanted = domain.toLowerCase().split('.');
  return actual.length === wanted.length && wanted.every((label, index) => label === '*' || label === actual[index]);
}
