/** Days of visits that the demo begins with, unless it is asked for more. */
export const HISTORY_DAYS = 30
