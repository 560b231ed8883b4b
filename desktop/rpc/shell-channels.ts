/**
 * The page asks main for a port on the one channel and gets it on the other. Apart from the schemas,
 * so that the sandboxed preload stays a few lines.
 */
export const REQUEST_PORT_CHANNEL = 'edgewise:request-port'
export const PORT_CHANNEL = 'edgewise:port'
