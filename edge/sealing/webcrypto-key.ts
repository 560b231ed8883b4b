/** CryptoKey, under the types of workerd and those of Node, where what runs the rotation is checked. */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>
