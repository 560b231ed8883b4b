/** What a site's own bundle of Segment's browser library exposes to its pages. */
export { AnalyticsBrowser } from '@segment/analytics-next'
