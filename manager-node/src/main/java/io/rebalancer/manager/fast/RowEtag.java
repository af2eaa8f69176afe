package io.rebalancer.manager.fast;

import java.util.HexFormat;
import java.util.zip.CRC32;

/** The version of a Moray row, {@code _etag} (manta.md 7.8). Servers compute it; to clients it is opaque. */
public final class RowEtag {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private RowEtag() {}

    /** Eight upper-case hex digits: CRC-32 of the low 8 bits of each UTF-16 code unit of the value's JSON text. */
    public static String of(String valueText) {
        CRC32 crc = new CRC32();
        crc.update(CodeUnits.lowBits(valueText));
        return HEX.toHexDigits((int) crc.getValue());
    }
}
