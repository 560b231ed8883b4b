import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useState,
} from 'react'
import './virtual-table.css'

export type Column<Row> = {
  key: string
  header: ReactNode
  /** What a sortable header says to assistive technology. */
  sorted?: 'descending' | 'none'
  cell: (row: Row) => ReactNode
}

type Props<Row> = {
  id: string
  label: string
  rows: readonly Row[]
  /** How many rows there are in all, where more than these are known of; -1 where that is unknown. */
  total: number
  columns: readonly Column<Row>[]
  rowHeight: number
  keyOf: (row: Row) => string
  /** The row that is open elsewhere on the page. */
  selectedKey: string | null
  onOpen: (row: Row) => void
  /** The reader comes near the last row. */
  onEndReached: () => void
  /** Whether the first row is in sight. */
  onAtTop?: (atTop: boolean) => void
  scrollRef: RefObject<HTMLDivElement | null>
  hideHeader?: boolean
}

const OVERSCAN_ROWS = 8
const END_WITHIN_ROWS = 20
const AT_TOP_WITHIN_PX = 8

/**
 * A table of any length that keeps only the rows in sight in the page. The whole table is one stop
 * of the Tab key; arrows, Page Up/Down, Home and End move the active row, Enter opens it.
 */
export const VirtualTable = <Row,>(props: Props<Row>) => {
  const { id, rows, rowHeight, keyOf, columns, scrollRef, onEndReached } = props
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN_ROWS,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : keyOf(row)
    },
  })
  const visible = virtualizer.getVirtualItems()
  const lastVisible = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (lastVisible >= rows.length - END_WITHIN_ROWS) onEndReached()
  }, [lastVisible, rows.length, onEndReached])

  // The active row keeps its key while new rows come in above it.
  const activeIndex = activeKey === null ? -1 : rows.findIndex((row) => keyOf(row) === activeKey)
  const activate = (index: number): void => {
    const bounded = Math.max(0, Math.min(rows.length - 1, index))
    const row = rows[bounded]
    if (row === undefined) return
    setActiveKey(keyOf(row))
    virtualizer.scrollToIndex(bounded, { align: 'auto' })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // Buttons in the header handle their own keys.
    if (event.target !== event.currentTarget) return
    const row = rows[activeIndex]
    if (event.key === 'Enter' && row !== undefined) {
      event.preventDefault()
      props.onOpen(row)
      return
    }
    const page = Math.max(1, Math.floor((scrollRef.current?.clientHeight ?? 0) / rowHeight) - 1)
    const target = targetIndex(event.key, activeIndex, rows.length, page)
    if (target === null) return
    event.preventDefault()
    activate(target)
  }

  const onFocus = (event: FocusEvent): void => {
    if (activeIndex >= 0 || event.target !== event.currentTarget) return
    const scrolled = scrollRef.current?.scrollTop ?? 0
    activate(visible.find((item) => item.start >= scrolled)?.index ?? 0)
  }

  return (
    <div
      ref={scrollRef}
      className={`virtual-table virtual-table-${id}`}
      onScroll={(event) => props.onAtTop?.(event.currentTarget.scrollTop <= AT_TOP_WITHIN_PX)}
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: as in the ARIA data grid pattern
        role="grid"
        aria-label={props.label}
        aria-rowcount={props.total < 0 ? -1 : props.total + 1}
        aria-activedescendant={activeIndex < 0 ? undefined : rowId(id, activeKey)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
      >
        <thead className={props.hideHeader ? 'visually-hidden' : ''}>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                aria-sort={column.sorted}
                className={`cell-${column.key}`}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: virtualizer.getTotalSize() }}>
          {visible.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const key = keyOf(row)
            return (
              <tr
                key={key}
                id={rowId(id, key)}
                aria-rowindex={item.index + 2}
                aria-selected={key === props.selectedKey}
                data-active={key === activeKey}
                style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
                onClick={() => {
                  setActiveKey(key)
                  props.onOpen(row)
                }}
              >
                {columns.map((column) => (
                  <td key={column.key} className={`cell-${column.key}`}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const rowId = (tableId: string, key: string | null): string => `${tableId}-row-${key}`

const targetIndex = (key: string, active: number, count: number, page: number): number | null => {
  switch (key) {
    case 'ArrowDown':
      return active + 1
    case 'ArrowUp':
      return active - 1
    case 'PageDown':
      return active + page
    case 'PageUp':
      return active - page
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
