import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type TemplateNameConfig, templateNameConfig } from './config.ts';
import { openTemplateNameDriver } from './driver.ts';

/** `storage.type: template-name`. */
export const templateNameStorage: StorageDefinition<TemplateNameConfig> = defineStorage({
  type: 'template-name',
  config: templateNameConfig,
  durable: false,
  open: (config, { now, random }) => openTemplateNameDriver({ ...config, database: new Map(), now, random }),
});
