package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.manager.fast.ExactJson;
import io.rebalancer.manager.fast.FastDecoder;
import io.rebalancer.manager.fast.FastFrame;
import io.rebalancer.manager.fast.FastMessage;
import io.rebalancer.manager.fast.FastStatus;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.manager.fast.RowEtag;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * What one core decodes in a second: rows of a metadata shard, from the bytes of the socket to records, and checksums. Beside
 * each stands a plain way to do the same, in the same run. Times are CPU times of the thread. Run by {@code make bench-fast}.
 */
class FastBench {
    private static final int ROWS = 20_000;
    private static final int READ_BYTES = 64 << 10;
    private static final int ROUNDS = 7;
    private static final int CHECKSUM_BYTES = 64 << 20;

    private record Figure(String name, double perSecond, String unit) {}

    @Test
    void measure() throws Exception {
        List<byte[]> frames = frames();
        byte[] stream = concatenated(frames);
        List<Figure> figures = new ArrayList<>();
        double rows = rate(ROWS, bytes -> decode(bytes), stream);
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

    /** As the manager does it. Returns the sum of the objects' sizes. */
    private static long decode(byte[] stream) {
        FastDecoder decoder = new FastDecoder(1 << 20);
        long sum = 0;
        try {
            for (int from = 0; from < stream.length; from += READ_BYTES) {
                ByteBuffer read = ByteBuffer.wrap(stream, from, Math.min(READ_BYTES, stream.length - from));
                for (FastMessage message : decoder.feed(read)) {
                    for (JsonNode row : message.data()) {
                        sum += record(row).sizeBytes();
                    }
                }
            }
            decoder.end();
            return sum;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static MetadataRecord record(JsonNode row) throws BadMantaObject {
        return MantaRecord.parse(
                new RecordRef(1, row.path("_key").asText()),
                row.path("_etag").asText(),
                row.path("_value").asText());
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

    private static byte[] concatenated(List<byte[]> frames) {
        ByteBuffer all = ByteBuffer.allocate(
                frames.stream().mapToInt(each -> each.length).sum());
        frames.forEach(all::put);
        return all.array();
    }

    /** One row in each frame, as Moray sends them. */
    private static List<byte[]> frames() {
        Random random = new Random(11);
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            String value = value(random, i).toString();
            ObjectNode payload = ExactJson.MAPPER.createObjectNode();
            payload.putObject("m").put("uts", 1_700_000_000_123_456L).put("name", "sql");
            payload.putArray("d")
                    .addObject()
                    .put("_id", String.valueOf(i))
                    .put("type", "object")
                    .put("_key", "/o/stor/" + i)
                    .put("_etag", RowEtag.of(value))
                    .put("_value", value);
            frames.add(new FastFrame(FastVersion.V2, FastStatus.DATA, 1, payload.toString()).encode());
        }
        return frames;
    }

    /** A record as Manta's front end writes it (manta.md 6.6). */
    private static ObjectNode value(Random random, int number) {
        UUID owner = new UUID(random.nextLong(), random.nextLong());
        UUID object = new UUID(random.nextLong(), random.nextLong());
        byte[] md5 = new byte[16];
        random.nextBytes(md5);
        String directory = "/" + owner + "/stor/backups/2026/11";
        ObjectNode value = ExactJson.MAPPER.createObjectNode();
        value.put("dirname", directory)
                .put("key", directory + "/object-" + number + ".bin")
                .putObject("headers")
                .put("m-origin", "nightly");
        value.put("mtime", 1_700_000_000_000L + number)
                .put("name", "object-" + number + ".bin")
                .put("creator", owner.toString())
                .put("owner", owner.toString())
                .put("type", "object")
                .put("contentLength", random.nextInt(1 << 20))
                .put("contentMD5", Base64.getEncoder().encodeToString(md5))
                .put("contentType", "application/octet-stream")
                .put("etag", object.toString())
                .put("objectId", object.toString());
        value.putArray("roles");
        for (int copy = 1; copy <= 2; copy++) {
            value.withArray("sharks")
                    .addObject()
                    .put("datacenter", "dc" + copy)
                    .put("manta_storage_id", random.nextInt(1000) + ".stor.example.com");
        }
        return value.put("vnode", random.nextInt(1 << 20));
    }
}
