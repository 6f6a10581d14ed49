import { queryOptions } from '@tanstack/react-query';
import { ForeignAnswer } from '#components/api/problem.ts';

export const documentPath = '/api/v1/openapi.json';

export interface Parameter {
  in: 'path' | 'query';
  name: string;
  required?: boolean;
  description?: string;
  schema: { type?: string; enum?: string[]; default?: unknown; example?: unknown };
}

interface Content {
  content?: Record<string, { example?: unknown }>;
}

/** An operation of an OpenAPI document: of it what is shown here. */
interface Described {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

export interface Operation extends Described {
  method: string;
  path: string;
}

interface OpenApi {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Described>>;
}

/** The document that the server makes of what its doors check by. It changes with the version only. */
export const apiDocument = queryOptions({
  queryKey: ['openapi'],
  async queryFn({ signal }) {
    const response = await fetch(documentPath, { signal });
    if (!response.ok) throw new Error('no document', { cause: new ForeignAnswer(response.status) });
    return (await response.json()) as OpenApi;
  },
  staleTime: Infinity,
});

/** The operations by what they are about; with a text only those that have it in what they are called. */
export function sectionsOf({ tags, paths }: OpenApi, text: string) {
  const wanted = text.trim().toLowerCase();
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, facts]) => ({ ...facts, path, method: method.toUpperCase() })),
  );
  const fits = ({ method, path, summary, operationId }: Operation) =>
    `${method} ${path} ${summary} ${operationId}`.toLowerCase().includes(wanted);
  return tags
    .map((tag) => ({ ...tag, operations: operations.filter((one) => one.tags[0] === tag.name && fits(one)) }))
    .filter((section) => section.operations.length > 0);
}

/** What stands in the document as an example of a body. */
export const exampleOf = (part: Content | undefined): unknown =>
  Object.values(part?.content ?? {}).find(({ example }) => example !== undefined)?.example;

export const pretty = (value: unknown) => JSON.stringify(value, null, 2);
