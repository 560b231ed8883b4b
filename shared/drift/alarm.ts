/**
 * How many standard errors a difference must have before anybody is told: by chance alone once in
 * 100,000 looks, so a model of thirty features that is watched every day rings falsely about once in
 * ten years. With many rows everything differs significantly, so each measure also has a least size.
 */
export const ALARM_STANDARD_ERRORS = 4.26
