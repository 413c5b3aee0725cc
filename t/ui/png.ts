import { deflateSync, inflateSync } from 'node:zlib';

/* As much of PNG as screenshots need: eight bits, RGB or RGBA in, RGB out. */

export interface Picture {
  width: number;
  height: number;
  /** Three bytes a pixel, line by line. */
  rgb: Uint8Array;
}

const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function readPng(file: Buffer): Picture {
  if (!file.subarray(0, 8).equals(magic)) throw new Error('not a PNG');
  const data: Buffer[] = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = 8; at < file.length; ) {
    const size = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + size);
    if (type === 'IHDR') {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      channels = body[9] === 6 ? 4 : 3;
      if (body[8] !== 8 || (body[9] !== 2 && body[9] !== 6) || body[12] !== 0) {
        throw new Error('a PNG of another kind');
      }
    } else if (type === 'IDAT') data.push(body);
    at += size + 12;
  }
  const rgb = new Uint8Array(width * height * 3);
  const lines = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = lines[i * channels + c] ?? 0;
  }
  return { width, height, rgb };
}

function unfilter(raw: Buffer, stride: number, height: number, bpp: number): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= bpp ? (out[at - bpp] ?? 0) : 0;
      const up = y > 0 ? (out[at - stride] ?? 0) : 0;
      const corner = x >= bpp && y > 0 ? (out[at - stride - bpp] ?? 0) : 0;
      out[at] = (raw[y * (stride + 1) + 1 + x] ?? 0) + guess(filter, left, up, corner);
    }
  }
  return out;
}

/** What a byte is expected to be, from those before it; the type names of the format. */
function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [a, b, c] = [left, up, corner].map((v) => Math.abs(left + up - corner - v)) as [
    number, number, number,
  ];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

export function writePng({ width, height, rgb }: Picture): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const stride = width * 3;
  const sizes = [0, 1, 2, 4].map((filter) => {
    const raw = Buffer.alloc((stride + 1) * height);
    for (let y = 0; y < height; y++) {
      raw[y * (stride + 1)] = filter;
      for (let x = 0; x < stride; x++) {
        const at = y * stride + x;
        const left = x >= 3 ? (rgb[at - 3] ?? 0) : 0;
        const up = y > 0 ? (rgb[at - stride] ?? 0) : 0;
        const corner = x >= 3 && y > 0 ? (rgb[at - stride - 3] ?? 0) : 0;
        raw[y * (stride + 1) + 1 + x] = (rgb[at] ?? 0) - guess(filter, left, up, corner);
      }
    }
    return deflateSync(raw, { level: 9 });
  });
  const data = sizes.reduce((best, one) => (one.length < best.length ? one : best));
  return Buffer.concat([
    magic, chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  body.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, body.length + 8)), body.length + 8);
  return out;
}

function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** Half as wide and high, in sixteen steps of each colour: small files that still tell enough. */
export function reduce({ width, height, rgb }: Picture): Picture {
  const [w, h] = [width >> 1, height >> 1];
  const out = new Uint8Array(w * h * 3);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let c = 0; c < 3; c++) {
        const at = (2 * y * width + 2 * x) * 3 + c;
        const sum = [0, 3, width * 3, width * 3 + 3].reduce((n, d) => n + (rgb[at + d] ?? 0), 0);
        out[(y * w + x) * 3 + c] = Math.round(sum / 4 / 17) * 17;
      }
    }
  }
  return { width: w, height: h, rgb: out };
}

const block = 8;
const block_tolerance = 16;

/**
 * The part of two pictures that differs, by blocks: letters that are drawn a little otherwise
 * leave the mean of a block as it is, a thing that is missing or has another colour does not.
 */
export function difference(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) return 1;
  let [all, other] = [0, 0];
  for (let y = 0; y + block <= a.height; y += block) {
    for (let x = 0; x + block <= a.width; x += block) {
      all++;
      if (blockDiffers(a, b, x, y)) other++;
    }
  }
  return other / all;
}

function blockDiffers(a: Picture, b: Picture, left: number, top: number): boolean {
  const sums = [0, 0, 0];
  for (let y = top; y < top + block; y++) {
    for (let x = left; x < left + block; x++) {
      for (let c = 0; c < 3; c++) {
        const at = (y * a.width + x) * 3 + c;
        sums[c] = (sums[c] ?? 0) + (a.rgb[at] ?? 0) - (b.rgb[at] ?? 0);
      }
    }
  }
  return sums.some((sum) => Math.abs(sum) / (block * block) > block_tolerance);
}
