package io.rebalancer.manager.fast;

import java.nio.charset.StandardCharsets;

/** The two protocol versions. They differ only in the checksum (manta.md 7.2). */
public enum FastVersion {
    /** CRC-16/XMODEM over the low 8 bits of each UTF-16 code unit: the actual behaviour of the historical library. */
    V1(1) {
        @Override
        public int checksum(byte[] utf8) {
            return XMODEM.of(Utf8.isAscii(utf8) ? utf8 : CodeUnits.lowBits(new String(utf8, StandardCharsets.UTF_8)));
        }
    },
    /** CRC-16/ARC over the UTF-8 bytes. */
    V2(2) {
        @Override
        public int checksum(byte[] utf8) {
            return ARC.of(utf8);
        }
    };

    private static final Crc16 XMODEM = Crc16.straight(12, 5);
    private static final Crc16 ARC = Crc16.reflected(15, 2);

    private final int number;

    FastVersion(int number) {
        this.number = number;
    }

    /** The version byte of a frame. */
    public int number() {
        return number;
    }

    /** The 16-bit checksum of a payload, 0 to 65535. */
    public abstract int checksum(byte[] utf8);
}
