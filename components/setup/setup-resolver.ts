import { zodResolver } from '@hookform/resolvers/zod';
import { completeSetupInput } from '#server/people/first-admin/schema.ts';

export const resolver = zodResolver(completeSetupInput);
