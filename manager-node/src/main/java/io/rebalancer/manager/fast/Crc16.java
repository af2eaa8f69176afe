package io.rebalancer.manager.fast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CRC-16 checksums that start with 0 and invert nothing at the end.
 *
 * <p>A checksum is the remainder of the message divided by a polynomial P. Modulo 2, P(x) to the power of 64 is P(x<sup>64</sup>), so
 * the message may first be divided by P(x<sup>64</sup>), and that is the division by P with whole words of 64 bits in place of bits: a
 * few exclusive-ors for 8 bytes. A table then divides the 128 bytes that are left.
 */
final class Crc16 {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final int DEGREE = 16;
    private static final int WINDOW = 32;

    private final boolean reflected;
    private final int near;
    private final int far;
    private final char[] table = new char[256];

    private Crc16(boolean reflected, int high, int low) {
        this.reflected = reflected;
        this.near = DEGREE - high;
        this.far = DEGREE - low;
        int polynomial = 1 << high | 1 << low | 1;
        for (int value = 0; value < table.length; value++) {
            table[value] = (char) (reflected ? reflectedEntry(value, polynomial) : straightEntry(value, polynomial));
        }
    }

    /**
     * The lowest bit of a byte comes first. The polynomial is x<sup>16</sup> + x<sup>high</sup> + x<sup>low</sup> + 1.
     */
    static Crc16 reflected(int high, int low) {
        return new Crc16(true, high, low);
    }

    /**
     * The highest bit of a byte comes first. The polynomial is x<sup>16</sup> + x<sup>high</sup> + x<sup>low</sup> + 1.
     */
    static Crc16 straight(int high, int low) {
        return new Crc16(false, high, low);
    }

    private static int straightEntry(int value, int polynomial) {
        int crc = value << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 0x8000) != 0 ? crc << 1 ^ polynomial : crc << 1;
        }
        return crc;
    }

    private static int reflectedEntry(int value, int polynomial) {
        int reversed = Integer.reverse(polynomial) >>> DEGREE;
        int crc = value;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? crc >>> 1 ^ reversed : crc >>> 1;
        }
        return crc;
    }

    /** The checksum of {@code bytes}, 0 to 65535. */
    int of(byte[] bytes) {
        // What the words that were divided leave to the next ones.
        long[] carried = new long[WINDOW];
        int words = bytes.length / Long.BYTES;
        int word = 0;
        for (; word < words - DEGREE; word++) {
            int slot = word & WINDOW - 1;
            long value = (long) WORD.get(bytes, word * Long.BYTES) ^ carried[slot];
            carried[slot] = 0;
            carried[word + near & WINDOW - 1] ^= value;
            carried[word + far & WINDOW - 1] ^= value;
            carried[word + DEGREE & WINDOW - 1] ^= value;
        }
        int crc = 0;
        for (; word < words; word++) {
            long value = (long) WORD.get(bytes, word * Long.BYTES) ^ carried[word & WINDOW - 1];
            for (int bit = 0; bit < Long.SIZE; bit += Byte.SIZE) {
                crc = next(crc, (int) (value >>> bit));
            }
        }
        for (int at = words * Long.BYTES; at < bytes.length; at++) {
            crc = next(crc, bytes[at]);
        }
        return crc;
    }

    private int next(int crc, int octet) {
        return reflected
                ? crc >>> 8 ^ table[(crc ^ octet) & 0xFF]
                : (crc << 8 ^ table[(crc >>> 8 ^ octet) & 0xFF]) & 0xFFFF;
    }
}
