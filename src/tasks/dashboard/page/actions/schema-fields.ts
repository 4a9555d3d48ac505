/** A field of a payload that a form can ask for. */
export interface SchemaField {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice';
  readonly options: readonly string[];
  readonly description: string | null;
  readonly required: boolean;
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** The fields of a flat object. Null: it is none, or holds what a form cannot ask for. */
export function fieldsOf(schema: unknown): readonly SchemaField[] | null {
  const { type, properties, required = [] } = (schema ?? {}) as JsonSchema;
  if (type !== 'object' || properties === undefined) return null;
  const fields = Object.entries(properties).map(([name, property]) => {
    const kind = kindOf(property);
    if (kind === null) return null;
    return {
      name,
      kind,
      options: (property.enum ?? []).map(String),
      description: property.description ?? null,
      required: required.includes(name),
    };
  });
  return fields.includes(null) ? null : (fields as readonly SchemaField[]);
}

function kindOf({ type, enum: choices }: JsonSchema): SchemaField['kind'] | null {
  if (choices?.every((choice) => typeof choice === 'string')) return 'choice';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'boolean' ? 'boolean' : null;
}
