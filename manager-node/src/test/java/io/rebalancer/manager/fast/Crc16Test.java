package io.rebalancer.manager.fast;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc16Test {
    private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void theCheckValuesAreThoseOfTheCatalogue() {
        assertThat(FastVersion.V2.checksum(CHECK)).isEqualTo(0xBB3D);
        assertThat(FastVersion.V1.checksum(CHECK)).isEqualTo(0x31C3);
    }

    @Test
    void eachLengthHasTheChecksumThatIsComputedBitByBit() {
        byte[] bytes = new byte[300];
        new Random(5).nextBytes(bytes);
        for (int length = 0; length <= bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThat(Crc16.reflected(15, 2).of(part)).as("%d bytes", length).isEqualTo(BitwiseCrc16.arc(part));
            assertThat(Crc16.straight(12, 5).of(part)).as("%d bytes", length).isEqualTo(BitwiseCrc16.xmodem(part));
        }
    }

    /** The historical library ignored all but the low 8 bits of a UTF-16 code unit (manta.md 7.2). */
    @Test
    void version1CountsCodeUnits() {
        String text = "a na\u00efve \u65e5\u672c \ud83d\ude00 text of more than sixteen bytes";
        byte[] lowBits = new byte[text.length()];
        for (int i = 0; i < lowBits.length; i++) {
            lowBits[i] = (byte) (text.charAt(i) & 0xFF);
        }
        assertThat(FastVersion.V1.checksum(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(BitwiseCrc16.xmodem(lowBits));
    }
}
