import { expect, test } from 'vitest'
import { describedOperations } from './described-operation.ts'

const event = (verdict: unknown, more: Record<string, unknown>) => ({
  type: 'object',
  properties: { id: { type: 'string' }, verdict, ...more },
  required: ['id', 'verdict', ...Object.keys(more)],
})

test('lists, references, parts and alternatives become the fields a reader sees', () => {
  const [operation] = describedOperations({
    paths: {
      '/things/{id}': {
        get: {
          operationId: 'getThing',
          'x-permission': 'events:read',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'limit', in: 'query', schema: { type: 'integer', description: 'How many' } },
          ],
          responses: {
            200: {
              description: 'It',
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: {
                      data: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
                      next: { type: ['string', 'null'] },
                    },
                    required: ['data'],
                  },
                },
              },
            },
          },
        },
      },
    },
    components: {
      schemas: {
        Thing: {
          oneOf: [
            event({ enum: ['kept', 'bot'] }, { seq: { type: 'number' } }),
            { allOf: [event({ const: 'lost' }, {}), { properties: { why: { type: 'string' } } }] },
          ],
        },
      },
    },
  })
  expect(operation).toMatchObject({
    id: 'getThing',
    method: 'GET',
    keys: 'secret keys, owner, admin, marketer, agent, analyst, developer',
    parameters: [
      { name: 'id', type: 'string', isRequired: true },
      { name: 'limit', type: 'integer', isRequired: false, description: 'How many' },
    ],
    body: [],
  })
  expect(operation?.answer.map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
    ['data', 'Thing[]', true],
    ['data[].id', 'string', true],
    ['data[].verdict', 'kept | bot | lost', true],
    ['data[].seq', 'number', false],
    ['data[].why', 'string', false],
    ['next', 'string | null', false],
  ])
})
