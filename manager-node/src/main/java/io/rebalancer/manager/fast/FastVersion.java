package io.rebalancer.manager.fast;

import java.nio.charset.StandardCharsets;

/** The two protocol versions. They differ only in the checksum (manta.md 7.2). */
public enum FastVersion {
    /** CRC-16/XMODEM over the low 8 bits of each UTF-16 code unit: the actual behaviour of the historical library. */
    V1(1) {
        @Override
        public int checksum(String text) {
            int crc = 0;
            for (int i = 0; i < text.length(); i++) {
                crc ^= (text.charAt(i) & 0xFF) << 8;
                for (int bit = 0; bit < 8; bit++) {
                    crc = ((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xFFFF;
                }
            }
            return crc;
        }
    },
    /** CRC-16/ARC over the UTF-8 bytes. */
    V2(2) {
        @Override
        public int checksum(String text) {
            int crc = 0;
            for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
                crc ^= each & 0xFF;
                for (int bit = 0; bit < 8; bit++) {
                    crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0xA001 : crc >>> 1;
                }
            }
            return crc;
        }
    };

    private final int number;

    FastVersion(int number) {
        this.number = number;
    }

    /** The version byte of a frame. */
    public int number() {
        return number;
    }

    /** The 16-bit checksum of a payload text, 0 to 65535. */
    public abstract int checksum(String text);
}
