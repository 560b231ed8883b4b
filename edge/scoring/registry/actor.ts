/** Until people sign in, all that is known of who asks. */
export const ACTOR = 'secret key'
