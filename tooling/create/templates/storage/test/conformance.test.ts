import { randomBytes } from 'node:crypto';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { type Database, openTemplateNameDriver } from '@ostiary/storage-template-name';

const database: Database = new Map();

storageConformance(({ now, namespace }) =>
  openTemplateNameDriver({ database, keyPrefix: namespace, now, random: randomBytes }),
);
