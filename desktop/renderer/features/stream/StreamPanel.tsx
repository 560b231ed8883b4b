import { Activity, ArrowUp, ListFilter } from 'lucide-react'
import { useCallback, useRef } from 'react'
import { useStore } from 'zustand'
import type { StreamItem, StreamVerdict } from '#rpc/stream.ts'
import { openStreamItem, useConsoleStores } from '../../app/console-stores.ts'
import { FetchFailed } from '../../app/FetchFailed.tsx'
import { exactTime, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { SearchField, Select } from '../../ui/fields.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { type Column, VirtualTable } from '../../ui/VirtualTable.tsx'
import { eventTitle, VERDICT_WORDS, whoOf } from './verdict-words.ts'
import './stream.css'

const ROW_PX = 54

const VERDICTS: readonly { value: StreamVerdict | 'all'; label: string }[] = [
  { value: 'all', label: 'All verdicts' },
  { value: 'accepted', label: 'Accepted' },
  { value: 'bot', label: 'Bot' },
  { value: 'duplicate', label: 'Duplicate' },
  { value: 'rejected', label: 'Rejected' },
  { value: 'quarantined', label: 'Quarantined' },
]

/** The live stream of events with their verdicts, newest first. */
export const StreamPanel = () => {
  const { stream } = useConsoleStores()
  const { view, setView } = useStore(stream)
  return (
    <Panel
      id="stream"
      title="Live events"
      tools={
        <>
          <Select
            label="Verdict"
            value={view.verdict ?? 'all'}
            options={VERDICTS}
            onChange={(value) => setView({ verdict: value === 'all' ? null : value })}
          />
          <SearchField
            label="Name or path"
            value={view.name}
            onChange={(name) => setView({ name })}
          />
        </>
      }
    >
      <StreamBody />
    </Panel>
  )
}

const StreamBody = () => {
  const stores = useConsoleStores()
  const { stream, connection } = stores
  const { view, held, unseen, atTop, setView, setAtTop, loadMore, refresh } = useStore(stream)
  const synced = useStore(connection, ({ connection: state }) => state?.name === 'synced')
  const openId = useStore(stores.eventPanel, (state) => state.id)
  const scrollRef = useRef<HTMLDivElement>(null)
  const onEndReached = useCallback(() => void loadMore(), [loadMore])

  if (held.name === 'loading') return <SkeletonRows rows={9} height={ROW_PX} />
  if (held.name === 'failed') return <FetchFailed error={held.error} retry={refresh} />
  if (held.value.items.length === 0) {
    if (view.verdict !== null || view.name.trim() !== '') {
      return (
        <EmptyState
          icon={ListFilter}
          title="No event matches"
          text="Events that fit the filter appear here as they come in."
          action={
            <Button onClick={() => setView({ verdict: null, name: '' })}>Clear filter</Button>
          }
        />
      )
    }
    return (
      <EmptyState
        icon={Activity}
        title={synced ? 'Waiting for the first event' : 'No events on this computer yet'}
        text={
          synced
            ? 'Open your site in another window: each page view appears here within seconds.'
            : 'They appear here as soon as the edge can be reached.'
        }
      />
    )
  }
  return (
    <>
      <VirtualTable
        id="stream"
        label="Live events, newest first"
        rows={held.value.items}
        total={held.value.next === null ? held.value.items.length : -1}
        columns={COLUMNS}
        rowHeight={ROW_PX}
        keyOf={(item) => item.id}
        selectedKey={openId}
        onOpen={(item) => openStreamItem(stores, item)}
        onEndReached={onEndReached}
        onAtTop={setAtTop}
        scrollRef={scrollRef}
        hideHeader
      />
      {unseen > 0 && !atTop && (
        <Button
          kind="primary"
          className="stream-unseen"
          onClick={() => scrollRef.current?.scrollTo({ top: 0 })}
        >
          <ArrowUp size={14} aria-hidden="true" />
          {unseen >= 100 ? '100+' : unseen} new {unseen === 1 ? 'event' : 'events'}
        </Button>
      )}
    </>
  )
}

const COLUMNS: readonly Column<StreamItem>[] = [
  {
    key: 'time',
    header: 'Received',
    cell: (item) => (
      <time className="tabular stream-time" title={wholeTime(item.receivedAt)}>
        {exactTime(item.receivedAt)}
      </time>
    ),
  },
  {
    key: 'event',
    header: 'Event',
    cell: (item) => (
      <>
        <div className="stream-title">{eventTitle(item)}</div>
        <div className="stream-detail">{detailOf(item)}</div>
      </>
    ),
  },
  {
    key: 'verdict',
    header: 'Verdict',
    cell: (item) => {
      const { label, tone } = VERDICT_WORDS[item.verdict]
      return (
        <Badge tone={tone} title={item.detail ?? item.reason ?? undefined}>
          {label}
        </Badge>
      )
    },
  },
]

/** Why it was refused, or else who it was and where. */
const detailOf = (item: StreamItem): string => {
  if (item.verdict === 'duplicate') return 'Arrived before with the same message id'
  const why = item.detail ?? item.reason
  if (why !== null) return why
  return [whoOf(item), item.path].filter((part) => part !== null).join(' · ')
}
