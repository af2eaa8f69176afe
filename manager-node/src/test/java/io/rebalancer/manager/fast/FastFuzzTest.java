package io.rebalancer.manager.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random bytes, split anywhere: the decoder returns frames or reports a protocol fault, within a memory limit. */
@Timeout(120)
class FastFuzzTest {
    private static final int INPUTS = 10_000;
    private static final int LIMIT = 4096;
    private static final long OVERHEAD = 512 << 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the first message of each kind loads and initializes is no cost of an input. */
    @BeforeAll
    static void loadClasses() throws FastProtocolException {
        for (String text : List.of("{\"d\":[]}", "{\"d\":[\"é\"]}")) {
            assertThat(decode(frame(text), new Random(1))).hasSize(1);
        }
        assertThatThrownBy(() -> decode(frame("{\"d\":[}"), new Random(1))).isInstanceOf(FastProtocolException.class);
    }

    private static byte[] frame(String text) {
        return new FastFrame(FastVersion.V2, FastStatus.DATA, 1, text).encode();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_261_121, -7})
    void everyInputGivesFramesOrAProtocolFault(long seed) throws IOException {
        Random random = new Random(seed);
        int rejected = 0;
        int whole = 0;
        for (int i = 0; i < INPUTS; i++) {
            byte[] bytes = bytes(random);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                whole += decode(bytes, random).size();
            } catch (FastProtocolException e) {
                rejected++;
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated)
                    .as("seed %d, input %d: %s", seed, i, HexFormat.of().formatHex(bytes))
                    .isLessThan(LIMIT * 8L + bytes.length * 64L + OVERHEAD);
        }
        assertThat(rejected).as("inputs rejected").isGreaterThan(INPUTS / 10);
        assertThat(whole).as("frames read").isGreaterThan(INPUTS / 10);
    }

    private static List<FastMessage> decode(byte[] bytes, Random random) throws FastProtocolException {
        FastDecoder decoder = new FastDecoder(LIMIT);
        List<FastMessage> messages = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(1 + random.nextInt(64)));
            messages.addAll(decoder.feed(ByteBuffer.wrap(bytes, from, length)));
            from += length;
        }
        decoder.end();
        return messages;
    }

    /** Noise, or frames; some of them mutated, truncated, repeated, or with a declared length of up to 4 GiB. */
    private static byte[] bytes(Random random) throws IOException {
        if (random.nextInt(4) == 0) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int frames = 1 + random.nextInt(4);
        for (int i = 0; i < frames; i++) {
            byte[] frame = frame(random);
            switch (random.nextInt(8)) {
                case 0 -> frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
                case 1 -> ByteBuffer.wrap(frame).putInt(FastFrame.HEADER_BYTES - 4, random.nextInt());
                case 2 -> frame = Arrays.copyOf(frame, random.nextInt(frame.length));
                default -> {}
            }
            out.write(frame);
        }
        return out.toByteArray();
    }

    private static byte[] frame(Random random) {
        FastVersion version = FastVersion.values()[random.nextInt(FastVersion.values().length)];
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(60), 32, 0x2FFF)
                .filter(c -> c != '"' && c != '\\')
                .forEach(text::appendCodePoint);
        return new FastFrame(
                        version,
                        FastStatus.DATA,
                        random.nextInt(Integer.MAX_VALUE),
                        "{\"m\":{\"name\":\"x\"},\"d\":[\"" + text + "\"]}")
                .encode();
    }
}
