/** What this server is built with: the only place that names concrete connectors and storages. */
import { activeDirectory } from '@ostiary/connector-active-directory';
import { atlassianCrowd } from '@ostiary/connector-atlassian-crowd';
import { authproxy } from '@ostiary/connector-authproxy';
import { bitbucketCloud } from '@ostiary/connector-bitbucket-cloud';
import { gitea } from '@ostiary/connector-gitea';
import { github } from '@ostiary/connector-github';
import { gitlab } from '@ostiary/connector-gitlab';
import { google } from '@ostiary/connector-google';
import { keystone } from '@ostiary/connector-keystone';
import { ldap } from '@ostiary/connector-ldap';
import { linkedin } from '@ostiary/connector-linkedin';
import { local } from '@ostiary/connector-local';
import { microsoft } from '@ostiary/connector-microsoft';
import { mockCallback, mockPassword } from '@ostiary/connector-mock';
import { oauth2 } from '@ostiary/connector-oauth2';
import { oidc } from '@ostiary/connector-oidc';
import { okta } from '@ostiary/connector-okta';
import { openshift } from '@ostiary/connector-openshift';
import { saml } from '@ostiary/connector-saml';
import { etcdStorage } from '@ostiary/storage-etcd';
import { kubernetesStorage } from '@ostiary/storage-kubernetes';
import { memoryStorage } from '@ostiary/storage-memory';
import { mysqlStorage } from '@ostiary/storage-mysql';
import { postgresStorage } from '@ostiary/storage-postgres';
import { redisStorage } from '@ostiary/storage-redis';
import { sqliteStorage } from '@ostiary/storage-sqlite';
import type { PlugIns } from './config/plug-ins.ts';

/** The connectors and storages a configuration file may name. */
export const plugIns: PlugIns = {
  storages: [memoryStorage, sqliteStorage, postgresStorage, mysqlStorage, etcdStorage, redisStorage, kubernetesStorage],
  connectors: [
    activeDirectory,
    atlassianCrowd,
    authproxy,
    bitbucketCloud,
    gitea,
    github,
    gitlab,
    google,
    keystone,
    ldap,
    linkedin,
    microsoft,
    oauth2,
    oidc,
    okta,
    openshift,
    saml,
    mockCallback,
    mockPassword,
  ],
  passwordDatabase: local,
};
