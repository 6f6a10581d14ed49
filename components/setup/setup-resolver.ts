import { zodResolver } from '@hookform/resolvers/zod';
import { completeSetupInput } from '#server/setup/schema.ts';

export const resolver = zodResolver(completeSetupInput);
