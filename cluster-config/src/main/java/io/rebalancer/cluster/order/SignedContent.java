package io.rebalancer.cluster.order;

import io.rebalancer.core.object.StorageNodeId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The bytes that a manager signs. Each field has its length before it, so no two orders have the same bytes; the first field
 * keeps the signature from being taken for one of another kind.
 */
final class SignedContent {
    private static final String DOMAIN = "io.rebalancer signed order 1";

    private SignedContent() {}

    static byte[] of(byte[] chain, StorageNodeId destination, Instant signedAt, String manifest, byte[] message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(chain.length + message.length + 256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(out, DOMAIN.getBytes(StandardCharsets.UTF_8));
            write(out, chain);
            write(out, destination.text().getBytes(StandardCharsets.UTF_8));
            out.writeLong(signedAt.getEpochSecond());
            out.writeInt(signedAt.getNano());
            write(out, manifest.getBytes(StandardCharsets.UTF_8));
            write(out, message);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't be written", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, byte[] field) throws IOException {
        out.writeInt(field.length);
        out.write(field);
    }
}
