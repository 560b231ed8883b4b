/** Test cases of "The Galois/Counter Mode of Operation" (McGrew, Viega), appendix B, with 256-bit keys. */
export interface GcmVector {
  name: string
  key: string
  iv: string
  additionalData: string
  plain: string
  cipher: string
  tag: string
}

const KEY = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'
const PLAIN_64 =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255'
const PLAIN_60 = PLAIN_64.slice(0, 120)
const ADDITIONAL_DATA = 'feedfacedeadbeeffeedfacedeadbeefabaddad2'

export const GCM_VECTORS: GcmVector[] = [
  {
    name: '13: nothing',
    key: '0'.repeat(64),
    iv: '0'.repeat(24),
    additionalData: '',
    plain: '',
    cipher: '',
    tag: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: '14: one block',
    key: '0'.repeat(64),
    iv: '0'.repeat(24),
    additionalData: '',
    plain: '0'.repeat(32),
    cipher: 'cea7403d4d606b6e074ec5d3baf39d18',
    tag: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: '15: four blocks',
    key: KEY,
    iv: 'cafebabefacedbaddecaf888',
    additionalData: '',
    plain: PLAIN_64,
    cipher:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad',
    tag: 'b094dac5d93471bdec1a502270e3cc6c',
  },
  {
    name: '16: with additional data',
    key: KEY,
    iv: 'cafebabefacedbaddecaf888',
    additionalData: ADDITIONAL_DATA,
    plain: PLAIN_60,
    cipher:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
]

/** Valid, under an IV of another size: an engine that took it would open it. */
export const OTHER_IV_VECTORS: GcmVector[] = [
  {
    name: '17: an IV of 64 bits',
    key: KEY,
    iv: 'cafebabefacedbad',
    additionalData: ADDITIONAL_DATA,
    plain: PLAIN_60,
    cipher:
      'c3762df1ca787d32ae47c13bf19844cbaf1ae14d0b976afac52ff7d79bba9de0feb582d33934a4f0954cc2363bc73f7862ac430e64abe499f47c9b1f',
    tag: '3a337dbf46a792c45e454913fe2ea8f2',
  },
  {
    name: '18: an IV of 480 bits',
    key: KEY,
    iv: '9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b',
    additionalData: ADDITIONAL_DATA,
    plain: PLAIN_60,
    cipher:
      '5a8def2f0c9e53f1f75d7853659e2a20eeb2b22aafde6419a058ab4f6f746bf40fc0c3b780f244452da3ebf1c5d82cdea2418997200ef82e44ae7e3f',
    tag: 'a44a8266ee1c8eb0c8b5d4cf5ae9f19a',
  },
]

export const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
