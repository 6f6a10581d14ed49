import type { z } from 'zod';
import type { ErrorCode } from '#server/errors.ts';

/** How the API's document describes a door that no procedure stands behind, by the schemas that the door itself uses. */
export interface DoorOperation {
  path: string;
  method: 'get' | 'post';
  name: string;
  access: 'anyone' | 'signed-in' | 'verify';
  summary: string;
  description: string;
  /** The fields of its form. */
  input?: z.ZodType;
  query?: z.ZodObject;
  answer: { description: string; headers?: z.ZodObject; body?: z.ZodType; example?: object };
  /** Beyond those of whoever asks with a credential. */
  errors: readonly ErrorCode[];
}
