import {
  attributeName,
  type ConnectionConfig,
  type ConnectionKeys,
  checkConnection,
  claimAttributes,
  connectionKeys,
  searchFilter,
} from '@ostiary/connector-ldap';
import { text } from '@ostiary/connector-sdk/config';
import type { Filter } from 'ldapts';
import { z } from 'zod';

/** How the groups of a person are found. */
export type NestedGroups = 'tokenGroups' | 'inChain' | 'none';

/** The options of the connector, checked. */
export interface ActiveDirectoryConfig extends ConnectionConfig {
  /** In lower case. */
  readonly domain: string;
  /** In upper case. */
  readonly netbiosDomain?: string;
  readonly baseDN: string;
  readonly groupBaseDN: string;
  readonly userFilter: Filter;
  readonly groupFilter: Filter;
  readonly idAttr: string;
  readonly nameAttr: string;
  readonly emailAttr: string;
  readonly preferredUsernameAttr: string;
  readonly claimAttrs?: readonly string[];
  readonly groupNameAttr: string;
  readonly nestedGroups: NestedGroups;
}

const attribute = (fallback: string, about: string) =>
  attributeName.prefault(fallback).describe(`${about} Default: ${fallback}.`);

const domain = z
  .string()
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/iu, 'is no domain. Write it like corp.example.com.')
  .transform((name) => name.toLowerCase());

const netbios = z
  .string()
  .regex(/^[^\\/:*?"<>|.@ ]{1,15}$/u, 'is no NetBIOS name of a domain. Write it like CORP.')
  .transform((name) => name.toUpperCase());

type OptionalHost = { readonly host: z.ZodExactOptional<ConnectionKeys['host']> };
const optionalHost: OptionalHost = {
  host: connectionKeys.host
    .exactOptional()
    .describe('A domain controller, with or without a port. Default: `domain`, which resolves to all of them.'),
};

/** Options of the connector `active-directory`; those about the connection are the ones of `ldap`. */
export const activeDirectoryConfig: z.ZodType<ActiveDirectoryConfig> = z
  .object({
    domain: domain.describe('DNS name of the domain: `corp.example.com`.'),
    netbiosDomain: netbios.exactOptional().describe('Its NetBIOS name, for people who type `CORP\\jane`.'),
    ...connectionKeys,
    ...optionalHost,
    baseDN: text().exactOptional().describe('Where people are. Default: the whole domain.'),
    groupBaseDN: text().exactOptional().describe('Where groups are. Default: the whole domain.'),
    userFilter: searchFilter
      .prefault('(&(objectCategory=person)(objectClass=user))')
      .describe('Only entries that match may log in. Default: people.'),
    groupFilter: searchFilter
      .prefault('(objectCategory=group)')
      .describe('Only entries that match are groups. Default: all of them.'),
    nestedGroups: z
      .enum(['tokenGroups', 'inChain', 'none'])
      .default('tokenGroups')
      .describe(
        '`tokenGroups`: all security groups, as Windows computes them; `inChain`: distribution groups too, slower; `none`: only groups that name the person. Default: tokenGroups.',
      ),
    groupNameAttr: attribute(
      'sAMAccountName',
      'Attribute with the name of a group; unique in the domain, as `cn` is not.',
    ),
    idAttr: attribute('objectGUID', 'Attribute with the immutable id; a part of `sub`.'),
    nameAttr: attribute('cn', 'Attribute with the name to show.'),
    emailAttr: attribute('mail', 'Attribute with the address.'),
    preferredUsernameAttr: attribute('sAMAccountName', 'Attribute with `preferred_username`.'),
    claimAttrs: claimAttributes
      .exactOptional()
      .describe('Further attributes, for rules: `[department, title]`. Not those with passwords.'),
  })
  .superRefine(checkConnection)
  .transform((config) => {
    const base = config.domain
      .split('.')
      .map((part) => `DC=${part}`)
      .join(',');
    return {
      ...config,
      host: config.host ?? config.domain,
      baseDN: config.baseDN ?? base,
      groupBaseDN: config.groupBaseDN ?? base,
    };
  });
