package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.manager.fast.ExactJson;
import io.rebalancer.manager.fast.FastVersion;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * What one core decodes in a second: rows of a metadata shard, from the bytes of the socket to records, and checksums. Beside
 * each stands a plain way to do the same, in the same run. Times are CPU times of the thread. Run by {@code make bench-fast}.
 */
class FastBench {
    private static final int ROWS = 20_000;
    private static final int ROUNDS = 7;
    private static final int CHECKSUM_BYTES = 64 << 20;

    private record Figure(String name, double perSecond, String unit) {}

    @Test
    void measure() throws Exception {
        List<byte[]> frames = ShardRows.frames(ROWS);
        byte[] stream = ShardRows.stream(frames);
        List<Figure> figures = new ArrayList<>();
        double rows = rate(ROWS, ShardRows::decode, stream);
        double plain = rate(ROWS, all -> decodePlainly(frames), stream);
        figures.add(new Figure("rows decoded", rows, "rows/s"));
        figures.add(new Figure("rows decoded, trees and bitwise checksum", plain, "rows/s"));

        byte[] payload = new byte[1 << 20];
        new Random(3).ints(payload.length, 32, 127).forEach(new Filler(payload)::add);
        for (FastVersion version : FastVersion.values()) {
            figures.add(new Figure(
                    "checksum of version " + version.number(),
                    rate(CHECKSUM_BYTES, bytes -> repeated(bytes, version::checksum), payload) / 1e9,
                    "GB/s"));
        }
        figures.add(new Figure(
                "checksum of version 2, bit by bit",
                rate(CHECKSUM_BYTES, bytes -> repeated(bytes, FastBench::bitwise), payload) / 1e9,
                "GB/s"));
        figures.add(new Figure(
                "CRC-32 of the JDK",
                rate(CHECKSUM_BYTES, bytes -> repeated(bytes, FastBench::crc32), payload) / 1e9,
                "GB/s"));
        System.out.printf(Locale.ROOT, "%n%d rows, %d bytes each in a frame; one core%n", ROWS, stream.length / ROWS);
        figures.forEach(each ->
                System.out.printf(Locale.ROOT, "  %-42s %12.2f %s%n", each.name(), each.perSecond(), each.unit()));
    }

    private static final class Filler {
        private final byte[] bytes;
        private int at;

        Filler(byte[] bytes) {
            this.bytes = bytes;
        }

        void add(int value) {
            bytes[at++] = (byte) value;
        }
    }

    /** The median rate of the rounds. */
    private static double rate(long amount, ToLongFunction<byte[]> work, byte[] input) {
        var threads = ManagementFactory.getThreadMXBean();
        long expected = work.applyAsLong(input);
        List<Double> rates = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadCpuTime();
            assertThat(work.applyAsLong(input)).isEqualTo(expected);
            rates.add(amount * 1e9 / (threads.getCurrentThreadCpuTime() - before));
        }
        return rates.stream().sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
    }

    private static long repeated(byte[] payload, ToLongFunction<byte[]> checksum) {
        long sum = 0;
        for (int done = 0; done < CHECKSUM_BYTES; done += payload.length) {
            sum += checksum.applyAsLong(payload);
        }
        return sum;
    }

    /** The checksum by its definition, and a tree of each text. */
    private static long decodePlainly(List<byte[]> frames) {
        long sum = 0;
        try {
            for (byte[] frame : frames) {
                byte[] payload = new byte[ByteBuffer.wrap(frame).getInt(11)];
                System.arraycopy(frame, 15, payload, 0, payload.length);
                String text = new String(payload, StandardCharsets.UTF_8);
                assertThat(bitwise(text.getBytes(StandardCharsets.UTF_8)))
                        .isEqualTo(ByteBuffer.wrap(frame).getInt(7));
                assertThat(ExactJson.MAPPER.readTree(text).path("d").isArray()).isTrue();
                JsonNode row = ExactJson.MAPPER.readTree(text).path("d").path(0);
                JsonNode value = ExactJson.MAPPER.readTree(row.path("_value").asText());
                sum += value.path("contentLength").asLong();
            }
            return sum;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static int bitwise(byte[] bytes) {
        int crc = 0;
        for (byte each : bytes) {
            crc ^= each & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0xA001 : crc >>> 1;
            }
        }
        return crc;
    }

    private static long crc32(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }
}
