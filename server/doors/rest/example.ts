interface JsonSchema {
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  type?: string | string[];
  format?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

/** A value that a JSON schema describes, made from the examples that its parts give. */
export function exampleOf(schema: JsonSchema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.length) return schema.enum[0];
  const [part] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  return part ? exampleOf(part) : byType(schema);
}

function byType(schema: JsonSchema): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, property]) => [name, exampleOf(property)]),
    );
  }
  if (type === 'array')
    return schema.prefixItems?.map(exampleOf) ?? (schema.items ? [exampleOf(schema.items)] : []);
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return true;
  return type === 'null' ? null : 'text';
}
