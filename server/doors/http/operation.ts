import type { z } from 'zod';
import type { ErrorCode } from '#server/errors.ts';

/** An operation of the OpenAPI document that is no procedure, described by the schemas that its door uses. */
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
  /** Beyond those of any authenticated call. */
  errors: readonly ErrorCode[];
}
