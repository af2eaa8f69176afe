package io.rebalancer.manager.metadata;

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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Rows as a metadata shard sends them, and their way to records; for measurements. */
final class ShardRows {
    private static final int READ_BYTES = 64 << 10;

    private ShardRows() {}

    /** As the manager does it. Returns the sum of the objects' sizes. */
    static long decode(byte[] stream) {
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

    /** All frames one after the other. */
    static byte[] stream(List<byte[]> frames) {
        ByteBuffer all = ByteBuffer.allocate(
                frames.stream().mapToInt(each -> each.length).sum());
        frames.forEach(all::put);
        return all.array();
    }

    /** One row in each frame, as Moray sends them. */
    static List<byte[]> frames(int rows) {
        Random random = new Random(11);
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
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
