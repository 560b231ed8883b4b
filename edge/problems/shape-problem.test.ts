import { expect, test } from 'vitest'
import { z } from 'zod'
import { shapeProblem } from './shape-problem.ts'

const Request = z.strictObject({
  limit: z.number().int().min(1).max(200).optional(),
  name: z.string().min(1).max(5).optional(),
  slots: z.array(z.string()).max(2).optional(),
  tag: z.string().min(2).max(1).optional(),
  initials: z.string().max(1).optional(),
  one: z.array(z.string()).min(1).optional(),
  grade: z.enum(['A', 'B']).optional(),
  protocol: z.literal(1),
  page: z.strictObject({ path: z.string().startsWith('/') }).optional(),
  on: z.boolean().optional(),
  even: z.number().multipleOf(2).optional(),
  link: z
    .string()
    .refine(() => false, { error: 'Give a link that begins with https://.' })
    .optional(),
})

test.each([
  [{}, 'protocol must be 1.'],
  [{ protocol: 2 }, 'protocol must be 1.'],
  [{ protocol: 1, limit: 0 }, 'limit must be at least 1.'],
  [{ protocol: 1, limit: 201 }, 'limit must be at most 200.'],
  [{ protocol: 1, limit: 1.5 }, 'limit must be a whole number.'],
  [{ protocol: 1, limit: '5' }, 'limit must be a number.'],
  [{ protocol: 1, name: 'longer' }, 'name must have at most 5 characters.'],
  [{ protocol: 1, name: '' }, 'name must not be empty.'],
  [{ protocol: 1, tag: 'a' }, 'tag must have at least 2 characters.'],
  [{ protocol: 1, initials: 'ab' }, 'initials must have at most 1 character.'],
  [{ protocol: 1, one: [] }, 'one must have at least 1 entry.'],
  [{ protocol: 1, slots: ['a', 'b', 'c'] }, 'slots must have at most 2 entries.'],
  [{ protocol: 1, slots: {} }, 'slots must be a list.'],
  [{ protocol: 1, slots: ['a', 1] }, 'slots.1 must be a string.'],
  [{ protocol: 1, grade: 'C' }, 'grade must be one of A, B.'],
  [{ protocol: 1, page: {} }, 'page.path is missing.'],
  [{ protocol: 1, page: { path: 'x' } }, 'page.path does not have the form that is documented.'],
  [{ protocol: 1, page: { path: '/', x: 1 } }, 'There is no field page.x in this request.'],
  [{ protocol: 1, on: 1 }, 'on must be true or false.'],
  [{ protocol: 1, even: 3 }, 'even must be a multiple of 2.'],
  [{ protocol: 1, link: 'x' }, 'link: Give a link that begins with https://.'],
  [{ protocol: 1, extra: 1 }, 'There is no field extra in this request.'],
  [[], 'The body must be an object.'],
  [null, 'The body must be an object.'],
])('%j is refused with: %s', (body, sentence) => {
  const parsed = Request.safeParse(body)
  if (parsed.success) throw new Error('The schema took it.')
  const { problem } = shapeProblem(parsed.error)
  expect(problem).toMatchObject({ status: 400, code: 'invalid', detail: sentence })
})
