import { zodResolver } from '@hookform/resolvers/zod';
import { loginInput } from '#server/core/sessions/schema.ts';

export const resolver = zodResolver(loginInput);
