/** What one method says of the periods ahead, one number a period. */
export interface PointForecast {
  mean: Float64Array
  /** Standard deviation of the error, as the method's own one-step errors would have it. */
  deviation: Float64Array
}
