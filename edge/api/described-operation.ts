import { z } from 'zod'
import { PermissionName } from '#shared/access/granted.ts'
import { keysOf, ROLES, scopeOfRole } from '#shared/access/matrix.ts'

export interface Field {
  name: string
  type: string
  isRequired: boolean
  description: string
}

/** One operation of the API document, in the words of a page. */
export interface DescribedOperation {
  id: string
  tag: string
  method: string
  path: string
  summary: string
  description: string
  permission: string
  /** Which keys and roles carry the permission. */
  keys: string
  parameters: Field[]
  body: Field[]
  answer: Field[]
  responses: [status: string, description: string][]
}

interface SchemaObject {
  $ref?: string | undefined
  type?: string | string[] | undefined
  const?: unknown
  enum?: unknown[] | undefined
  description?: string | undefined
  properties?: Record<string, SchemaObject> | undefined
  required?: string[] | undefined
  items?: SchemaObject | undefined
  anyOf?: SchemaObject[] | undefined
  oneOf?: SchemaObject[] | undefined
  allOf?: SchemaObject[] | undefined
}

const SchemaObject: z.ZodType<SchemaObject> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), SchemaObject).optional(),
    required: z.array(z.string()).optional(),
    items: SchemaObject.optional(),
    anyOf: z.array(SchemaObject).optional(),
    oneOf: z.array(SchemaObject).optional(),
    allOf: z.array(SchemaObject).optional(),
  }),
)

const Content = z.record(z.string(), z.object({ schema: SchemaObject })).default({})

const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        tags: z.array(z.string()).default(['Other']),
        summary: z.string().default(''),
        description: z.string().default(''),
        'x-permission': z.string().default(''),
        parameters: z
          .array(
            z.object({
              name: z.string(),
              in: z.string(),
              required: z.boolean().default(false),
              description: z.string().optional(),
              schema: SchemaObject.default({}),
            }),
          )
          .default([]),
        requestBody: z.object({ content: Content }).optional(),
        responses: z.record(z.string(), z.object({ description: z.string(), content: Content })),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), SchemaObject).default({}) }),
})
type Document = z.infer<typeof Document>

/** @param document an OpenAPI 3.1 document as this API makes it */
export function describedOperations(document: unknown): DescribedOperation[] {
  const { paths, components } = Document.parse(document)
  const schemas = components.schemas
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      id: operation.operationId,
      tag: operation.tags[0] ?? 'Other',
      method: method.toUpperCase(),
      path,
      summary: operation.summary,
      description: operation.description,
      permission: operation['x-permission'],
      keys: bearersOf(operation['x-permission']),
      parameters: operation.parameters.map((parameter) => ({
        name: parameter.name,
        type: typeOf(parameter.schema),
        isRequired: parameter.required,
        description: parameter.description ?? parameter.schema.description ?? '',
      })),
      body: fieldsOf(operation.requestBody?.content, schemas),
      answer: fieldsOf(
        (operation.responses['200'] ?? operation.responses['202'])?.content,
        schemas,
      ),
      responses: Object.entries(operation.responses).map(([status, response]) => [
        status,
        response.description,
      ]),
    })),
  )
}

/** Who carries a permission, for people to read. */
function bearersOf(name: string): string {
  const permission = PermissionName.safeParse(name)
  if (!permission.success) return 'anybody'
  const kinds = keysOf(permission.data)
  const roles = ROLES.filter((role) => scopeOfRole(role, permission.data) !== null)
  return [...(kinds.length > 0 ? [`${kinds.join(' and ')} keys`] : []), ...roles].join(', ')
}

type Schemas = Document['components']['schemas']

function fieldsOf(content: z.infer<typeof Content> | undefined, schemas: Schemas): Field[] {
  const schema = content?.['application/json']?.schema
  return schema ? fieldsOfSchema(schema, schemas, false) : []
}

/** The fields of an object, and those of the objects in its lists. */
function fieldsOfSchema(schema: SchemaObject, schemas: Schemas, isInside: boolean): Field[] {
  if (schema.$ref !== undefined) {
    const target = schemas[nameOf(schema.$ref)]
    return target ? fieldsOfSchema(target, schemas, isInside) : []
  }
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    {
      name,
      type: typeOf(property),
      isRequired: schema.required?.includes(name) ?? false,
      description: property.description ?? '',
    },
    ...(property.items && !isInside
      ? fieldsOfSchema(property.items, schemas, true).map((field) => ({
          ...field,
          name: `${name}[].${field.name}`,
        }))
      : []),
  ])
  const parts = (schema.allOf ?? []).flatMap((part) => fieldsOfSchema(part, schemas, isInside))
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
    .map((alternative) => fieldsOfSchema(alternative, schemas, isInside))
    .filter((fields) => fields.length > 0)
  const byName = new Map<string, Field>()
  for (const field of [...parts, ...own, ...eitherOf(alternatives)]) byName.set(field.name, field)
  return [...byName.values()]
}

/** A field that not every alternative has is optional; one of several types has them all. */
function eitherOf(alternatives: readonly Field[][]): Field[] {
  const byName = new Map<string, Field[]>()
  for (const field of alternatives.flat()) {
    byName.set(field.name, [...(byName.get(field.name) ?? []), field])
  }
  return [...byName].map(([name, fields]) => ({
    name,
    type: [...new Set(fields.flatMap(({ type }) => type.split(' | ')))].join(' | '),
    isRequired:
      fields.length === alternatives.length && fields.every(({ isRequired }) => isRequired),
    description: fields.find(({ description }) => description !== '')?.description ?? '',
  }))
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

function typeOf(schema: SchemaObject): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref)
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum) return schema.enum.map(String).join(' | ')
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  if (alternatives.length > 0) return alternatives.map(typeOf).join(' | ')
  if (schema.items) return `${typeOf(schema.items)}[]`
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ')
  return [schema.type ?? 'any'].flat().join(' | ')
}
