/** Names of the inputs and outputs of every scoring model. */
export const INPUT_NAME = 'X'
export const PROBABILITY_OUTPUT = 'probability'
export const MARGIN_OUTPUT = 'margin'
/** What a model of a number, not of a probability, puts out. */
export const VALUE_OUTPUT = 'value'
