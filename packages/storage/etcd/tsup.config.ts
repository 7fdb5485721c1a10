import { defineConfig } from 'tsup';
import { definePackage } from '../../../tooling/build/tsup.ts';

export default defineConfig(definePackage());
