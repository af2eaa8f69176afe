package io.rebalancer.manager.fast;

/** The UTF-16 code units of a text as historical libraries see them: only their low 8 bits (manta.md 7.2, 7.8). */
final class CodeUnits {
    private CodeUnits() {}

    static byte[] lowBits(String text) {
        byte[] bits = new byte[text.length()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) text.charAt(i);
        }
        return bits;
    }
}
