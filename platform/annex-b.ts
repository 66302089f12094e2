const startCode = Buffer.from([0, 0, 1]);

/**
 * The NAL units of an Annex B access unit, in order, without start codes, as views.
 * Source: ITU-T H.264 and H.265, Annex B; zero bytes before a start code belong to it, since a NAL unit never ends in one.
 */
export function* splitAnnexB(accessUnit: Buffer): Generator<Buffer> {
  let begin = accessUnit.indexOf(startCode);
  while (begin >= 0) {
    begin += startCode.length;
    const next = accessUnit.indexOf(startCode, begin);
    let end = next < 0 ? accessUnit.length : next;
    while (end > begin && accessUnit[end - 1] === 0) end -= 1;
    if (end > begin) yield accessUnit.subarray(begin, end);
    begin = next;
  }
}
