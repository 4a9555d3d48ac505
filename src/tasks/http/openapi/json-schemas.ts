import { z } from 'zod';
import { plainSchemas } from '../../triggers/plain-spec.js';
import { triggerSpecSchema } from '../../triggers/trigger-spec.js';
import { BODY_FORMS } from '../jobs/job-body.dto.js';

type Json = Record<string, unknown>;

const TRIGGER = 'Trigger';
const COMPONENTS = '#/components/schemas/';

/**
 * JSON Schemas of what is sent and answered, made from the schemas that check it. Those that bear an
 * id become components, and whoever uses them refers to them.
 */
export class JsonSchemas {
  readonly components: Record<string, Json> = {};

  constructor() {
    this.components[TRIGGER] = this.trigger();
  }

  /** @param io what a client sends, or what it is answered: they differ by defaults */
  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const forms = BODY_FORMS.get(schema);
    if (forms) return { anyOf: forms.map((form) => this.of(form, io)) };
    const { $defs = {}, $schema: _, ...json } = this.convert(schema, io);
    for (const [name, component] of Object.entries($defs as Record<string, Json>)) {
      if (!name.startsWith('__')) this.components[name] ??= component;
    }
    const id = z.globalRegistry.get(schema)?.id;
    if (id === undefined) return json;
    this.components[id] ??= json;
    return { $ref: COMPONENTS + id };
  }

  private convert(schema: z.ZodType, io: 'input' | 'output', inside = false): Json {
    const json = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        if (isTrigger(zodSchema) && !inside) {
          for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
          jsonSchema.$ref = COMPONENTS + TRIGGER;
        }
        const forms = BODY_FORMS.get(zodSchema);
        if (forms) jsonSchema.anyOf = forms.map((form) => this.of(form, io) as { $ref: string });
        if (zodSchema._zod.def.type === 'date') {
          Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
        }
        // Handlers, hosts and zod itself say it in words of their own.
        delete jsonSchema.id;
      },
    });
    return JSON.parse(JSON.stringify(json), byName) as Json;
  }

  /** Triggers may stand inside each other, which is said by name and not again for each level. */
  private trigger(): Json {
    const whole = this.convert(triggerSpecSchema, 'input', true);
    const forms = (whole['oneOf'] ?? whole['anyOf']) as Json[];
    const combined = structuredClone(forms[plainSchemas.length]) as {
      properties: { triggers: { items: Json } };
    };
    combined.properties.triggers.items = { $ref: COMPONENTS + TRIGGER };
    return {
      description: 'When a job fires.',
      oneOf: [...forms.slice(0, plainSchemas.length), combined],
    };
  }
}

const isTrigger = (schema: unknown) => schema === triggerSpecSchema;

/**
 * Refers to components. Any JSON at all, which zod tells by a schema of its own that refers to itself,
 * is told by saying nothing.
 */
function byName(key: string, value: unknown): unknown {
  if (key !== '$ref' || typeof value !== 'string') return value;
  return value.startsWith('#/$defs/__') ? undefined : value.replace('#/$defs/', COMPONENTS);
}
