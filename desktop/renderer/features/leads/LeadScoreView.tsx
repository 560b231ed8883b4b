import { Info } from 'lucide-react'
import type { LeadScore } from '#rpc/leads.ts'
import type { Reason } from '#shared/scoring/score.ts'

/** Why the score is what it is: how the lead fits, how it engages, and what speaks for and against. */
export const LeadScoreView = ({ score }: { score: LeadScore }) => {
  const strongest = Math.max(
    0.01,
    ...[...score.reasonsFor, ...score.reasonsAgainst].map((reason) =>
      Math.abs(reason.contribution),
    ),
  )
  const widest = Math.max(1, Math.abs(score.fit), Math.abs(score.engagement))
  return (
    <section className="drawer-section" aria-labelledby="lead-score">
      <h3 id="lead-score" className="visually-hidden">
        Score
      </h3>
      <div className="sides">
        <Side
          label="Fit"
          hint="How well the company and role match"
          value={score.fit}
          widest={widest}
        />
        <Side
          label="Engagement"
          hint="What the lead did on your site"
          value={score.engagement}
          widest={widest}
        />
      </div>
      <div className="reasons">
        <Reasons title="Speaks for" reasons={score.reasonsFor} strongest={strongest} good />
        <Reasons title="Speaks against" reasons={score.reasonsAgainst} strongest={strongest} />
      </div>
      {score.calibrated ? (
        <p className="drawer-note">
          {Math.round(score.probability * 100)} % chance to convert · model {score.modelVersion}
        </p>
      ) : (
        <p className="drawer-note">
          <Info size={14} aria-hidden="true" />
          Starter model, not calibrated on your data
        </p>
      )}
    </section>
  )
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

/** One side of the score against the average visitor, to the left or the right of the middle. */
const Side = ({
  label,
  hint,
  value,
  widest,
}: {
  label: string
  hint: string
  value: number
  widest: number
}) => {
  const share = (Math.abs(value) / widest) * 50
  return (
    <div className="side">
      <div className="side-words">
        <span className="side-label" title={hint}>
          {label}
        </span>
        <span className="side-value tabular" title="Log-odds against the average visitor">
          {signed(value)}
        </span>
      </div>
      <div className="side-track" aria-hidden="true">
        <span
          className={value < 0 ? 'side-bar side-bar-against' : 'side-bar'}
          style={{ width: `${share}%`, left: value < 0 ? `${50 - share}%` : '50%' }}
        />
      </div>
    </div>
  )
}

const Reasons = ({
  title,
  reasons,
  strongest,
  good = false,
}: {
  title: string
  reasons: readonly Reason[]
  strongest: number
  good?: boolean
}) => (
  <div>
    <h4 className="reasons-title">{title}</h4>
    {reasons.length === 0 && <p className="lead-subtitle">Nothing yet</p>}
    <ul>
      {reasons.map((reason) => (
        <li key={reason.feature} className="reason">
          <span className="reason-text">{reason.text}</span>
          <span className="reason-track" aria-hidden="true">
            <span
              className={good ? 'reason-bar' : 'reason-bar reason-bar-against'}
              style={{
                width: `${Math.max(4, (Math.abs(reason.contribution) / strongest) * 100)}%`,
              }}
            />
          </span>
        </li>
      ))}
    </ul>
  </div>
)
