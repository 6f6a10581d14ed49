import { z } from 'zod';
import { reachPart } from '#components/resources/reach-schema.ts';
import { createAgentInput } from '#server/credentials/agents/schema.ts';

const { name, description, rotationDays } = createAgentInput.shape;
const empty = z
  .string()
  .trim()
  .length(0)
  .transform(() => null);
const numberOrNull = (text: string) => (text === '' ? null : Number(text));

export const codeMinutes = ['10', '60', '1440'] as const;
/** How long a code works. */
export const minutesPart = z.object({ minutes: z.enum(codeMinutes).transform(Number) });

const plainPart = z.object({
  name,
  description: z.union([empty, description.unwrap().unwrap()]),
  permissions: createAgentInput.shape.permissions.unwrap(),
  rotationDays: z.string().trim().transform(numberOrNull).pipe(rotationDays.unwrap()),
});

/** The form as it is filled in, turned into what the server takes. Each part is checked by itself. */
export const agentForm = plainPart.and(minutesPart).and(reachPart);

export type AgentValues = z.input<typeof agentForm>;
export type FilledAgent = z.output<typeof agentForm>;
