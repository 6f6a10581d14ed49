#!/usr/bin/env node
import { Command } from 'commander';
import { version } from './version.ts';

await new Command('keyward').description('The command line of Keyward').version(version).parseAsync();
