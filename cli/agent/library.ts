import { CliError } from '#cli/client/errors.ts';
import { enrollAgent as enroll } from './enroll-agent.ts';
import type * as published from './published.d.ts';
import { runAgent as run } from './run-agent.ts';
import { readStateFile as read } from './state-file.ts';

// What `@keyward/cli/agent` exports, held to what it says of itself.
export const runAgent: typeof published.runAgent = run;
export const enrollAgent: typeof published.enrollAgent = (options) => enroll(options);
export const readStateFile: typeof published.readStateFile = read;
export const AgentError: typeof published.AgentError = CliError;
